"""Which functions run in this worker now, so that a log record can be told to one."""

import logging

from azure_functions_runtime.utils.executor import invocation_id_cv

_functions: dict[str, str] = {}


def begin(invocation: str, function: str) -> None:
    """To be called in the task that runs the invocation: the records of its context are its."""
    _functions[invocation] = function
    invocation_id_cv.set(invocation)


def end(invocation: str) -> None:
    _functions.pop(invocation, None)


def category(record: logging.LogRecord) -> str:
    """`Function.<name>.User` for what a function writes, `Function` when nobody can tell which."""
    del record
    name = _functions.get(invocation_id_cv.get() or "")
    return "Function" if name is None else f"Function.{name}.User"
