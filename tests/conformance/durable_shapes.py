"""Recordings and observations of Durable in one shape that can be compared."""

import json
import re
from collections.abc import Iterable, Sequence

from tests.conformance.comparing import Masks, headers
from tests.conformance.durable_scenarios import Observed
from tests.conformance.http_exchanges import Answer, recorded_answer
from tests.conformance.recordings import Json, JsonObject
from tests.conformance.worker_messages import request_shown, response_shown

# What .NET and the recorder's scrubbing make of a body's length, and which of two ways to say it.
_FRAMING = ("date", "content-length", "transfer-encoding")
_MARKERS = {12, 13}
_EXCEPTION = '{"$type":'
# Frames of another language and of another version of the worker: their texts tell nothing.
_FRAMES = r'(?:  File "[^"\n]+", line \d+, in [^\n]+\n?(?:    [^\n]*\n?)*)+'
_PYTHON_STACK = re.compile(
    rf"Traceback \(most recent call last\):\n{_FRAMES}(?:\S[^\n]*\n)?|{_FRAMES}"
)
# The extension names the functions it knows in the order of a hash table.
_KNOWN_FUNCTIONS = re.compile(r"(?<=functions: )'\w+'(?:, '\w+')*")
_NET_STACK = re.compile(r"(?:   at [^\n]+(?:\n|$))+")


def recorded(scenario: JsonObject) -> Observed:
    """A recorded scenario as if it had just been observed."""
    steps, final = scenario["http"], scenario["final_status"]
    assert isinstance(steps, list)
    assert isinstance(final, dict)
    return Observed(
        http=[
            (str(step["step"]), recorded_answer(step)) for step in steps if isinstance(step, dict)
        ],
        episodes=objects(scenario.get("episodes")),
        entity_batches=objects(scenario.get("entity_batches")),
        invocations=objects(scenario.get("activities")),
        final=recorded_answer(final),
    )


def exchange(answer: Answer, masks: Masks) -> Json:
    """An answer with its JSON taken apart."""
    return {
        "status": answer.status,
        "reason": answer.reason,
        "headers": masks.json(headers(answer.headers, *_FRAMING)),
        "body": parsed(answer.body, masks),
    }


def scenario(observed: Observed, masks: Masks, *, gathered: bool) -> Json:
    """Everything about a scenario.

    With `gathered`, completions that came at the same time count in any order and in any batch:
    of each instance the first episode is kept, and the last one without the marks of episodes.
    """
    episodes: dict[str, Json] = {}
    instances = {str(each["instance"]): None for each in observed.episodes}
    for instance in sorted(
        instances, key=lambda one: (one != observed.episodes[0]["instance"], one)
    ):
        own = [each for each in observed.episodes if each["instance"] == instance]
        shaped: list[Json] = [_episode(each, masks) for each in own]
        episodes[masks.text(instance)] = [shaped[0], _gathered(shaped[-1])] if gathered else shaped
    batches = observed.entity_batches
    if gathered:
        batches = sorted(batches, key=_entity_key)
    shown = observed.final
    assert shown is not None
    final = exchange(shown, masks)
    return {
        "http": [
            {"step": step, **_as_object(exchange(said, masks))} for step, said in observed.http
        ],
        "episodes": episodes,
        "entity batches": [_episode(each, masks) for each in batches],
        "invocations": _invocations(observed.invocations, masks),
        "final status": _gathered_status(final) if gathered else final,
    }


def parsed(text: str, masks: Masks) -> Json:
    """A text's JSON, masked, texts that hold JSON taken apart too; else the masked text."""
    return taken_apart(json.loads(text), masks) if _is_json(text) else _text(text, masks)


def taken_apart(value: Json, masks: Masks) -> Json:
    """A masked value whose texts are taken apart where they hold JSON or an exception."""
    match value:
        case str() if value[:1] in {"{", "["} and _is_json(value):
            return {"<json>": taken_apart(json.loads(value), masks)}
        case str():
            return _text(value, masks)
        case list():
            return [taken_apart(item, masks) for item in value]
        case dict():
            return {masks.text(key): taken_apart(item, masks) for key, item in value.items()}
        case _:
            return value


