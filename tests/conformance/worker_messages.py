"""A probe app whose worker writes down what it gets, and both sides' messages in one form."""

import json
import re
import shutil
from pathlib import Path
from typing import cast

from tests.conformance import recordings
from tests.conformance.probes import Probe, start
from tests.conformance.recordings import Json, JsonObject

# Of a timer, as .NET prints a time without a culture.
_STAMP = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")
_RECORDER = Path(__file__).with_name("worker_recorder.py")


def start_recorded(name: str, folder: Path, *options: str, **environment: str) -> Probe:
    """Start a probe app in `folder` with the recorder of worker messages in it."""
    app = recordings.app(name, folder / name)
    shutil.copy(_RECORDER, app / "worker_recorder.py")
    source = app / "function_app.py"
    source.write_text(f"import worker_recorder\n{source.read_text('utf-8')}", "utf-8")
    return start(name, folder, *options, WORKER_REC=str(folder / "worker.ndjson"), **environment)


def messages(probe: Probe) -> list[JsonObject]:
    """What the worker has written down so far, whole lines only."""
    file = probe.host.folder / "worker.ndjson"
    lines = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def invocations(probe: Probe, function: str) -> list[JsonObject]:
    """The invocations of a function so far."""
    found = (one for one in messages(probe) if one["type"] == "invocation")
    return [one for one in found if one["function"] == function]


def request_shown(request: JsonObject) -> JsonObject:
    """Inputs and trigger metadata of an invocation; JSON texts in them are parsed."""
    inputs = cast("list[JsonObject]", request["input_data"])
    metadata = cast("JsonObject", request.get("trigger_metadata") or {})
    return {
        "input_data": {str(one["name"]): datum_shown(one["data"]) for one in inputs},
        "trigger_metadata": {name: datum_shown(one) for name, one in metadata.items()},
    }


def response_shown(response: JsonObject) -> JsonObject:
    """How an invocation ended: `Success` and its value, or the exception's text."""
    result = cast("JsonObject", response["result"])
    raised = cast("JsonObject | None", result.get("exception"))
    if raised is not None:
        # What follows is a stack, or the state of an orchestrator.
        return {"raised": str(raised["message"]).partition("\n")[0].rstrip()}
    return {"value": datum_shown(response.get("return_value"))}


def datum_shown(datum: Json) -> Json:
    """A value of the protocol: its kind, and what it holds."""
    match datum:
        case {"json": str(text)}:
            parsed: Json = json.loads(text)
            return {"json": parsed}
        case {"string": str(text)} if text.startswith("{"):
            inside: Json = json.loads(text)
            return {"string": inside}
        case {"string": str(text)}:
            return {"string": _STAMP.sub("<stamp>", text)}
        case {"http": dict(http)}:
            return {"http": {"params": http.get("params") or {}}}
        case dict() if not datum:
            return None
    return datum
