"""What flows of tests call: an HTTP server that answers by script, as a model and as any address.

A chat with `[[say:KEY]]` in it gets the text that was put under KEY; whatever is asked below
`/rest/NAME/KEY/` is answered by what was put under NAME/KEY: `{status, json | text}`, a text as
events for whoever takes them. Who guides a name has its calls wait until each of them is answered.
Other addresses answer `{"n": …}`, how often something was written before; what is written to is
remembered.
"""

import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

SAY = re.compile(r"\[\[say:([^\s]+?)\]\]")
PATIENCE_SECONDS = 60.0
DIMENSIONS = 384
"""Of the vectors in the local platform's indexes."""
USAGE = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class StandIn:
    """What it was told to answer, and what was written to it."""

    url: str = ""
    script: dict[str, Any] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    """Path and idempotency key of every write, in their order."""
    held: str = ""
    going: threading.Event = field(default_factory=threading.Event)
    arrived: dict[str, Arrived] = field(default_factory=dict)
    """The first call of each key of a name that is guided."""
    guided: set[str] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hold(self, path: str) -> None:
        """Whoever writes to this waits until it may go on."""
        self.going.clear()
        self.held = path

    def go_on(self) -> None:
        self.held = ""
        self.going.set()

    def writes_to(self, path: str) -> list[str]:
        return [key for where, key in self.written if where == path]

    @contextmanager
    def guiding(self, name: str) -> Iterator[None]:
        """Within, calls of this name wait for their answers; what still waits then gets none."""
        self.guided.add(name)
        try:
            yield
        finally:
            with self.changed:
                self.guided.discard(name)
                self.changed.notify_all()

    def answer(self, key: str, told: Any) -> None:
        """`{"failed": …}` is a model that is away, or a connection that is closed."""
        with self.changed:
            self.script[key] = told
            self.changed.notify_all()

    def told(self, key: str, request: Arrived) -> Any:
        """What the script has under this key, once it does if its name is guided."""
        name = key.partition("/")[0]
        with self.changed:
            if name in self.guided:
                self.arrived.setdefault(key, request)
                self.changed.wait_for(lambda: key in self.script or name not in self.guided)
            return self.script.get(key)


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_GET(self) -> None:
        self._answer(self._arrived())

    def do_DELETE(self) -> None:
        self._answer(self._arrived())

    def do_PUT(self) -> None:
        self.do_POST()

    def do_PATCH(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        request = self._arrived()
        if self.path.partition("?")[0].endswith("/chat/completions"):
            self._speak(request)
            return
        if self.path.partition("?")[0].endswith("/embeddings"):
            self._embed(request)
            return
        self.stand_in.written.append((self.path, self.headers.get("idempotency-key") or ""))
        if self.path == self.stand_in.held:
            self.stand_in.going.wait(PATIENCE_SECONDS)
        self._answer(request)

    def _arrived(self) -> Arrived:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Arrived(self.command, self.path, headers, json.loads(body) if body else None)

    def _answer(self, request: Arrived) -> None:
        key = "/".join(unquote(self.path).removeprefix("/rest/").split("/")[:2])
        found = self.stand_in.told(key, request)
        if found is None:
            found = {"json": {"n": len(self.stand_in.written)}}
        if "failed" in found:
            self.close_connection = True
            return
        status = found.get("status", 200)
        if "json" in found:
            self._send(status, "application/json", json.dumps(found["json"]))
        elif "text" in found and "event-stream" in request.headers.get("accept", ""):
            self._send(status, "text/event-stream", _events(found["text"]))
        else:
            self._send(status, "text/plain; charset=utf-8", found.get("text", ""))

    def _embed(self, request: Arrived) -> None:
        """The same vector for all."""
        asked = request.body["input"]
        texts = [asked] if isinstance(asked, str) else asked
        for key in SAY.findall(json.dumps(texts, ensure_ascii=False)):
            self.stand_in.told(key, request)
        vectors = [{"object": "embedding", "index": nth, "embedding": [0.05] * DIMENSIONS}
                   for nth, _ in enumerate(texts)]  # fmt: skip
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        whole = {"object": "list", "model": "scripted", "data": vectors, "usage": usage}
        self._send(200, "application/json", json.dumps(whole))

    def _speak(self, request: Arrived) -> None:
        asked = request.body
        said = SAY.findall(json.dumps(asked["messages"], ensure_ascii=False))
        told = self.stand_in.told(said[-1], request) if said else None
        if isinstance(told, dict) and "failed" in told:
            self._send(503, "application/json", json.dumps({"error": {"message": "away"}}))
            return
        text = "Nada." if told is None else str(told)
        about = {"id": "c", "created": 0, "model": asked["model"]}
        if not asked.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            whole = about | {"object": "chat.completion", "choices": [choice], "usage": USAGE}
            self._send(200, "application/json", json.dumps(whole))
            return
        about |= {"object": "chat.completion.chunk"}
        delta = {"role": "assistant", "content": text}
        chunks = [
            about | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            about | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            about | {"choices": [], "usage": USAGE},
        ]
        self._send(200, "text/event-stream", f"{_events(chunks)}data: [DONE]\n\n")

    def _send(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            # Whoever asked was killed: that is what some tests are for.
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: the tests tell what went wrong."""


def _events(data: Iterable[object]) -> str:
    return "".join(f"data: {json.dumps(each)}\n\n" for each in data)


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """On a free port, until the block is left."""
    stand_in = StandIn()
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield stand_in
        finally:
            stand_in.go_on()
            server.shutdown()
            thread.join(PATIENCE_SECONDS)
