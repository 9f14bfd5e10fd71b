"""``python -m coursekit.cli`` is the command ``coursekit``."""

from coursekit.cli.commands import main

main()
