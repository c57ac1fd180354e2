"""Values of an invocation: our Datum to the library's TypedData and back."""

from email.utils import formatdate
from types import SimpleNamespace

from emulator.host.http_datum import HttpCall, HttpReply
from emulator.host.invocation import Datum
from emulator.host.worker.protos import RpcHttp, RpcHttpCookie, SameSite, TypedData

_SAME_SITE = {SameSite.Lax: "lax", SameSite.Strict: "strict", SameSite.ExplicitNone: "none"}


def to_typed_data(datum: Datum) -> TypedData:
    """The library's form of `datum`."""
    if isinstance(datum.value, HttpCall):
        call = datum.value
        body = TypedData(bytes=call.body) if call.body else TypedData()
        request = SimpleNamespace(
            method=call.method,
            url=call.url,
            headers=call.headers,
            params=call.params,
            query=call.query,
            body=body,
        )
        return TypedData(http=request)
    return TypedData(**{datum.kind: datum.value})


def from_typed_data(data: TypedData | None) -> Datum | None:
    """Our form of what the library returned; None when it holds nothing."""
    if data is None:
        return None
    match vars(data):
        case {"http": RpcHttp() as http}:
            return Datum("http", _reply(http))
        case {"string": str(text)}:
            return Datum("string", text)
        case {"json": str(text)}:
            return Datum("json", text)
        case {"bytes": bytes(content)}:
            return Datum("bytes", content)
        case {"int": int(number)}:
            return Datum("int", number)
        case {"double": int() | float() as number}:
            return Datum("double", number)
        case {}:
            return None


def _reply(http: RpcHttp) -> HttpReply:
    body = from_typed_data(http.body)
    match body.value if body is not None else b"":
        case str(text):
            content = text.encode()
        case bytes(data):
            content = data
        case other:
            content = str(other).encode()
    cookies = tuple(_set_cookie(cookie) for cookie in http.cookies or ())
    return HttpReply(int(http.status_code or 200), dict(http.headers), cookies, content)


def _set_cookie(cookie: RpcHttpCookie) -> str:
    """The value of a Set-Cookie header (RFC 6265); the nullable fields hold `.value` or None.

    Attributes come in the order of ASP.NET, empty ones included.
    """
    words = [f"{cookie.name}={cookie.value}"]
    if cookie.expires is not None:
        words.append(f"expires={formatdate(cookie.expires.value.seconds, usegmt=True)}")
    if cookie.max_age is not None:
        words.append(f"max-age={int(cookie.max_age.value)}")
    if cookie.domain is not None:
        words.append(f"domain={cookie.domain.value}")
    if cookie.path is not None:
        words.append(f"path={cookie.path.value}")
    if cookie.secure is not None and cookie.secure.value:
        words.append("secure")
    if cookie.same_site in _SAME_SITE:
        words.append(f"samesite={_SAME_SITE[cookie.same_site]}")
    if cookie.http_only is not None and cookie.http_only.value:
        words.append("httponly")
    return "; ".join(words)
