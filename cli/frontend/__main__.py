"""`python -m cli.frontend` installs and builds what is not current, and says so."""

import sys

from cli.errors import CommandError

from .building import bring_up_to_date, say_on_stderr

try:
    bring_up_to_date(say_on_stderr)
except CommandError as error:
    say_on_stderr(f"Front end: {error.message}")
    sys.exit(1)
