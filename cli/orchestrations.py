"""The orchestrations of a running host, read from its inspection routes (/runtime/ui/data)."""

import http.client
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from .errors import CommandError
from .web import StatusError, UnreachableError, send

ANSWER_SECONDS = 10.0
STATUSES = ("running", "pending", "suspended", "completed", "failed", "terminated")


class Summary(BaseModel, frozen=True):
    """One orchestration in a list; `parent` is the id of the one whose part it is."""

    id: str
    name: str
    status: str
    created: datetime
    updated: datetime
    parent: str | None
    error: str | None

    @property
    def ended(self) -> bool:
        return self.status in {"Completed", "Failed", "Terminated"}


class Span(BaseModel, frozen=True):
    """Something an orchestration did; `end` is None while it lasts, `instance` a child's id."""

    kind: Literal["activity", "timer", "orchestration", "entity", "signal", "event", "note"]
    name: str
    start: datetime
    end: datetime | None
    state: Literal["running", "completed", "failed", "cancelled"]
    instance: str | None
    detail: str | None
    result: JsonValue
    error: str | None
    stack: str | None


class Orchestration(Summary, frozen=True):
    """One orchestration with its history."""

    input: JsonValue
    output: JsonValue
    customStatus: JsonValue  # noqa: N815 - as the host writes it
    stack: str | None
    spans: list[Span]


class UnknownError(CommandError):
    """There is no orchestration of that id."""


class AwayError(CommandError):
    """Nobody answers where the host should be."""


_LIST = TypeAdapter(list[Summary])


class Host:
    """A running host by its URL; every method raises `CommandError`."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers: Mapping[str, str] = {} if key is None else {"x-functions-key": key}

    def latest(self, *, status: str, name: str, top: int) -> list[Summary]:
        """The youngest first."""
        query = urlencode({"status": status, "name": name, "top": top})
        return _parsed(_LIST, self._get(f"/runtime/ui/data/orchestrations?{query}"))

    def show(self, instance: str) -> Orchestration:
        """One with its history; raises UnknownError."""
        content = self._get(f"/runtime/ui/data/orchestrations/{quote(instance, safe='')}", instance)
        return _parsed(TypeAdapter(Orchestration), content)

    def terminate(self, instance: str, reason: str) -> None:
        """Ask for its end; raises UnknownError."""
        path = f"/runtime/webhooks/durabletask/instances/{quote(instance, safe='')}/terminate"
        self._ask("POST", f"{path}?{urlencode({'reason': reason})}", instance)

    def _get(self, path: str, instance: str | None = None) -> bytes:
        return self._ask("GET", path, instance)

    def _ask(self, method: str, path: str, instance: str | None) -> bytes:
        try:
            with send(
                method, f"{self._url}{path}", headers=self._headers, timeout=ANSWER_SECONDS
            ) as answer:
                return answer.read()
        except StatusError as error:
            raise self._refused(error.status, instance) from None
        except (UnreachableError, OSError, http.client.HTTPException):
            raise AwayError(
                f"no host answers at {self._url}; start it with `./eira up` (in another terminal)."
            ) from None

    def _refused(self, status: int, instance: str | None) -> CommandError:
        match status:
            case 401 | 403:
                return CommandError("the host asks for keys; pass its master key with --key.")
            case 404 if instance is not None:
                return UnknownError(
                    f"there is no orchestration {instance}; `./eira runs` lists all."
                )
            case 410:
                return CommandError(f"{instance} has ended already.")
        return CommandError(f"{self._url} answers {status}: it is not the local host.")


def _parsed[T](adapter: TypeAdapter[T], content: bytes) -> T:
    try:
        return adapter.validate_json(content)
    except ValidationError:
        raise CommandError("the host's answer is not understood; it may be another version.") from (
            None
        )


def text_of(value: JsonValue) -> str:
    """A value as one line of JSON; text as it is."""
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)
