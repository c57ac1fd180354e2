"""Errors as people want to read them: what happened, and apart from it the stack."""

import json

# Where the extension appends a serialised .NET exception to the text of an error.
_APPENDED = ' \n {"$type":"System.'


def explained(text: str) -> tuple[str, str | None]:
    """An error's text without its .NET exception, and Python's stack from that exception."""
    said, mark, rest = text.partition(_APPENDED)
    return said.strip(), stack_in(mark.removeprefix(" \n ") + rest) if mark else None


def stack_in(details: str) -> str | None:
    """Python's stack in the serialised .NET exception that `details` begins with, if there is."""
    try:
        document, _ = json.JSONDecoder().raw_decode(details)
    except ValueError:
        return None
    inner = document.get("InnerException") if isinstance(document, dict) else None
    stack = inner.get("RemoteStackTrace") if isinstance(inner, dict) else None
    return str(stack) if stack else None
