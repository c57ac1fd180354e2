"""What the app and its libraries log, on the console of the host."""

import faulthandler
import logging
import signal
import sys
import traceback
from types import TracebackType

from emulator.host.console import LogStream, log_to_console
from emulator.host.log_levels import LogLevels
from emulator.host.worker.running import category

_SERVER_PACKAGES = frozenset({"uvicorn", "fastapi", "starlette", "anyio", "contextlib"})


def take_over_output(levels: LogLevels) -> None:
    """Turn log records and printed lines of this process into lines on its stderr."""
    log_to_console(levels, category)
    faulthandler.enable(sys.__stderr__ or 2)
    # The host asks so where a worker hangs; written in C, it needs no event loop that turns.
    faulthandler.register(signal.SIGUSR1, sys.__stderr__ or 2, all_threads=False)
    sys.stdout = LogStream(logging.getLogger("stdout"), logging.INFO)
    sys.stderr = LogStream(logging.getLogger("stderr"), logging.WARNING)
    # "Function name: x, Function Type: async" and the like, several lines for each invocation.
    library = logging.getLogger("azure.functions")
    library.setLevel(logging.WARNING)
    library.addFilter(_not_of_an_import)


def quiet_uvicorn() -> None:
    """Keep uvicorn from installing handlers of its own; call before its server starts."""
    from uvicorn.config import LOGGING_CONFIG  # only apps that stream bring uvicorn along

    LOGGING_CONFIG.clear()
    LOGGING_CONFIG["version"] = 1
    LOGGING_CONFIG["disable_existing_loggers"] = False
    logging.getLogger("uvicorn.access").propagate = False
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)
    server.addFilter(_not_told_by_the_host)


def _not_of_an_import(record: logging.LogRecord) -> bool:
    """Drop what the library says of an app that does not import: the host says it in a line."""
    return not str(record.msg).startswith(("Error: %s, %s", "Error when indexing function."))


def _not_told_by_the_host(record: logging.LogRecord) -> bool:
    """Drop an exception that came out of an invocation: the host logs it with its stack.

    What is left, an exception in the middle of a stream, loses the frames of the server.
    """
    if record.exc_info is None or record.exc_info[1] is None:
        return True
    kind, error, trace = record.exc_info
    if any(frame.f_code.co_name == "invocation_request" for frame, _ in traceback.walk_tb(trace)):
        return False
    while trace is not None and trace.tb_next is not None and _is_of_server(trace):
        trace = trace.tb_next
    record.exc_info = (kind, error.with_traceback(trace), trace)
    return True


def _is_of_server(trace: TracebackType) -> bool:
    module = str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in _SERVER_PACKAGES
