"""What goes over the wire to a service: a tap passes it on, and remembers it."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset({"host", "connection", "keep-alive", "transfer-encoding", "accept-encoding"})
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Passed:
    """One request; the names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Tap:
    url: str = ""
    passed: list[Passed] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Addresses and bodies of all requests."""
        return "\n".join(f"{each.path}\n{each.body}" for each in self.passed)

    def header(self, name: str) -> set[str]:
        return {each.headers[name] for each in self.passed if name in each.headers}


@contextmanager
def tapped(service: str, trust: ssl.SSLContext) -> Iterator[Tap]:
    """A tap on the service at this URL; whoever is to be heard is given the tap's."""
    tap, there = Tap(), urlsplit(service)

    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            tap.passed.append(Passed(self.path, headers, body.decode("utf-8", "replace")))
            further = {name: each for name, each in headers.items() if name not in HOP_BY_HOP}
            upstream = HTTPSConnection(
                there.hostname or "", there.port, timeout=PATIENCE_SECONDS, context=trust
            )
            try:
                upstream.request(self.command, self.path, body, further)
                answer = upstream.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.end_headers()
                while piece := answer.read1():
                    self.wfile.write(piece)
                    self.wfile.flush()
            except ConnectionError:
                self.close_connection = True
            finally:
                upstream.close()

        def log_message(self, *_: object) -> None:
            return

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass_on)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        tap.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield tap
        server.shutdown()
        thread.join()
