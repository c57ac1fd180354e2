"""Runs inside a probe app: writes down what the worker library gets from the host and returns.

A copy of this file lies beside the app, whose first line imports it; lines go to $WORKER_REC.
"""

import inspect
import json
import os
from pathlib import Path
from types import SimpleNamespace

import azure_functions_runtime as library

_FILE = Path(os.environ["WORKER_REC"])
_invoke = library.invocation_request
_list_functions = library.functions_metadata_request
_names: dict[str, str] = {}

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None


def plain(value: object) -> Plain:
    """Messages as JSON values."""
    match value:
        case SimpleNamespace():
            return {name: plain(item) for name, item in vars(value).items()}
        case dict():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case str() | int() | float() | None:
            return value
        case bytes():
            return value.decode()
    return repr(value)


def _write(**entry: object) -> None:
    with _FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(plain(dict(entry))) + "\n")


def _write_init() -> None:
    """The library imports the app while it handles the first message: that is on the stack."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "worker_init_request" and "request" in frame.f_locals:
            message = frame.f_locals["request"].request.worker_init_request
            _write(type="worker_init_request", msg=message)
            return
        frame = frame.f_back


async def _listing(request: object) -> SimpleNamespace:
    answer: SimpleNamespace = await _list_functions(request)
    for function in answer.function_metadata_results:
        _names[function.function_id] = function.name
    _write(type="function_metadata_response", msg=answer)
    return answer


async def _invoking(request: SimpleNamespace) -> SimpleNamespace:
    message = request.request.invocation_request
    function = _names[message.function_id]
    answer: SimpleNamespace = await _invoke(request)
    _write(type="invocation", function=function, request=message, response=answer)
    return answer


library.invocation_request = _invoking
library.functions_metadata_request = _listing
_write_init()
