"""What flows of tests call: an HTTP server that answers by script, as a model and as any address.

A chat with `[[say:KEY]]` in it gets the text that was put under KEY; `/rest/KEY` answers what was
put there: `{status, json | text}`, a text as events for whoever takes them. Other addresses answer
`{"n": …}`, how often something was written before; what is written to is remembered.
"""

import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

SAY = re.compile(r"\[\[say:([^\s]+?)\]\]")
PATIENCE_SECONDS = 60.0
USAGE = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}


@dataclass
class StandIn:
    """What it was told to answer, and what was written to it."""

    url: str = ""
    script: dict[str, Any] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    """Path and idempotency key of every write, in their order."""
    held: str = ""
    going: threading.Event = field(default_factory=threading.Event)

    def hold(self, path: str) -> None:
        """Whoever writes to this waits until it may go on."""
        self.going.clear()
        self.held = path

    def go_on(self) -> None:
        self.held = ""
        self.going.set()

    def writes_to(self, path: str) -> list[str]:
        return [key for where, key in self.written if where == path]


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.endswith("/chat/completions"):
            self._speak(json.loads(body))
            return
        self.stand_in.written.append((self.path, self.headers.get("idempotency-key") or ""))
        if self.path == self.stand_in.held:
            self.stand_in.going.wait(PATIENCE_SECONDS)
        self._answer()

    def _answer(self) -> None:
        key = unquote(self.path.removeprefix("/rest/"))
        found = self.stand_in.script.get(key, {"json": {"n": len(self.stand_in.written)}})
        status = found.get("status", 200)
        if "text" not in found:
            self._send(status, "application/json", json.dumps(found["json"]))
        elif "event-stream" in (self.headers.get("accept") or ""):
            self._send(status, "text/event-stream", _events(found["text"]))
        else:
            self._send(status, "text/plain; charset=utf-8", found["text"])

    def _speak(self, asked: dict[str, Any]) -> None:
        said = SAY.findall(json.dumps(asked["messages"], ensure_ascii=False))
        text = str(self.stand_in.script.get(said[-1] if said else "", "Nada."))
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
