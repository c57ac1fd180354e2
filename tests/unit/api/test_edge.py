"""The edge: who is asking, in which language, under which id, and what an error looks like."""

import logging

import pytest
from azurefunctions.extensions.http.fastapi import Response

from api import conversations, runs
from api.edge import PRINCIPAL, Call, Handler, authenticated, language_of
from shared.contracts.identity import Caller
from shared.errors import (
    ModelError,
    RequestError,
    SearchError,
    StoreError,
    UnauthenticatedError,
)
from tests.fakes.http import Answer, request
from tests.fakes.world import ANA, LUIS, World
from tests.unit.api.people import Desk

SECRET = "what nobody may read"


def failing(error: Exception) -> Handler:
    async def handler(call: Call) -> Response:
        raise error

    return handler


async def answered(error: Exception, **headers: str) -> Answer:
    return await Desk().person().call(failing(error), headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
    ],
)
async def test_without_a_token_nobody_comes_in(headers: dict[str, str]) -> None:
    answer = await Desk().person(None).call(conversations.create, "POST", {}, headers=headers)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_that_is_not_valid_is_refused() -> None:
    desk = Desk()
    answer = await desk.person("mallory").call(conversations.create, "POST", {})
    assert answer.status == 401
    assert desk.world.conversations.stored == {}


async def test_the_scheme_may_be_written_in_any_case() -> None:
    answer = (
        await Desk()
        .person(None)
        .call(conversations.create, "POST", {}, headers={"authorization": "bearer ana"})
    )
    assert answer.status == 201


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", "es"), ("fr", "es"), ("en", "en"), ("en-GB,es;q=0.5", "en"), ("fr, EN;q=0.3", "en"),
        ("es-MX", "es"), ("de,es,en", "es"), ("es;q=0.1,en;q=0.9", "en"), ("en;q=0", "es"),
        ("en;q=0.5,es;q=0.5", "en"), ("es;q=0, en;q=0.1", "en"), ("enm", "es"), (";;q=,*", "es"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_preferred_of_those_that_we_speak(
    accepts: str, language: str
) -> None:
    assert language_of(request(headers={"accept-language": accepts})) == language


async def test_an_error_is_told_in_the_callers_language() -> None:
    error = RequestError("not_json")
    spanish = await answered(error)
    english = await answered(error, **{"accept-language": "en"})
    assert spanish.json["detail"] == "El cuerpo de la petición no es un objeto JSON."
    assert english.json["detail"] == "The body of the request is not a JSON object."
    assert spanish.code == english.code == "INVALID_REQUEST"


async def test_a_callers_correlation_id_is_kept() -> None:
    answer = await answered(RequestError("not_json"), **{"x-correlation-id": "trace:1.2-3_4"})
    assert answer.headers["x-correlation-id"] == "trace:1.2-3_4"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\r\nset-cookie: b", "<script>", "a;b"])
async def test_an_id_that_may_not_stand_in_a_log_line_is_replaced(given: str) -> None:
    made = (await answered(RequestError("not_json"), **{"x-correlation-id": given})).headers
    assert made["x-correlation-id"] != given
    assert len(made["x-correlation-id"]) == 32


async def test_two_requests_without_an_id_get_two() -> None:
    ids = {(await answered(RequestError("x"))).headers["x-correlation-id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreError(SECRET), 503, "STORE_UNAVAILABLE"),
        (SearchError(SECRET, code="SEARCH_RATE_LIMIT", retry_after=2.4), 429, "SEARCH_RATE_LIMIT"),
        (ModelError(SECRET, code="TIMEOUT"), 504, "TIMEOUT"),
    ],
)
async def test_a_service_that_is_away_is_named_by_its_code_only(
    error: Exception, status: int, code: str
) -> None:
    answer = await answered(error)
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["retryable"] is True
    assert SECRET not in answer.body.decode()


async def test_how_long_to_wait_is_said_in_header_and_body() -> None:
    answer = await answered(StoreError("x", retry_after=0.2))
    assert answer.headers["retry-after"] == "1"
    assert answer.json["retryAfter"] == 0.2


async def test_a_defect_tells_nothing_to_the_caller_and_everything_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "eira.http"):
        answer = await answered(KeyError(SECRET))
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert SECRET not in answer.body.decode()
    (line,) = caplog.records
    assert answer.headers["x-correlation-id"] in line.getMessage()
    assert line.exc_info is not None


@pytest.mark.parametrize("odd", ["a/b", "\n^", "x?y", "#", "\\", "a" * 101, "é", "%2F", ".."])
async def test_what_no_id_looks_like_is_unknown_and_no_store_is_asked(odd: str) -> None:
    desk = Desk()
    for handler, name in ((conversations.read, "id"), (runs.read, "runId")):
        answer = await desk.person().call(handler, path={name: odd})
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


class SignedIn:
    """The platform says that Luis is signed in, whatever stands in its header."""

    def read(self, header: str) -> Caller:
        if header != "luis":
            raise UnauthenticatedError("token_invalid")
        return LUIS


async def who(desk: Desk, token: str | None, **headers: str) -> tuple[int, str]:
    seen: list[str] = []

    async def handler(call: Call) -> Response:
        seen.append(call.caller.user_id)
        return Response()

    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await desk.person(token).call(handler, headers=sent)
    return answer.status, "".join(seen)


async def test_the_platforms_header_means_nothing_where_it_does_not_sign_in() -> None:
    assert await who(Desk(), None, x_ms_client_principal="luis") == (401, "")
    assert await who(Desk(), "ana", x_ms_client_principal="luis") == (200, ANA.user_id)


async def test_where_the_platform_signs_in_its_header_says_who_is_asking() -> None:
    desk = Desk(World(principals=SignedIn()))
    assert await who(desk, None, x_ms_client_principal="luis") == (200, LUIS.user_id)
    assert await who(desk, "ana", x_ms_client_principal="luis") == (200, LUIS.user_id)
    assert await who(desk, "ana", x_ms_client_principal="forged") == (401, "")
    assert await who(desk, "ana") == (200, ANA.user_id)
    assert await who(desk, None) == (401, "")


async def test_no_answer_is_kept_framed_sniffed_or_sent_without_tls() -> None:
    for error in (RequestError("not_json"), StoreError("away"), ValueError(SECRET)):
        headers = (await answered(error)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_a_stream_says_itself_that_it_is_not_kept() -> None:
    async def handler(call: Call) -> Response:
        return Response(headers={"Cache-Control": "no-cache, no-transform"})

    answer = await Desk().person().call(handler)
    assert answer.headers["cache-control"] == "no-cache, no-transform"


@pytest.mark.parametrize("second", ["Bearer olga", "Bearer ana", ""])
async def test_who_is_told_twice_is_nobody(second: str) -> None:
    """A proxy may have read the other one."""
    for name, desk in (
        ("authorization", Desk()), (PRINCIPAL, Desk(World(principals=SignedIn()))),
    ):  # fmt: skip
        first = "Bearer ana" if name == "authorization" else "luis"
        incoming = request("POST", headers={name: first})
        incoming.scope["headers"].append((name.encode(), second.encode()))
        endpoint = authenticated(conversations.create, desk.world.deps)
        assert (await endpoint(incoming, desk.orchestrations)).status_code == 401
        assert desk.world.conversations.stored == {}
