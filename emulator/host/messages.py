"""The messages host and worker send each other, and how they become frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never, cast

from emulator.host.frames import Frame
from emulator.host.http_datum import HttpCall, HttpReply
from emulator.host.invocation import Datum, Failed, Outcome, RetryState, Succeeded
from emulator.host.retry_policy import RetryPolicy, packed, unpacked

type NamedData = tuple[tuple[str, Datum], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Host to worker: run `function`; the answer is a Done with the same `call` number."""

    call: int
    function: str
    invocation: str
    inputs: NamedData
    metadata: NamedData = ()
    traceparent: str = ""
    retry: RetryState | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """Host to worker: the HTTP exchange of `invocation` is over.

    When the request never arrived (its client left at once), the invocation that waits for it is
    ended too.
    """

    invocation: str


@dataclass(frozen=True, slots=True)
class IndexedFunction:
    """One function as the worker found it: its bindings are JSON texts."""

    name: str
    bindings: tuple[str, ...]
    entry_point: str = ""
    script: str = ""
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Worker to host: the app is imported; `http_uri` is set for apps that stream (HTTP v2)."""

    functions: tuple[IndexedFunction, ...]
    http_uri: str | None


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """Worker to host: importing or indexing the app raised."""

    message: str
    stack: str


@dataclass(frozen=True, slots=True)
class Done:
    """Worker to host: how the invocation with that `call` number ended."""

    call: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Ping:
    """Host to worker: are you still there? A worker whose event loop is blocked cannot answer."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Worker to host: the answer to a Ping."""


type Message = Run | Forget | Ping | Loaded | LoadFailed | Done | Pong


def encode(message: Message) -> Frame:
    """The frame of a message: its kind, then its fields."""
    match message:
        case Run(call, function, invocation, inputs, metadata, traceparent, retry):
            values = _pack_all(inputs), _pack_all(metadata)
            return "run", call, function, invocation, *values, traceparent, _pack_retry(retry)
        case Done(call, Succeeded(value, outputs)):
            return "done", call, None if value is None else _pack(value), _pack_all(outputs)
        case Done(call, Failed(text, stack)):
            return "failed", call, str(text), str(stack)
        case Forget(invocation):
            return "forget", invocation
        case Ping():
            return ("ping",)
        case Pong():
            return ("pong",)
        case Loaded(functions, http_uri):
            return "loaded", tuple(map(_pack_function, functions)), http_uri
        case LoadFailed(text, stack):
            return "load_failed", str(text), str(stack)
        case Done():
            raise AssertionError(message)
        case _:
            assert_never(message)


def decode(frame: Frame) -> Message:
    """The message of a frame; raises ValueError for one that is none of ours."""
    match frame:
        case (
            "run",
            int(call),
            str(function),
            str(invocation),
            inputs,
            metadata,
            str(trace),
            retry,
        ):
            values = _unpack_all(inputs), _unpack_all(metadata)
            return Run(call, function, invocation, *values, trace, _unpack_retry(retry))
        case ("done", int(call), value, outputs):
            result = None if value is None else _unpack(cast("Frame", value))
            return Done(call, Succeeded(result, _unpack_all(outputs)))
        case ("failed", int(call), str(text), str(stack)):
            return Done(call, Failed(text, stack))
        case ("forget", str(invocation)):
            return Forget(invocation)
        case ("ping",):
            return Ping()
        case ("pong",):
            return Pong()
        case ("loaded", tuple(functions), (str() | None) as http_uri):
            return Loaded(tuple(map(_unpack_function, functions)), http_uri)
        case ("load_failed", str(text), str(stack)):
            return LoadFailed(text, stack)
    raise ValueError(f"unknown frame {frame[:1]!r}")


def _pack_function(one: IndexedFunction) -> Frame:
    return one.name, one.bindings, one.entry_point, one.script, packed(one.retry)


def _unpack_function(fields: Frame) -> IndexedFunction:
    name, bindings, entry_point, script, retry = fields
    return IndexedFunction(
        str(name),
        tuple(cast("tuple[str, ...]", bindings)),
        str(entry_point),
        str(script),
        unpacked(cast("list[float] | None", retry)),
    )


def _pack_retry(retry: RetryState | None) -> Frame | None:
    if retry is None:
        return None
    return retry.count, retry.limit, str(retry.failure.message), str(retry.failure.stack)


def _unpack_retry(packed_state: object) -> RetryState | None:
    match packed_state:
        case (int(count), int(limit), str(message), str(stack)):
            return RetryState(count, limit, Failed(message, stack))
    return None


def _pack_all(data: NamedData) -> Frame:
    return tuple([(name, *_pack(datum)) for name, datum in data])


def _pack(datum: Datum) -> Frame:
    """Kind and value of a datum, of the very types that marshal takes: no subclasses."""
    match datum.value:
        case str(text):
            return datum.kind, str(text)
        case bytes(data):
            return datum.kind, bytes(data)
        case bool() | int() as number:
            return datum.kind, int(number)
        case float(number):
            return datum.kind, float(number)
        case HttpCall(params, method, url, headers, query, body):
            return (
                "call",
                _texts(params),
                str(method),
                str(url),
                _texts(headers),
                _texts(query),
                body,
            )
        case HttpReply(status, headers, cookies, body):
            return "reply", int(status), _texts(headers), tuple(map(str, cookies)), body
        case other:
            raise TypeError(f"a {datum.kind} datum cannot carry a {type(other).__name__}")


def _texts(mapping: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in mapping.items()}


def _unpack_all(packed: object) -> NamedData:
    values = cast("tuple[tuple[object, ...], ...]", packed)
    return tuple([(str(name), _unpack(datum)) for name, *datum in values])


def _unpack(packed: Sequence[object]) -> Datum:
    match packed:
        case ("string" | "json" | "bytes" | "int" | "double" as kind, value):
            return Datum(kind, value)
        case ("call", dict(params), str(method), str(url), dict(headers), dict(query), body):
            return Datum("http", HttpCall(params, method, url, headers, query, cast("bytes", body)))
        case ("reply", int(status), dict(headers), tuple(cookies), body):
            return Datum("http", HttpReply(status, headers, cookies, cast("bytes", body)))
    raise ValueError(f"unknown datum {packed!r}")
