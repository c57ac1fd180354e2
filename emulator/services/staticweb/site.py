"""A folder of built files, and documents that only this machine can tell."""

import json
import mimetypes
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .rules import FILE, Rules, read_rules

_INDEX = "index.html"
# The same on every machine, whatever its own list of types says.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Content:
    """What lies at a path; `tag` changes with it."""

    body: bytes
    content_type: str
    tag: str


@dataclass(slots=True)
class Site:
    """`documents` (by path) win over files; both are looked up anew for each request."""

    folder: Path
    documents: Mapping[str, object]
    _rules: tuple[tuple[int, int], Rules] | None = field(default=None, init=False)

    @property
    def is_built(self) -> bool:
        return (self.folder / _INDEX).is_file()

    def rules(self) -> Rules:
        """As the file is now; raises `ConfigurationError`."""
        try:
            state = (self.folder / FILE).stat()
            # Of two changes between two ticks of the file system's clock, the size tells.
            now = (state.st_mtime_ns, state.st_size)
        except FileNotFoundError:
            now = (0, 0)
        if self._rules is None or self._rules[0] != now:
            self._rules = (now, read_rules(self.folder))
        return self._rules[1]

    def content(self, path: str, types: Mapping[str, str]) -> Content | None:
        """What `path` (decoded, with a leading slash) stands for; a folder is its index."""
        if path in self.documents:
            body = json.dumps(self.documents[path]).encode()
            return Content(body, _TYPES[".json"], f'"{zlib.crc32(body):08x}"')
        file = self._file(path)
        if file is None:
            return None
        state = file.stat()
        kind = types.get(file.suffix) or _TYPES.get(file.suffix) or mimetypes.guess_type(file)[0]
        tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        return Content(file.read_bytes(), kind or _UNKNOWN, tag)

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        root = self.folder.resolve()
        file = (root / path.lstrip("/")).resolve()
        if file.is_dir():
            file /= _INDEX
        inside = file.is_relative_to(root) and file.name != FILE
        return file if inside and file.is_file() else None
