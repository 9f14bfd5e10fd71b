"""``coursekit demo`` in the environment that has Gradio.

``PYTHONPATH=lib:tools python -m demo [--port 8123] [--no-browser]``
"""

import argparse
import sys

from coursekit.cli.demo import missing
from coursekit.errors import CourseError
from demo import page

parser = argparse.ArgumentParser(prog="demo")
parser.add_argument("--port", type=int)
parser.add_argument("--no-browser", action="store_true")
asked = parser.parse_args()
try:
    page.serve(asked.port, not asked.no_browser)
except ModuleNotFoundError as error:
    if error.name != "gradio":
        raise
    sys.exit(str(missing()))
except CourseError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    sys.exit(0)
