"""A smoke test: health, one conversation, one stream that is cut and resumed; leaves nothing."""

import http.client
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from cli.deployment.findings import Finding, error, ok, warning
from cli.errors import CommandError
from cli.sse import Event, read_events
from cli.web import StatusError, UnreachableError, send, send_for_json

MESSAGE = "Hola, ¿cómo va?"
"""Small talk: no search of Cerebro, no call of the ERP."""
SILENCE_SECONDS = 60.0
"""Four heartbeats; the first request may wake a worker up."""
WAITS_SECONDS = 240.0
"""An app that was just deployed is away while its instances are replaced."""
PAUSE_SECONDS = 2.0
ERASING_SECONDS = 60.0
NOT_YET = frozenset({404, 502, 503, 504})
COME_AGAIN = frozenset({409, 503})
SERVER_ERRORS = 500


class _BrokenError(Exception):
    """A part of the test failed, and what follows needs it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


@dataclass(slots=True)
class Smoke:
    """`url` of the app, without a trailing slash; `sign_in` gives a bearer token, or raises
    CommandError. `tell` is told each finding as it is made."""

    url: str
    sign_in: Callable[[], str]
    tell: Callable[[Finding], None]
    _headers: dict[str, str] = field(default_factory=dict)
    _found: list[Finding] = field(default_factory=list)

    def run(self) -> Sequence[Finding]:
        """All findings; what comes behind a part that failed is not tried."""
        try:
            self._found_that(self._health())
            self._found_that(self._signed_in())
            conversation = self._open()
            try:
                self._converse(conversation)
            finally:
                self._found_that(self._erased(conversation))
        except _BrokenError as broken:
            self._found_that(broken.finding)
        return self._found

    def _found_that(self, finding: Finding) -> None:
        self._found.append(finding)
        self.tell(finding)

    def _health(self) -> Finding:
        tried = f"GET {self.url}/api/health"
        deadline = time.monotonic() + WAITS_SECONDS
        while True:
            try:
                answer = send_for_json("GET", f"{self.url}/api/health", timeout=SILENCE_SECONDS)
                break
            except (StatusError, UnreachableError) as failed:
                later = isinstance(failed, UnreachableError) or failed.status in NOT_YET
                if not later or time.monotonic() > deadline:
                    raise _BrokenError(
                        error("health", str(failed), tried, *_away(self.url))
                    ) from None
            time.sleep(PAUSE_SECONDS)
        if answer.get("status") != "ok":
            what = "somebody answers, and it is not this app"
            raise _BrokenError(error("health", what, tried, *_away(self.url)))
        return ok("health", f"the app answers, with pack {answer.get('packVersion')}")

    def _signed_in(self) -> Finding:
        try:
            self._headers = {"Authorization": f"Bearer {self.sign_in()}"}
        except CommandError as failed:
            raise _BrokenError(error("sign-in", failed.message)) from None
        return ok("sign-in", "there is a token")

    def _open(self) -> str:
        tried = f"POST {self.url}/api/conversations"
        try:
            answer = send_for_json(
                "POST",
                f"{self.url}/api/conversations",
                body={"title": "smoke test"},
                headers=self._headers,
                timeout=SILENCE_SECONDS,
            )
        except (StatusError, UnreachableError) as failed:
            raise _BrokenError(_refused("conversation", failed, tried)) from None
        return str(answer["conversationId"])

    def _converse(self, conversation: str) -> None:
        tried = f"POST …/conversations/{conversation}/messages as text/event-stream"
        begin = time.monotonic()
        path = f"/api/conversations/{quote(conversation, safe='')}/messages"
        try:
            run_id, seen = self._cut(path)
        except (StatusError, UnreachableError) as failed:
            raise _BrokenError(_refused("conversation", failed, tried)) from None
        if seen[-1].type != "text":
            raise _BrokenError(
                error("conversation", _ended_without_text(seen), tried, _look_at(run_id))
            )
        after, at = time.monotonic() - begin, seen[-1].number
        what = f"the answer began after {after:.1f} s; cut behind event {at}"
        self._found_that(ok("conversation", what))
        self._found_that(self._resumed(run_id, seen))

    def _resumed(self, run_id: str, seen: Sequence[Event]) -> Finding:
        cut = seen[-1].number
        tried = f"GET …/runs/{run_id}/events with Last-Event-ID: {cut}, then without"
        try:
            rest = self._all(run_id, {"Last-Event-ID": str(cut)})
            whole = self._all(run_id, {})
        except (StatusError, UnreachableError) as failed:
            return _refused("resume", failed, tried)
        if wrong := _wrong_in(seen, rest, whole):
            return error("resume", wrong, tried, _look_at(run_id))
        what = f"events {cut + 1} to {rest[-1].number} came once each and in order, up to done"
        return ok("resume", what)

    def _cut(self, path: str) -> tuple[str, list[Event]]:
        """The run's id and its events up to the first piece of text; then nobody listens."""
        seen: list[Event] = []
        once = {"Idempotency-Key": str(uuid.uuid4())}
        with self._stream("POST", path, {"message": MESSAGE}, once) as stream:
            run_id = stream.headers.get("x-run-id", "")
            for event in _events_of(stream):
                seen.append(event)
                if event.type == "text" or event.is_terminal:
                    return run_id, seen
        raise UnreachableError("the stream ended too early")

    def _all(self, run_id: str, headers: dict[str, str]) -> list[Event]:
        """All events behind the one that the headers name."""
        path = f"/api/runs/{quote(run_id, safe='')}/events"
        with self._stream("GET", path, None, headers) as stream:
            return list(_events_of(stream))

    def _stream(
        self, method: str, path: str, body: object, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        accept = {"Accept": "text/event-stream"}
        return send(
            method,
            f"{self.url}{path}",
            body=body,
            headers={**self._headers, **accept, **headers},
            timeout=SILENCE_SECONDS,
        )

    def _erased(self, conversation: str) -> Finding:
        """409 while its run still writes behind the end, 503 while Cerebro is being loaded."""
        url = f"{self.url}/api/conversations/{quote(conversation, safe='')}"
        tried = f"DELETE {url}"
        deadline = time.monotonic() + ERASING_SECONDS
        while True:
            try:
                send("DELETE", url, headers=self._headers, timeout=SILENCE_SECONDS).close()
                return ok("erased", "the conversation of this test is gone")
            except (StatusError, UnreachableError) as failed:
                again = isinstance(failed, StatusError) and failed.status in COME_AGAIN
                if not again or time.monotonic() > deadline:
                    what = f"the conversation of this test stays: {failed}"
                    broken = isinstance(failed, StatusError) and failed.status >= SERVER_ERRORS
                    tell = error if broken else warning
                    return tell("erased", what, tried, f"erase it: {tried}")
            time.sleep(PAUSE_SECONDS)


def _events_of(stream: http.client.HTTPResponse) -> Iterator[Event]:
    """Raises UnreachableError when the connection breaks."""
    try:
        yield from read_events(stream)
    except (OSError, http.client.HTTPException, ValueError) as failed:
        raise UnreachableError(str(failed) or type(failed).__name__) from None


def _wrong_in(seen: Sequence[Event], rest: Sequence[Event], whole: Sequence[Event]) -> str | None:
    """What a reader who was cut off would notice; None when there is nothing."""
    both = [each.number for each in (*seen, *rest)]
    gaps = sorted(set(range(1, max(both) + 1)) - set(both))
    if gaps:
        return f"event {gaps[0]} never came"
    if len(both) != len(set(both)):
        twice = next(each for each in both if both.count(each) > 1)
        return f"event {twice} came twice"
    if both != sorted(both):
        return "the events did not come in order"
    if not rest or not rest[-1].is_terminal:
        return "the stream ended without done"
    if [*seen, *rest] != [*whole]:
        return "who reads all of it again gets other events"
    if rest[-1].type != "done":
        return f"the run ended in an error: {rest[-1].text('code')}"
    if "state" not in {each.type for each in whole}:
        return "no state was told"
    return None


def _ended_without_text(seen: Sequence[Event]) -> str:
    code = seen[-1].text("code")
    return f"the run ended without an answer{f': {code}' if code else ''}"


def _refused(area: str, failed: StatusError | UnreachableError, tried: str) -> Finding:
    if isinstance(failed, UnreachableError):
        return error(area, f"the app does not answer ({failed})", tried)
    problem = failed.document
    said = problem.get("detail") or problem.get("title") or "without a reason"
    what = f"the app answers {failed.status}: {said}"
    match failed.status:
        case 401:
            mend = (
                "Auth__Audience and Auth__Tenants have to be those of the token; App Service "
                "authentication lets in the audiences that infra/app/function.bicep names"
            )
        case 403:
            mend = "assign an app role of the app registration to whoever is signed in"
        case status if status >= SERVER_ERRORS:
            mend = "./eira doctor says which service the app cannot work with"
        case _:
            return error(area, what, tried)
    return error(area, what, tried, mend)


def _away(url: str) -> tuple[str, str]:
    return (
        f"is {url} the app? azd show says where it is",
        "what keeps it from starting is in its log: az webapp log tail, or Application Insights",
    )


def _look_at(run_id: str) -> str:
    return f"./eira traces --kql {run_id} says where to look (here: ./eira runs show {run_id})"