def _text(text: str, masks: Masks) -> Json:
    """A masked text; one with a serialised .NET exception in it becomes a list of its parts."""
    place = text.find(_EXCEPTION)
    if place < 0:
        without_stacks = _NET_STACK.sub("<.NET stack>", _PYTHON_STACK.sub("<Python stack>", text))
        return masks.text(_KNOWN_FUNCTIONS.sub(_in_order, without_stacks))
    serialised, end = json.JSONDecoder().raw_decode(text, place)
    return [_text(text[:place], masks), taken_apart(serialised, masks), _text(text[end:], masks)]


def _in_order(names: re.Match[str]) -> str:
    return ", ".join(sorted(names[0].split(", ")))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _episode(said: JsonObject, masks: Masks) -> JsonObject:
    shaped: JsonObject = {"function": said["function"], "input": parsed(str(said["input"]), masks)}
    raised = said.get("raised")
    if isinstance(raised, dict):
        shaped["raised"] = parsed_error(str(raised["message"]), masks)
    elif said["output"] is None:
        shaped["raised"] = parsed_error(str(said["error"]), masks)
    else:
        shaped["output"] = _without_moments(parsed(str(said["output"]), masks))
    return shaped


def parsed_error(text: str, masks: Masks) -> Json:
    """An exception's message; the state that the SDK appends is taken apart."""
    head, label, state = text.partition("$OutOfProcData$:")
    return [_text(head, masks), parsed(state, masks)] if label else _text(head, masks)


def _invocations(said: Sequence[JsonObject], masks: Masks) -> list[Json]:
    """Activities, and orchestrators that raised; tries of one activity keep their order."""
    shaped = [taken_apart(_invocation(each), masks) for each in said]
    return sorted(shaped, key=lambda one: json.dumps(_without_answer(one), sort_keys=True))


def _invocation(said: JsonObject) -> JsonObject:
    response = _as_object(said["response"])
    raised = said.get("failed_orchestrator_invocation")
    if raised is not None or _is_orchestrator(said):
        return {"orchestrator": raised or said["function"], **response_shown(response)}
    request = _as_object(said.get("request", said))
    return {"function": said["function"], **request_shown(request), **response_shown(response)}


def _is_orchestrator(said: JsonObject) -> bool:
    match said:
        case {"request": {"trigger_metadata": {"instanceId": _}}}:
            return False
    return "request" in said


def _without_answer(invocation: Json) -> Json:
    kept = ("function", "orchestrator", "input_data")
    return {name: value for name, value in _as_object(invocation).items() if name in kept}


def _entity_key(batch: JsonObject) -> str:
    return str(json.loads(str(batch["input"]))["self"]["key"])


def _without_moments(output: Json) -> Json:
    """An entity's answer without when its operations ran and how long they took."""
    if isinstance(output, dict) and isinstance(results := output.get("results"), list):
        for result in results:
            if isinstance(result, dict):
                result |= {"startTime": "<moment>", "duration": "<duration>"}
    return output


def _gathered(episode: Json) -> Json:
    shaped = _as_object(episode)
    given = _as_object(shaped["input"])
    history = given["history"]
    assert isinstance(history, list)
    kept = {name: value for name, value in given.items() if name != "isReplaying"}
    return {**shaped, "input": {**kept, "history": _sorted_events(history)}}


def _gathered_status(final: Json) -> Json:
    shaped = _as_object(final)
    body = _as_object(shaped["body"])
    events = body["historyEvents"]
    assert isinstance(events, list)
    return {**shaped, "body": {**body, "historyEvents": _sorted_events(events)}}


def _sorted_events(events: Sequence[Json]) -> list[Json]:
    objects = [event for event in events if isinstance(event, dict)]
    kept: list[JsonObject] = [
        {name: value for name, value in event.items() if name != "IsPlayed"}
        for event in objects
        if event["EventType"] not in _MARKERS
    ]
    return sorted(kept, key=lambda event: json.dumps(event, sort_keys=True))


def _as_object(value: Json) -> JsonObject:
    assert isinstance(value, dict)
    return value


def objects(values: Json | None) -> list[JsonObject]:
    """The JSON objects in a list; none when there is no list."""
    found: Iterable[Json] = values if isinstance(values, list) else []
    return [value for value in found if isinstance(value, dict)]
