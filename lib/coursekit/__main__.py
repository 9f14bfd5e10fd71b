"""``python -m coursekit`` is the command ``coursekit``."""

from coursekit.cli.commands import main

main()
