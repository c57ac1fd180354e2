"""The Event Grid webhook, through real sockets."""

import asyncio

import pytest
from aiohttp import ClientResponse, ClientSession

from emulator.tests.host.harness import HostProcess, eventually

NOTIFICATION = {"aeg-event-type": "Notification"}


def event(identity: str, data: object = None) -> dict[str, object]:
    return {
        "id": identity,
        "topic": "/topics/t",
        "subject": "s",
        "eventType": "Probe.Happened",
        "eventTime": "2026-01-02T03:04:05.6789Z",
        "data": data if data is not None else {},
        "dataVersion": "1.0",
    }


async def deliver(
    host: HostProcess,
    http: ClientSession,
    body: object,
    function: str = "on_event",
    headers: dict[str, str] = NOTIFICATION,
) -> tuple[ClientResponse, str]:
    url = f"{host.url}/runtime/webhooks/EventGrid?functionName={function}"
    async with http.post(url, json=body, headers=headers) as answer:
        return answer, await answer.text()


async def test_the_handshake_returns_the_code(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    body = [event("v", {"validationCode": "512d38b6", "validationUrl": "https://x.invalid"})]
    headers = {"aeg-event-type": "SubscriptionValidation"}
    answer, text = await deliver(streaming_host, http, body, headers=headers)
    assert (answer.status, text) == (200, '{"validationResponse":"512d38b6"}')
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_a_handshake_without_a_code_answers_500(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    headers = {"aeg-event-type": "SubscriptionValidation"}
    for body in ([], [event("v")], 5):
        answer, text = await deliver(streaming_host, http, body, headers=headers)
        assert (answer.status, text) == (500, "")


async def test_each_event_of_a_delivery_runs_the_function_once(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    answer, text = await deliver(
        streaming_host, http, [event("batch-1", {"n": 1}), event("batch-2", {"n": 2})]
    )
    assert (answer.status, text) == (202, "")
    noted = {note["id"]: note["data"] for note in streaming_host.notes("event")}
    assert noted["batch-1"] == {"n": 1}
    assert noted["batch-2"] == {"n": 2}


async def test_a_single_event_needs_no_array(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    answer, _ = await deliver(streaming_host, http, event("single"))
    assert answer.status == 202
    assert any(note["id"] == "single" for note in streaming_host.notes("event"))


async def test_the_kind_of_delivery_is_read_in_any_case_and_required(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    kinds = {"notification": 202, "Unsubscribe": 202, "Frob": 400}
    for kind, status in kinds.items():
        headers = {"aeg-event-type": kind}
        answer, _ = await deliver(streaming_host, http, [], headers=headers)
        assert answer.status == status
    answer, _ = await deliver(streaming_host, http, [], headers={})
    assert answer.status == 400


@pytest.mark.parametrize("body", [5, [1, 2], "text", None])
async def test_a_body_that_is_no_event_answers_500(
    streaming_host: HostProcess, http: ClientSession, body: object
) -> None:
    answer, text = await deliver(streaming_host, http, body)
    assert (answer.status, text) == (500, "")


async def test_a_function_that_raises_answers_500_so_that_event_grid_retries(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    answer, text = await deliver(streaming_host, http, [event("ok"), event("bad", {"boom": True})])
    assert answer.status == 500
    assert text == "Exception while executing function: Functions.on_event"


@pytest.mark.parametrize("function", ["nosuch", "ON_EVENT", "ping", ""])
async def test_an_unknown_function_answers_404_with_its_name(
    streaming_host: HostProcess, http: ClientSession, function: str
) -> None:
    answer, text = await deliver(streaming_host, http, [], function)
    assert (answer.status, text) == (404, f"cannot find function: '{function}'")


async def test_the_cloud_events_handshake_is_allowed(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    url = f"{streaming_host.url}/runtime/webhooks/eventgrid/?functionname=on_event"
    async with http.options(
        url, headers={"WebHook-Request-Origin": "eventgrid.azure.net"}
    ) as answer:
        assert answer.status == 200
    assert answer.headers["Webhook-Allowed-Origin"] == "eventgrid.azure.net"


async def test_a_run_by_hand_reaches_functions_that_http_does_not(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    for name, status in {"tick": 202, "ping": 202, "nosuch": 404}.items():
        url = f"{streaming_host.url}/admin/functions/{name}"
        async with http.post(url, json={"input": ""}) as answer:
            assert answer.status == status
    await asyncio.to_thread(eventually, lambda: streaming_host.notes("tick"))
