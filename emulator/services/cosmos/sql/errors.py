"""A query that cannot be answered."""

import json


class SqlError(Exception):
    """Refused with 400; codes and wording follow the service's (SC1001 is a syntax error)."""

    def __init__(self, code: str, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.start = start
        self.end = end

    def wire_message(self) -> str:
        """The service nests its list of errors as JSON inside the message."""
        location = {"start": self.start, "end": self.end}
        error = {
            "severity": "Error",
            "location": location,
            "code": self.code,
            "message": self.message,
        }
        return "Message: " + json.dumps({"errors": [error]})


def syntax_error(near: str, start: int) -> SqlError:
    message = f"Syntax error, incorrect syntax near '{near}'."
    return SqlError("SC1001", message, start, start + len(near))


def unsupported(what: str) -> SqlError:
    return SqlError("SC1001", f"{what} is not emulated.")
