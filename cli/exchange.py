"""One run over HTTP: post the message, read its events, come back when the connection is lost."""

import http.client
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .errors import CommandError
from .sse import Event, read_events
from .web import StatusError, UnreachableError, send, send_for_json

# Two heartbeats (every 15 s) and a little: whoever is silent longer is gone.
SILENCE_SECONDS = 35.0
# How long one keeps trying without a single new event.
GIVE_UP_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0
SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands between two events: the connection broke, the run is being taken up again."""

    after: int


class RefusedError(CommandError):
    """The app answered with a problem (RFC 9457) where a stream was asked for."""

    def __init__(self, error: StatusError) -> None:
        problem = error.document
        code = problem.get("code", f"status {error.status}")
        detail = problem.get("detail") or problem.get("title") or "the app gives no reason"
        trace = problem.get("correlationId")
        super().__init__(
            f"{code}: {detail}{_fields_at_fault(problem)}"
            + (f" (correlation id {trace})" if trace else "")
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """Talks to the app at `app` (no trailing slash) with one user's token; times in seconds."""

    app: str
    token: str
    silence: float = SILENCE_SECONDS
    give_up: float = GIVE_UP_SECONDS

    def create_conversation(self, language: str | None) -> str:
        """Gives the new conversation's id; raises `CommandError`."""
        try:
            answer = send_for_json(
                "POST",
                f"{self.app}/api/conversations",
                body={} if language is None else {"language": language},
                headers=self._headers(),
                timeout=self.silence,
            )
        except StatusError as error:
            raise RefusedError(error) from None
        except UnreachableError as error:
            raise CommandError(
                f"the app at {self.app} does not answer ({error}); is `./eira up` still running?"
            ) from None
        return str(answer["conversationId"])

    def say(self, conversation: str, message: str) -> Iterator[Event | Lost]:
        """The run's events, each once and in order, up to its terminal one.

        Raises `RefusedError` when the app refuses, and `CommandError` when it stays away for
        longer than `give_up`.
        """
        run = _Run(self, f"/api/conversations/{quote(conversation, safe='')}/messages", message)
        patience = _Patience(self.give_up)
        while not run.ended:
            try:
                for event in run.read():
                    patience.renew()
                    yield event
            except UnreachableError as error:
                yield Lost(after=run.last)
                patience.wait(f"the app at {self.app} does not answer ({error}).")

    def stream(
        self, method: str, path: str, *, body: object = None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """An open event stream; raises `StatusError` and `UnreachableError`."""
        accept = {"Accept": "text/event-stream"}
        return send(
            method,
            f"{self.app}{path}",
            body=body,
            headers={**self._headers(), **accept, **headers},
            timeout=self.silence,
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class _Run:
    """How far one run has been seen."""

    def __init__(self, exchange: Exchange, path: str, message: str) -> None:
        self._exchange = exchange
        self._path = path
        self._message = message
        # The same key on every try: a message whose answer got lost starts no second run.
        self._key = str(uuid.uuid4())
        self._run_id = ""
        self.last = 0
        self.ended = False

    def read(self) -> Iterator[Event]:
        """New events until the terminal one; raises `UnreachableError` when cut off before it."""
        try:
            with self._open() as stream:
                self._run_id = stream.headers.get("x-run-id") or self._run_id
                for event in read_events(stream):
                    if event.number <= self.last:
                        continue
                    self.last = event.number
                    self.ended = event.is_terminal
                    yield event
                    if self.ended:
                        return
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(str(error) or type(error).__name__) from None
        raise UnreachableError("the stream ended too early")

    def _open(self) -> http.client.HTTPResponse:
        try:
            if self._run_id:
                path = f"/api/runs/{quote(self._run_id, safe='')}/events"
                seen = {"Last-Event-ID": str(self.last)} if self.last else {}
                return self._exchange.stream("GET", path, headers=seen)
            key = {"Idempotency-Key": self._key}
            body = {"message": self._message}
            return self._exchange.stream("POST", self._path, body=body, headers=key)
        except StatusError as error:
            # While a worker is being replaced the way back to a run may answer 502 or 503.
            if self._run_id and error.status >= SERVER_ERRORS:
                raise UnreachableError(str(error)) from None
            raise RefusedError(error) from None


class _Patience:
    """Pauses that grow, up to a deadline that every event renews."""

    def __init__(self, give_up: float) -> None:
        self._give_up = give_up
        self.renew()

    def renew(self) -> None:
        self._deadline = time.monotonic() + self._give_up
        self._pause = FIRST_PAUSE_SECONDS

    def wait(self, reason: str) -> None:
        """Raises `CommandError` with `reason` when the deadline is over."""
        if time.monotonic() + self._pause > self._deadline:
            raise CommandError(reason)
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)


def _fields_at_fault(problem: Mapping[str, object]) -> str:
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return ""
    named = [error for error in errors if isinstance(error, dict)]
    return "".join(f"; {error.get('pointer')}: {error.get('message')}" for error in named)
