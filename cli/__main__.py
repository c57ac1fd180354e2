"""`./eira COMMAND`: finds the command's module and runs it."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from .arguments import parse
from .errors import CommandError

EXIT_INTERRUPTED = 130


class Command(Protocol):
    """What each command's module offers."""

    def run(self, options: argparse.Namespace) -> int:
        """Does the work and gives the exit code; raises `CommandError`."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    options = parse(arguments)
    command = cast(Command, importlib.import_module(f"cli.{options.command}"))
    try:
        return command.run(options)
    except CommandError as error:
        print(f"./eira {options.command}: {error.message}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
