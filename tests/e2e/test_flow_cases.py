"""The conformance suite of the flow language through the local platform, over HTTP."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.flow_cases import (
    NOT_RUN,
    PROFILES,
    equal_but_handles,
    expected_of,
    same,
)
from tests.e2e.flow_driver import Driver, Played, begun, nodes, view_of
from tests.e2e.people import Person
from tests.e2e.stand_in import StandIn, standing_in
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings
from tests.flows.cases import Case, called, cases

SIDE_BY_SIDE = 12
"""Cases that are run at the same time."""
RUN = [case for case in cases("run") if called(case) not in NOT_RUN]
GROUPS = [RUN[first : first + SIDE_BY_SIDE] for first in range(0, len(RUN), SIDE_BY_SIDE)]
ALIASES = {
    "Aliases": {
        "search-prod": {"source": "app_settings", "name": "AzureSearch__ApiKey"},
        "kv-search": {"source": "key_vault", "secret": "secrets/search-api-key"},
        "rest": {"source": "key_vault", "secret": "secrets/api-key", "tools": ["http"]},
        # Where the flow says that it is.
        "de-nadie": {"source": "app_settings", "name": "AzureSearch__ApiKey"},
    },
    "AllowedSettings": ["AzureSearch__ApiKey"],
    "AllowedSecrets": ["secrets/search-api-key", "secrets/api-key"],
}


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


@pytest.fixture(scope="module")
def host(
    services: Services, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """The app of this module: its models and addresses are the stand-in, and it has what the suite
    calls profiles and secrets by name."""
    rule = {"host": stand_in.url, "path": "/**", "methods": ["GET", "POST", "PUT", "DELETE"]}
    keyed = {"host": stand_in.url, "path": "/**/clave", "credential": "http"}
    key = {"source": "key_vault", "secret": "secrets/api-key", "endpoint": stand_in.url}
    settings = {
        "Agent__DefaultProfile": "normal",
        "AzureOpenAI__Endpoint": stand_in.url,
        "AzureSearch__ApiKey": "made-up-search-prod-key-0005",
        "Model__Retries": "0",
        "Search__EmbeddingSeconds": "60",
        "Search__Policy": "never",
        "Security__CredentialProfiles": json.dumps(
            {name: {} for name in PROFILES} | {"default": {"http": key}}
        ),
        "Security__ProfileAccess": json.dumps({name: {} for name in PROFILES}),
        "Security__SecureValues": json.dumps(ALIASES),
        "Tools__HttpTimeoutSeconds": "60",
        "Tools__HttpAllowed": json.dumps([keyed, rule]),
        "Tools__HttpPrivateHosts": json.dumps([stand_in.url]),
        "Tools__McpServers": "{}",
    }
    place = tmp_path_factory.mktemp("flow-cases") / "data"
    with running_host(services, place, settings=settings) as running:
        yield running


@pytest.fixture
async def ana(http: aiohttp.ClientSession, host: Host, around: Surroundings) -> Person:
    return Person(http, host.url, await around.token("ana"))


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: called(group[0]))
async def test_cases_of_the_suite(
    ana: Person, stand_in: StandIn, stores: Stores, group: list[Case]
) -> None:
    drivers = [Driver(ana, stores, stand_in, case) for case in group]
    played = await asyncio.gather(*(each.played() for each in drivers), return_exceptions=True)
    wrong = {called(case): why for case, each in zip(group, played, strict=True)
             if (why := _wrong(each))}  # fmt: skip
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())


def _wrong(played: Played | BaseException) -> str | None:
    if isinstance(played, BaseException):
        return repr(played)
    try:
        _check(played)
    except AssertionError as error:
        return str(error)
    return None


def _check(played: Played) -> None:
    wanted = expected_of(played.case)
    state, view = played.state, played.view
    assert view["status"] == state["status"] == wanted["status"], view
    if "trace" in wanted:
        assert nodes(played.run, "started") == wanted["trace"]
    for name, value in wanted.get("variables", {}).items():
        assert same(view["variables"].get(name), value), (name, view["variables"])
    assert not set(wanted.get("absent", ())) & set(view["variables"])
    for name, value in wanted.get("failure", {}).items():
        assert state["failure"][name] == value, state["failure"]
    for place in wanted.get("leaks", ()):
        assert place in state["failure"]["detail"]
    if "actions" in wanted:
        _check_actions(played.actions, wanted["actions"])


def _check_actions(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """Calls that nothing may be sent with are refused as soon as they are asked for."""
    refused = [each for each in wanted if each.get("leaks")]
    found = [each for each in found if not each.get("leaks")]
    assert len(found) == len(wanted) - len(refused), found
    told_of = (each for each in wanted if each not in refused)
    for action, told in zip(found, told_of, strict=True):
        named = told.keys() if action["kind"] != "secure_value" else {"kind", "key"} & told.keys()
        for name in named:
            alike = same if name == "citations" else equal_but_handles
            assert alike(action[name], told[name]), (name, action)


def test_every_case_is_run_or_named_with_its_reason() -> None:
    known = {called(case) for case in cases("run")}
    assert set(NOT_RUN) <= known
    assert {called(case) for group in GROUPS for case in group} == known - set(NOT_RUN)
    assert all(NOT_RUN.values())
    assert len(NOT_RUN) == 4
    assert len(known) >= 120


async def test_flows_are_checked_as_the_suite_says(ana: Person) -> None:
    """Besides, the route refuses what the suite has no lists of. What is neither an object nor a
    list is no request at all."""
    every = [each for each in cases("check") if "lists" not in each and is_json(each["flow"])]
    assert len(every) > 100
    answers = await side_by_side(ana, "/flows/validate", every)
    for case, answer in zip(every, answers, strict=True):
        told = [[each["severity"], each["code"], each["pointer"]] for each in answer["problems"]]
        mine = [each for each in told if each[1] != "not_allowed"]
        assert mine == case["problems"], called(case)
        assert answer["valid"] is not any(each[0] == "error" for each in told)


async def test_flows_are_exported_as_the_suite_says(ana: Person) -> None:
    every = cases("export")
    answers = await side_by_side(ana, "/flows/export", every)
    for case, answer in zip(every, answers, strict=True):
        assert answer["flow"] == case["exported"], called(case)
        told = [[each["code"], each["pointer"]] for each in answer["warnings"]]
        assert told == case["warnings"], called(case)


def is_json(flow: object) -> bool:
    return isinstance(flow, dict | list)


async def side_by_side(ana: Person, path: str, every: list[Case]) -> list[dict[str, Any]]:
    """What the route answers to the flow of each case."""
    few = asyncio.Semaphore(SIDE_BY_SIDE)

    async def asked(case: Case) -> dict[str, Any]:
        async with few:
            answer = await ana.ask("POST", path, json={"flow": case["flow"]})
        assert answer.status == 200, (called(case), answer.body)
        return dict(answer.body)

    return list(await asyncio.gather(*map(asked, every)))


async def test_what_an_answer_has_is_there(ana: Person) -> None:
    search = {"mode": "keyword", "indexes": ["cerebro"]}
    flow = [{"type": "agent_call", "message": "Hola", "agent_profile": "rag", "search": search,
             "return_trace": True, "save_as": "r"}]  # fmt: skip
    run_id = await begun(ana, flow)
    await ana.follow(run_id)
    answer = (await view_of(ana, run_id))["variables"]["r"]
    assert {"text", "citations", "usage", "threadId", "runId", "steps"} <= set(answer)
