"""What the tool `http` may call: an address is read once, checked, and sent as it was checked."""

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from yarl import URL

from shared.contracts.outside import READING, HttpRule, KeyHeader, Outside
from shared.contracts.tools import Arguments

MAX_URL = 2_000
MAX_HEADER = 1_000
HEADERS = frozenset(
    "accept accept-language content-type if-match if-modified-since if-none-match prefer".split()
)
"""What a model may say of its request. None tells who asks, or to whom it goes."""

_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_NAME = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
"""A label has at most 63 characters (RFC 1035, 2.3.4): with a longer one no resolver is asked."""
_HIDDEN = re.compile(r"%(?:2f|5c|25|0|1|7f)", re.IGNORECASE)
"""In a path: what a server behind might read as another one."""


@dataclass(frozen=True, slots=True)
class Denied:
    """By key of the wording, with what fills it."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A call that is allowed. `keys`: its host honours idempotency keys; `private`: it may have a
    private address; `credential` is what its rule calls it with."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: object
    keys: bool
    private: bool
    credential: str | None = None
    key_header: KeyHeader = "bearer"

    @property
    def reads(self) -> bool:
        return self.method in READING


def read_call(args: Arguments, outside: Outside) -> HttpCall | Denied:
    """The call that these arguments ask for, if there is a rule for it."""
    method = str(args.get("method", "GET")).upper()
    headers = _headers(args.get("headers") or {})
    if isinstance(headers, Denied):
        return headers
    body = args.get("body")
    if body is not None and method in READING:
        return Denied("http_body_not_allowed", {"name": method})
    call = HttpCall(method, URL(), headers, body, keys=False, private=False)
    return allowed(call, str(args.get("url", "")), outside)


def allowed(call: HttpCall, text: str, outside: Outside) -> HttpCall | Denied:
    """The same call, to this address."""
    url = read_url(text)
    if isinstance(url, Denied):
        return url
    rule = next((each for each in outside.http if _fits(each, call.method, url)), None)
    if rule is None:
        return Denied("http_not_allowed", {"name": f"{call.method} {_shown(url)}"})
    private = f"{url.raw_host}:{url.port}" in outside.private_hosts
    return replace(
        call,
        url=url,
        keys=rule.keys,
        private=private,
        credential=rule.credential,
        key_header=rule.header,
    )


def redirected(call: HttpCall, location: str, outside: Outside) -> HttpCall | Denied:
    """Where an answer sends a call that only reads. Never from https to http, rule or not."""
    try:
        target = call.url.join(URL(location))
    except ValueError:
        return Denied("http_url_not_valid", {"why": "Location"})
    if call.url.scheme == "https" and target.scheme != "https":
        return Denied("http_not_allowed", {"name": f"{call.method} {_shown(target)}"})
    return allowed(call, str(target), outside)


def read_url(text: str) -> URL | Denied:
    """Strict where programs differ in what they read: no user, no escapes or other letters in the
    host, no dots or hidden separators in the path. `why` names what is wrong, not the address."""
    why = _wrong_text(text)
    if why is not None:
        return Denied("http_url_not_valid", {"why": why})
    try:
        url = URL(text).with_fragment(None)
    except ValueError:
        return Denied("http_url_not_valid", {"why": "URL"})
    why = _wrong_path(url.raw_path)
    return url if why is None else Denied("http_url_not_valid", {"why": why})


def _wrong_text(text: str) -> str | None:
    if len(text) > MAX_URL:
        return f"> {MAX_URL}"
    if _UNSEEN.search(text):
        return r"\x00-\x20, \x7f, \\"
    found = _AUTHORITY.match(text)
    if found is None:
        return "http(s)://"
    host, _, port = found[1].rpartition(":") if not found[1].endswith("]") else (found[1], "", "")
    if not host:
        host, port = port, ""
    if "@" in found[1] or not _NAME.fullmatch(host) or (port and not port.isdecimal()):
        return found[1].rpartition("@")[2]
    return None


def _wrong_path(path: str) -> str | None:
    hidden = _HIDDEN.search(path)
    if hidden:
        return hidden[0]
    if "//" in path or any(part in (".", "..") for part in unquote(path).split("/")):
        return "// /./ /../"
    return None


def _fits(rule: HttpRule, method: str, url: URL) -> bool:
    if method not in rule.methods or url.scheme != rule.scheme:
        return False
    here = str(url.port) == rule.host.partition(":")[2] and rule.is_for(url.raw_host or "")
    return here and _path_fits(rule.path, unquote(url.raw_path))


def _path_fits(pattern: str, path: str) -> bool:
    translated = glob.translate(pattern, recursive=True, include_hidden=True, seps="/")
    return re.match(translated, path) is not None


def _headers(given: object) -> dict[str, str] | Denied:
    if not isinstance(given, Mapping):
        return Denied("http_header_not_allowed", {"name": "headers"})
    for name, value in given.items():
        plain = isinstance(value, str) and value.isascii() and value.isprintable()
        if name.lower() not in HEADERS or not plain or len(value) > MAX_HEADER:
            return Denied("http_header_not_allowed", {"name": name[:100]})
    return {name.lower(): value for name, value in given.items()}


def _shown(url: URL) -> str:
    """Without user and query, which may hold what is nobody's business."""
    return f"{url.scheme}://{url.host_port_subcomponent or ''}{url.raw_path}"[:200]
