"""The console that a script or a command prints on."""

import io
import sys


def print_what_it_can() -> None:
    """From now on a letter that the console does not know becomes a "?".

    Otherwise Python raises UnicodeEncodeError in the middle of a line: at the
    dot of ck.start on a console in ASCII, at a file name that is not UTF-8.
    A notebook's output knows every letter and is left alone.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
