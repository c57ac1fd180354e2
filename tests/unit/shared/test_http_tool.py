"""The tool `http` against servers of our own, and names that mean other addresses than they say."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import BaseTestServer, TestServer

from shared.contracts.effects import Effect
from shared.contracts.outside import HttpRule, Outside
from shared.contracts.wording import WORDING
from shared.errors import RemoteBusyError, RemoteError
from shared.packs import FolderPacks
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.as_called import as_called
from shared.tools.http import MAX_REDIRECTS, HttpLimits, HttpTools
from shared.tools.ledger import Ledger, first_state, is_good
from tests.fakes.credentials import FakeCredentials
from tests.fakes.samples import AT
from tests.fakes.stores import FakeEffects
from tests.fakes.world import ANA, PACKS

HTTP = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["http"]
METHODS = ("GET", "HEAD", "POST", "DELETE")
LIMIT = 4_096

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Place:
    """A server on this machine, and the tool that may call it as `host`."""

    server: BaseTestServer
    tools: HttpTools
    outside: Outside
    seen: list[web.Request]

    def url(self, path: str = "/a") -> str:
        return f"http://localhost:{self.server.port}{path}"

    async def call(self, method: str = "GET", path: str = "/a", **more: object) -> (
        ToolAnswered | ToolRefused
    ):  # fmt: skip
        return await self.tools.call(invocation(self.url(path), method, **more))


def invocation(url: str, method: str = "GET", **more: object) -> ToolInvocation:
    args = {"url": url, "method": method, **more}
    return ToolInvocation(HTTP, args, ANA, "corr-1", "en", key="effect-1")


@asynccontextmanager
async def place(handler: Handler, limits: HttpLimits | None = None) -> AsyncIterator[Place]:
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        seen.append(request)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        host = f"localhost:{server.port}"
        rule = HttpRule(methods=METHODS, scheme="http", host=host, path="/**")
        outside = Outside(http=(rule,), private_hosts=(host,))
        tools = HttpTools(outside, FakeCredentials(), limits or HttpLimits(LIMIT, 20.0))
        yield Place(server, tools, outside, seen)


def answering(body: bytes | str = "{}", status: int = 200, **headers: str) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=content, status=status, headers=named)

    return handle


async def result(handler: Handler, method: str = "GET") -> Mapping[str, object]:
    async with place(handler) as there:
        answer = await there.call(method)
    assert isinstance(answer, ToolAnswered), answer
    assert is_good(answer.result, HTTP)
    return answer.result


async def refusal(handler: Handler, method: str = "GET") -> ToolRefused:
    async with place(handler) as there:
        answer = await there.call(method)
    assert isinstance(answer, ToolRefused), answer
    return answer


async def failure(handler: Handler, method: str = "GET") -> RemoteError:
    async with place(handler) as there:
        with pytest.raises(RemoteError) as caught:
            await there.call(method)
    return caught.value


# --- what is sent and what is told ----------------------------------------------------------------


async def test_json_and_text_are_told_with_their_status_and_type() -> None:
    assert await result(answering('{"a": [1, "ñ"]}', Content_Type="application/json")) == {
        "status": 200, "contentType": "application/json", "json": {"a": [1, "ñ"]},
    }  # fmt: skip
    assert await result(answering("hola", 201, Content_Type="text/plain; charset=utf-8")) == {
        "status": 201, "contentType": "text/plain", "text": "hola",
    }  # fmt: skip
    assert await result(answering(b"", 204)) == {"status": 204}


@pytest.mark.parametrize(
    "body",
    ["{broken", "NaN", '{"a": Infinity}', '{"a": "\\ud800"}', "[" * 2_000, f"[{'9' * 4_050}]"],
)
async def test_json_that_nobody_could_store_is_told_as_a_text_or_a_value(body: str) -> None:
    told = await result(answering(body, Content_Type="application/json"))
    assert told.get("text") == body or isinstance(told.get("json"), list)


@pytest.mark.parametrize("charset", ["none-such", "idna", "hex"])
async def test_a_charset_that_is_none_of_texts_is_read_as_utf_8(charset: str) -> None:
    told = await result(answering("ñ", Content_Type=f"text/plain; charset={charset}"))
    assert told["text"] == "ñ"


async def test_nothing_of_ours_goes_out_and_no_cookie_comes_back() -> None:
    async with place(answering("{}", Content_Type="text/plain", Set_Cookie="a=b")) as there:
        await there.call()
        await there.call(headers={"Accept": "text/csv"})
    for request in there.seen:
        assert {name.lower() for name in request.headers} <= {
            *("host", "accept", "accept-encoding", "connection")
        }
    assert there.seen[1].headers["Accept"] == "text/csv"
    assert there.seen[1].headers["Accept-Encoding"] == "identity"


async def test_a_body_is_sent_as_json_or_as_a_text_and_an_effect_with_its_key() -> None:
    async with place(answering()) as there:
        await there.call("POST", body={"text": "ñ"})
        await there.call("POST", body="plano", headers={"content-type": "text/csv"})
    first, second = there.seen
    assert (await first.json(), first.content_type) == ({"text": "ñ"}, "application/json")
    assert (await second.text(), second.content_type) == ("plano", "text/csv")
    assert first.headers["Idempotency-Key"] == "effect-1"


async def test_what_is_on_no_list_is_not_called() -> None:
    async with place(answering()) as there:
        for url in (there.url().replace("localhost", "127.0.0.1"), "http://other.example/a"):
            answer = await there.tools.call(invocation(url))
            assert isinstance(answer, ToolRefused)
            assert "not among those allowed" in answer.reason
        patch = await there.call("PATCH")
    assert isinstance(patch, ToolRefused)
    assert there.seen == []


# --- what fails -----------------------------------------------------------------------------------


async def test_what_the_host_says_of_a_refusal_is_told_shortly() -> None:
    body = '{"title": "Bad", "detail": "the state is unknown"}'
    said = await refusal(answering(body, 422, Content_Type="application/problem+json"))
    assert said == ToolRefused(422, "The host answered 422. the state is unknown")
    long = f'{{"detail": "{"a" * 2_000}"}}'
    assert len((await refusal(answering(long, 400, Content_Type="text/json"))).reason) < 400


async def test_a_host_that_is_busy_did_nothing_and_says_when_to_come_again() -> None:
    error = await failure(answering("", 429, Retry_After="7"), "POST")
    assert isinstance(error, RemoteBusyError)
    assert (error.sent, error.retry_after, error.why_not) == (False, 7.0, "tool_busy")


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_of_a_failing_host_nobody_knows_whether_it_acted(status: int) -> None:
    error = await failure(answering("", status), "POST")
    assert (error.sent, error.why_not) == (True, "tool_unreachable")


async def test_a_host_that_is_not_there_was_sent_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"localhost:{probe.getsockname()[1]}"
    rule = HttpRule(scheme="http", host=host, path="/**")
    tools = HttpTools(Outside(http=(rule,), private_hosts=(host,)), FakeCredentials())
    with pytest.raises(RemoteError) as caught:
        await tools.call(invocation(f"http://{host}/a"))
    assert caught.value.sent is False


async def test_a_connection_that_breaks_off_may_have_acted() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    assert (await failure(hang_up, "POST")).sent


async def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_allowed() -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    async with place(never, HttpLimits(LIMIT, 0.2)) as there:
        with pytest.raises(RemoteError, match="in time"):
            await there.call()


async def test_an_answer_without_end_is_cut_off_with_an_error() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while request.transport and not request.transport.is_closing():
            await response.write(b"a" * 1_024)
        return response

    assert await refusal(endless) == ToolRefused(200, f"The answer is larger than {LIMIT} bytes.")


async def test_what_is_no_text_or_is_packed_is_not_told() -> None:
    image = await refusal(answering(b"\x89PNG", Content_Type="image/png"))
    assert image.reason == "The answer is neither text nor JSON: image/png."
    bomb = gzip.compress(b"a" * 10_000_000)
    packed = answering(bomb, Content_Type="text/plain", Content_Encoding="gzip")
    assert "neither text nor JSON: text/plain gzip" in (await refusal(packed)).reason


@pytest.mark.parametrize(
    ("kind", "why"), [("text/plain", "http_too_large"), ("image/png", "http_no_text")]
)
async def test_an_effect_that_was_made_is_told_though_its_answer_is_not(
    kind: str, why: str
) -> None:
    told = await result(answering(b"a" * 2 * LIMIT, 201, Content_Type=kind), "POST")
    assert told == {"status": 201, "contentType": kind, "omitted": why}


# --- redirects ------------------------------------------------------------------------------------


def redirecting(*locations: str, status: int = 302) -> Handler:
    """To each in turn, then an answer."""
    left = list(locations)

    async def handle(_: web.Request) -> web.StreamResponse:
        if left:
            return web.Response(status=status, headers={"Location": left.pop(0)})
        return web.Response(text="there")

    return handle


async def test_a_reading_call_follows_redirects_within_the_rules() -> None:
    assert (await result(redirecting("/b", "c", "/d?x=1")))["text"] == "there"


async def test_redirects_that_do_not_end_are_given_up() -> None:
    async with place(redirecting(*["/b"] * 10)) as there:
        answer = await there.call()
    assert isinstance(answer, ToolRefused)
    assert len(there.seen) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/b",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/b",
        "http://localhost/b",
        "https://evil.example/b",
        "//evil.example/b",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_to_elsewhere_is_refused(location: str) -> None:
    async with place(redirecting(location)) as there:
        answer = await there.call()
    assert isinstance(answer, ToolRefused)
    assert answer.status == 403
    assert len(there.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_call_that_changes_something_is_sent_once_and_told_where_it_was_sent_on(
    status: int,
) -> None:
    async with place(redirecting("/b", status=status)) as there:
        answer = await there.call("POST", body={"a": 1})
    assert isinstance(answer, ToolAnswered)
    assert (answer.result["status"], answer.result["location"]) == (status, "/b")
    assert len(there.seen) == 1


# --- names that mean private addresses ------------------------------------------------------------


@dataclass
class Names(AbstractResolver):
    """What each look-up answers, in turn; the last for ever. A port that nobody listens on is
    never asked: the connection is refused before it is tried."""

    answers: list[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        return


def tools_with(names: Names, host: str, *private: str) -> HttpTools:
    rule = HttpRule(methods=METHODS, scheme="http", host=host, path="/**")
    return HttpTools(
        Outside(http=(rule,), private_hosts=private),
        FakeCredentials(),
        HttpLimits(LIMIT, 20.0),
        lambda: names,
    )


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["127.0.0.1", "10.0.0.1", "::1"],
    ],
)
async def test_a_name_without_a_public_address_is_not_called(addresses: list[str]) -> None:
    names = Names([addresses])
    answer = await tools_with(names, "inside.example:80").call(invocation("http://inside.example/"))
    assert answer == ToolRefused(403, "The host “inside.example” has no public address.")
    assert names.asked == ["inside.example"]


async def test_each_connection_looks_its_name_up_and_checks_the_address_it_goes_to() -> None:
    """DNS rebinding: what was found before does not hold for the connection behind a redirect."""
    async with place(redirecting("/b")) as there:
        host = f"rebound.example:{there.server.port}"
        names = Names([["127.0.0.1"], ["127.0.0.1"]])
        answer = await tools_with(names, host, host).call(invocation(f"http://{host}/a"))
    assert isinstance(answer, ToolAnswered)
    assert names.asked == ["rebound.example", "rebound.example"]


async def test_a_redirect_to_a_name_that_means_a_private_address_is_refused() -> None:
    async with place(redirecting("http://second.example/b")) as there:
        port = there.server.port
        hosts = (f"first.example:{port}", "second.example:80")
        rules = tuple(HttpRule(scheme="http", host=host, path="/**") for host in hosts)
        outside = Outside(http=rules, private_hosts=hosts[:1])
        names = Names([["127.0.0.1"], ["169.254.169.254"]])
        tools = HttpTools(outside, FakeCredentials(), HttpLimits(LIMIT, 20.0), lambda: names)
        answer = await tools.call(invocation(f"http://{hosts[0]}/a"))
    assert answer == ToolRefused(403, "The host “second.example” has no public address.")
    assert names.asked == ["first.example", "second.example"]
    assert len(there.seen) == 1


async def test_an_exception_holds_for_one_name_and_one_port() -> None:
    async with place(answering()) as there:
        port = there.server.port or 0
        names = Names([["127.0.0.1"]])
        for private in (f"other.example:{port}", f"inside.example:{port + 1}", "127.0.0.1:80"):
            tools = tools_with(names, f"inside.example:{port}", private)
            answer = await tools.call(invocation(f"http://inside.example:{port}/"))
            assert isinstance(answer, ToolRefused)
    assert there.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "2130706433", "0x7f.1", "127.1"])
async def test_an_address_that_a_rule_names_by_number_is_checked_like_any_other(host: str) -> None:
    async with place(answering()) as there:
        port = there.server.port
        tools = tools_with(Names([["127.0.0.1"]]), f"{host}:{port}")
        if host in ("127.0.0.1", "10.0.0.1", "0x7f.1"):
            assert isinstance(await tools.call(invocation(f"http://{host}:{port}/")), ToolRefused)
        else:
            with pytest.raises(RemoteError):
                await tools.call(invocation(f"http://{host}:{port}/"))
    assert there.seen == []


# --- which calls are effects ----------------------------------------------------------------------


def test_a_call_is_an_effect_unless_its_method_is_safe_and_is_repeated_only_with_keys() -> None:
    outside = Outside(
        http=(
            HttpRule(methods=METHODS, host="a.example:443", path="/**", keys=True),
            HttpRule(methods=METHODS, host="b.example:443", path="/**"),
        )
    )

    def kind(**args: object) -> tuple[bool, bool]:
        contract = as_called(HTTP, args, outside)
        return contract.effect, contract.idempotency_key

    assert kind(url="https://a.example/x") == (False, True)
    assert kind(url="https://b.example/x", method="HEAD") == (False, False)
    assert kind(url="https://a.example/x", method="POST") == (True, True)
    assert kind(url="https://b.example/x", method="DELETE") == (True, False)
    assert kind(url="https://none.example/x", method="post") == (True, False)
    assert kind(method="PUT") == (True, False)


@pytest.mark.parametrize(
    ("keys", "calls", "state", "error"),
    [(False, 1, "unknown", "no_answer_of_tool"), (True, 2, "done", None)],
)
async def test_a_call_that_may_have_arrived_is_sent_again_only_where_keys_are_honoured(
    keys: bool, calls: int, state: str, error: str | None
) -> None:
    failing = [503]

    async def once_away(_: web.Request) -> web.StreamResponse:
        return web.Response(status=failing.pop()) if failing else web.json_response({})

    async with place(once_away) as there:
        (rule,) = there.outside.http
        outside = there.outside.model_copy(
            update={"http": (rule.model_copy(update={"keys": keys}),)}
        )
        sent = invocation(there.url(), "POST")
        sent = replace(sent, contract=as_called(HTTP, sent.args, outside))
        effect = Effect(
            effect_id="effect-1", tenant_id=ANA.tenant_id, run_id="r1", step=0, tool="http",
            state=first_state(sent.contract), args=sent.args, updated_at=AT,
        )  # fmt: skip
        ledger = Ledger(
            FakeEffects(), HttpTools(outside, FakeCredentials()), lambda: AT, lambda: 0.0
        )
        settled = await ledger.settle(effect, sent)
    assert (settled.state, settled.error) == (state, error)
    assert error is None or error in WORDING
    assert [request.headers["Idempotency-Key"] for request in there.seen] == ["effect-1"] * calls
