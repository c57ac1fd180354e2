"""The messages host and worker send each other, and how they become frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never, cast

from emulator.host.frames import Head
from emulator.host.http_datum import HttpCall, HttpReply
from emulator.host.invocation import Datum, DatumKind, Failed, Outcome, RetryState, Succeeded
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


type Message = Run | Forget | Loaded | LoadFailed | Done


def encode(message: Message) -> tuple[Head, list[bytes]]:
    """The frame of a message: its head and its binary parts."""
    parts: list[bytes] = []
    match message:
        case Run():
            head: Head = {
                "run": message.call,
                "function": message.function,
                "invocation": message.invocation,
                "inputs": _pack_all(message.inputs, parts),
                "metadata": _pack_all(message.metadata, parts),
                "traceparent": message.traceparent,
                "retry": _pack_retry(message.retry),
            }
        case Forget(invocation):
            head = {"forget": invocation}
        case Loaded(functions, http_uri):
            head = {"loaded": [_pack_function(one) for one in functions], "http_uri": http_uri}
        case LoadFailed(text, stack):
            head = {"load_failed": text, "stack": stack}
        case Done(call, Succeeded(value, outputs)):
            packed = None if value is None else _pack(value, parts)
            head = {"done": call, "value": packed, "outputs": _pack_all(outputs, parts)}
        case Done(call, Failed(text, stack)):
            head = {"done": call, "failed": text, "stack": stack}
        case Done():
            raise AssertionError(message)
        case _:
            assert_never(message)
    return head, parts


def decode(head: Head, parts: list[bytes]) -> Message:
    """The message of a frame; raises ValueError for a head that is none of ours."""
    match head:
        case {"run": int(call), "function": str(function), "invocation": str(invocation)}:
            inputs = _unpack_all(head["inputs"], parts)
            metadata = _unpack_all(head["metadata"], parts)
            traceparent, retry = str(head["traceparent"]), _unpack_retry(head["retry"])
            return Run(call, function, invocation, inputs, metadata, traceparent, retry)
        case {"forget": str(invocation)}:
            return Forget(invocation)
        case {"loaded": list(functions), "http_uri": (str() | None) as http_uri}:
            return Loaded(tuple(_unpack_function(one) for one in functions), http_uri)
        case {"load_failed": str(text), "stack": str(stack)}:
            return LoadFailed(text, stack)
        case {"done": int(call), "failed": str(text), "stack": str(stack)}:
            return Done(call, Failed(text, stack))
        case {"done": int(call), "value": value, "outputs": outputs}:
            result = None if value is None else _unpack(value, parts)
            return Done(call, Succeeded(result, _unpack_all(outputs, parts)))
    raise ValueError(f"unknown frame with the keys {sorted(head)}")


def _pack_function(one: IndexedFunction) -> list[object]:
    return [one.name, list(one.bindings), one.entry_point, one.script, packed(one.retry)]


def _unpack_function(fields: list[object]) -> IndexedFunction:
    name, bindings, entry_point, script, retry = fields
    return IndexedFunction(
        str(name),
        tuple(cast("list[str]", bindings)),
        str(entry_point),
        str(script),
        unpacked(cast("list[float] | None", retry)),
    )


def _pack_retry(retry: RetryState | None) -> list[object] | None:
    if retry is None:
        return None
    return [retry.count, retry.limit, retry.failure.message, retry.failure.stack]


def _unpack_retry(packed_state: object) -> RetryState | None:
    match packed_state:
        case [int(count), int(limit), str(message), str(stack)]:
            return RetryState(count, limit, Failed(message, stack))
    return None


def _pack_all(data: NamedData, parts: list[bytes]) -> list[list[object]]:
    return [[name, _pack(datum, parts)] for name, datum in data]


def _pack(datum: Datum, parts: list[bytes]) -> list[object]:
    match datum.value:
        case str(text):
            # Lone surrogates are legal in Python strings and in JSON escapes: let them through.
            return [datum.kind, _add(text.encode("utf-8", "surrogatepass"), parts)]
        case bytes(data):
            return [datum.kind, _add(data, parts)]
        case int(number) | float(number):
            return [datum.kind, number]
        case HttpCall() as call:
            fields: Mapping[str, object] = {
                "params": call.params,
                "method": call.method,
                "url": call.url,
                "headers": call.headers,
                "query": call.query,
            }
            return ["call", fields, _add(call.body, parts)]
        case HttpReply(status, headers, cookies, body):
            return ["reply", status, headers, list(cookies), _add(body, parts)]
        case other:
            raise TypeError(f"a {datum.kind} datum cannot carry a {type(other).__name__}")


def _add(data: bytes, parts: list[bytes]) -> int:
    parts.append(data)
    return len(parts) - 1


def _unpack_all(packed: object, parts: list[bytes]) -> NamedData:
    pairs = cast("list[tuple[str, object]]", packed)
    return tuple((name, _unpack(datum, parts)) for name, datum in pairs)


def _unpack(packed: object, parts: list[bytes]) -> Datum:
    match packed:
        case ["call", {**fields}, int(index)]:
            return Datum("http", HttpCall(**fields, body=parts[index]))  # type: ignore[arg-type]
        case ["reply", int(status), {**headers}, list(cookies), int(index)]:
            reply = HttpReply(status, cast("dict[str, str]", headers), tuple(cookies), parts[index])
            return Datum("http", reply)
        case ["string" | "json" as kind, int(index)]:
            return Datum(kind, parts[index].decode("utf-8", "surrogatepass"))
        case ["bytes", int(index)]:
            return Datum("bytes", parts[index])
        case [str(kind), int() | float() as number]:
            return Datum(cast("DatumKind", kind), number)
    raise ValueError(f"unknown datum {packed!r}")
