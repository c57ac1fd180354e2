"""HTTP functions with func.HttpRequest and func.HttpResponse (HTTP v1): all in one invocation."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDict

from emulator.host.catalogue import trigger_name
from emulator.host.http_datum import HttpCall, HttpReply
from emulator.host.invocation import Datum, FunctionInfo, Outcome, Succeeded
from emulator.host.pool import WorkerPool
from emulator.host.request_body import BodyTooLarge, whole_body_of

# Where ASP.NET's words differ from Python's.
_REASONS = {413: "Payload Too Large", 418: "I'm a teapot", 422: "Unprocessable Entity"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


async def answer_classic(
    pool: WorkerPool, request: web.Request, info: FunctionInfo, parameters: Mapping[str, str]
) -> web.StreamResponse:
    """Answer with what the function returned; an empty 500 when it raised.

    Raises WorkerGone when its worker died.
    """
    try:
        call = await _call(request, parameters)
    except BodyTooLarge:
        refusal = web.Response(status=500)
        refusal.force_close()
        return refusal
    inputs = ((trigger_name(info), Datum("http", call)),)
    run = pool.invoke_surely if request.method in _SAFE_METHODS else pool.invoke
    return _response(_returned(await run(info.name, inputs)))


def _returned(outcome: Outcome) -> Outcome:
    """The outcome with the answer as its value, also when the function set a named output."""
    match outcome:
        case Succeeded(None, outputs):
            answers = (datum for _, datum in outputs if datum.kind == "http")
            return Succeeded(next(answers, None))
    return outcome


async def _call(request: web.Request, parameters: Mapping[str, str]) -> HttpCall:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known},{value}"
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return HttpCall(
        params=parameters,
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.raw_path}",
        headers=headers,
        query=query,
        body=await whole_body_of(request),
    )


def _response(outcome: Outcome) -> web.Response:
    match outcome:
        case Succeeded(Datum("http", HttpReply(status, headers, cookies, body))):
            sent = CIMultiDict(headers)
            # How the answer is sent is the host's affair.
            sent.popall("Transfer-Encoding", None)
            told = sent.popall("Content-Length", None) is not None
            for cookie in cookies:
                sent.add("Set-Cookie", cookie)
            reason = _REASONS.get(status)
            answer = web.Response(status=status, reason=reason, headers=sent, body=body)
            return answer if told else _chunked(answer)
        case Succeeded(Datum("string" | "json", str(text))):
            return _chunked(web.Response(text=text))
        case Succeeded(Datum("bytes", bytes(content))):
            return _chunked(web.Response(body=content))
    return web.Response(status=500)


def _chunked(response: web.Response) -> web.Response:
    # The real host says no length that the function did not say.
    if response.body:
        response.enable_chunked_encoding()
    return response
