"""One line per log record: `HH:MM:SS LEVEL name: message key=value ...`."""

import io
import logging
import sys
import threading
from typing import override

from emulator.host.log_levels import CategoryOf, LogLevels

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's copy of the message
}


class LineFormatter(logging.Formatter):
    """Keeps what the writer of a record put in `extra` (run id, correlation id ...)."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        extras = (
            f" {key}={value}" for key, value in record.__dict__.items() if key not in _STANDARD
        )
        return super().formatMessage(record).rstrip().replace("\n", "\n    ") + "".join(extras)


class LogStream(io.TextIOBase):
    """Stands in for sys.stdout or sys.stderr of the app: each printed line becomes a record."""

    encoding = "utf-8"

    def __init__(self, logger: logging.Logger, level: int) -> None:
        super().__init__()
        self._logger = logger
        self._level = level
        self._unfinished = threading.local()  # two threads that print do not share a line

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str, /) -> int:
        pending: str = getattr(self._unfinished, "line", "")
        *lines, self._unfinished.line = (pending + text).split("\n")
        for line in lines:
            if line.strip():
                self._logger.log(self._level, "%s", line.rstrip())
        return len(text)


def log_to_console(levels: LogLevels, category: CategoryOf) -> None:
    """Send the records that `levels` let through to this process's stderr, one line each."""

    def is_shown(record: logging.LogRecord) -> bool:
        return record.levelno >= levels.level_of(category(record))

    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(LineFormatter())
    if levels.categories:
        handler.addFilter(is_shown)
    root = logging.getLogger()
    for before in [one for one in root.handlers if isinstance(one.formatter, LineFormatter)]:
        root.removeHandler(before)  # of settings that no longer hold
    root.addHandler(handler)
    root.setLevel(levels.lowest)
