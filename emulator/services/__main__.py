"""`python -m emulator.services NAME --config FILE --data DIR --port N` runs one service."""

import importlib
import sys

from .serving import CreateApp, main

NAMES = (
    "identity",
    "keyvault",
    "cosmos",
    "search",
    "model",
    "eventgrid",
    "mcp",
    "contentsafety",
    "staticweb",
)


def app_of(name: str) -> CreateApp:
    """The service's `create_app`; imported only when asked for, for the start to be quick."""
    create_app: CreateApp = importlib.import_module(f"emulator.services.{name}.app").create_app
    return create_app


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    if chosen not in NAMES:
        sys.exit(f"Name one of the services: {', '.join(NAMES)}.")
    main(chosen, app_of(chosen), sys.argv[2:])
