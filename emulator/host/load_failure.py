"""Why an app does not load, in the fewest lines that say it."""

import re
from collections.abc import Iterator
from pathlib import Path

from emulator.host.messages import LoadFailed

# The library's own advice, which ends in a line of all folders that Python looks into.
_ADVICE = ". Cannot find module. "
_CHAINED = re.compile(
    r"^(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):$",
    re.MULTILINE,
)
_FRAME = re.compile(
    r'^  File "(?P<file>[^"]+)", line (?P<line>\d+), in .*\n(?: {4}.*\n?)*', re.MULTILINE
)
_MACHINERY = ("<frozen ", "/azure_functions_runtime/", "/importlib/")


def explained(failed: LoadFailed, app: Path) -> str:
    """The error, and where in the app; the way there follows when it is longer than one step."""
    message = failed.message.split(_ADVICE, 1)[0]
    frames = list(_own_frames(failed.stack))
    places = [found for found in frames if _is_of(app, found["file"])]
    if places:
        file = Path(places[-1]["file"]).relative_to(app)
        message = f"{message} ({file}, line {places[-1]['line']})"
    if not places or len(frames) == 1:
        return message
    way = "".join(found[0] for found in frames).rstrip()
    return f"{message}\n{way}"


def _is_of(app: Path, file: str) -> bool:
    # The app's virtual environment may be in its folder.
    return Path(file).is_relative_to(app) and "site-packages" not in Path(file).parts


def _own_frames(stack: str) -> Iterator[re.Match[str]]:
    """The frames of the last exception, without those of the worker library and of imports."""
    last = _CHAINED.split(stack)[-1]
    for found in _FRAME.finditer(last):
        if not any(part in found["file"] for part in _MACHINERY):
            yield found
