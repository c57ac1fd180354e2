"""Flows that are kept: saving, versions, who may, and that nothing of the simulator is kept."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from api import flows, kept_flows
from shared.contracts.flows.stored import document_of
from shared.contracts.flows.versions import Editor
from tests.fakes.http import Answer
from tests.fakes.samples import a_flow
from tests.fakes.world import ANA, LUIS, OLGA, World
from tests.unit.api.rules import ChatDesk

RIGHTS = (*ANA.rights, "flows:read", "flows:write")
CALLERS = {
    "ana": ANA.model_copy(update={"rights": RIGHTS}),
    "luis": LUIS.model_copy(update={"rights": RIGHTS}),
    "olga": OLGA.model_copy(update={"rights": RIGHTS}),
    "reader": LUIS.model_copy(update={"rights": ("flows:read",)}),
    "nobody": LUIS.model_copy(update={"rights": ()}),
}
HELLO = {"meta": {"name": "Saludo"}, "nodes": [{"type": "response", "text": "Hola"}]}
OTHER = {"meta": {"name": "Otro"}, "nodes": [{"type": "response", "text": "Adiós"}]}
ODD = (
    '{"nodes":[{"type":"response","text":"a\\u2028<b>&","zeta":1.0,"alfa":[null,{"b":1,"a":1e-7}],'
    '"10":{},"2":[],"ui":{"x":-0.5}}],"algo":null,"meta":{"name":"Ñ «raro»","sin":false}}'
)
"""A draft with unknown fields, members in no order, numbers in several writings."""


@dataclass
class Shelf:
    """Where flows are kept, and people who may do something with them."""

    desk: ChatDesk = field(default_factory=lambda: ChatDesk(World(callers=CALLERS)))

    async def ask(
        self,
        handler: Any,
        method: str = "GET",
        flow: object = None,
        *,
        token: str | None = "ana",
        query: dict[str, str] | None = None,
        path: dict[str, str] | None = None,
        **headers: Any,
    ) -> Answer:
        """Keyword arguments are headers, with `_` for `-`."""
        body = None if flow is None else {"flow": flow}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        caller = self.desk.person(token)
        return await caller.call(handler, method, body, path=path, query=query, headers=named)

    async def create(self, flow: object = HELLO, token: str = "ana") -> str:
        answer = await self.ask(kept_flows.create, "POST", flow, token=token)
        assert answer.status == 201, answer.body
        return str(answer.json["flowId"])

    async def read(self, flow_id: str, token: str = "ana", **query: str) -> Answer:
        return await self.ask(kept_flows.read, path={"flowId": flow_id}, query=query, token=token)

    async def save(
        self, flow_id: str, flow: object, edited: str | None, token: str = "ana"
    ) -> Answer:
        headers: dict[str, Any] = {} if edited is None else {"if_match": edited}
        path = {"flowId": flow_id}
        return await self.ask(kept_flows.save, "PUT", flow, path=path, token=token, **headers)

    async def delete(self, flow_id: str, token: str = "ana", **headers: Any) -> Answer:
        path = {"flowId": flow_id}
        return await self.ask(kept_flows.delete, "DELETE", path=path, token=token, **headers)

    async def restore(self, flow_id: str, version: str, edited: str) -> Answer:
        path = {"flowId": flow_id, "version": version}
        return await self.ask(kept_flows.restore, "POST", path=path, if_match=edited)

    async def versions(self, flow_id: str, **query: str) -> Answer:
        return await self.ask(kept_flows.versions, path={"flowId": flow_id}, query=query)

    def audited(self) -> list[tuple[str, dict[str, str]]]:
        events = self.desk.world.audit.events.values()
        return [(each.kind, each.details) for each in events]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


# --- what is put is what one gets -----------------------------------------------------------------


async def test_a_flow_is_created_and_read(shelf: Shelf) -> None:
    made = await shelf.ask(kept_flows.create, "POST", HELLO)
    assert made.status == 201
    assert made.headers["location"] == f"/api/flows/{made.json['flowId']}"
    assert made.headers["etag"] == '"1"'
    assert "ETag" in made.headers["access-control-expose-headers"]
    found = await shelf.read(made.json["flowId"])
    assert (found.status, found.json) == (200, made.json)
    assert found.json["flow"] == HELLO
    assert (found.json["version"], found.json["newest"], found.json["name"]) == (1, 1, "Saludo")
    assert found.json["savedBy"] == {"userId": ANA.user_id, "name": ANA.name}


async def test_what_one_gets_is_what_one_put(shelf: Shelf) -> None:
    found = await shelf.read(await shelf.create(json.loads(ODD)))
    assert document_of(found.json["flow"]) == document_of(json.loads(ODD))
    again = await shelf.save(found.json["flowId"], found.json["flow"], '"1"')
    assert document_of(again.json["flow"]) == document_of(json.loads(ODD))


async def test_a_list_of_nodes_stays_one(shelf: Shelf) -> None:
    found = await shelf.read(await shelf.create(HELLO["nodes"]))
    assert found.json["flow"] == HELLO["nodes"]
    assert "name" not in found.json


async def test_a_draft_is_kept_and_its_problems_are_told_beside_it(shelf: Shelf) -> None:
    draft = {"nodes": [{"type": "response"}, {"type": "nonsense"}, 7]}
    found = await shelf.read(await shelf.create(draft))
    assert found.json["flow"] == draft
    assert found.json["valid"] is False
    assert {each["pointer"] for each in found.json["problems"]} == {
        "/nodes/0/text", "/nodes/1/type", "/nodes/2",
    }  # fmt: skip


async def test_problems_are_those_of_who_reads(shelf: Shelf) -> None:
    flow_id = await shelf.create([{"type": "use_profile", "profile": "ops"}])
    assert (await shelf.read(flow_id)).json["problems"][0]["code"] == "not_allowed"


@pytest.mark.parametrize("flow", [{}, {"nodes": 7}, {"meta": {}}])
async def test_what_is_no_flow_is_not_kept(shelf: Shelf, flow: object) -> None:
    answer = await shelf.ask(kept_flows.create, "POST", flow)
    assert answer.code == "INVALID_REQUEST"
    assert [each["pointer"] for each in answer.json["errors"]] == ["/flow"]
    assert shelf.desk.world.flows.stored == {}


async def test_a_flow_that_is_too_large_is_refused(shelf: Shelf) -> None:
    answer = await shelf.ask(kept_flows.create, "POST", [{"text": "x" * 300_000}])
    assert answer.code == "TOO_LARGE"


# --- versions -------------------------------------------------------------------------------------


async def test_saving_makes_a_new_version_and_the_old_one_stays(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    shelf.desk.world.clock.now += timedelta(minutes=1)
    saved = await shelf.save(flow_id, OTHER, '"1"', token="luis")
    assert (saved.status, saved.headers["etag"]) == (200, '"2"')
    assert saved.json["savedBy"]["name"] == LUIS.name
    assert saved.json["createdBy"]["name"] == ANA.name
    assert (await shelf.read(flow_id)).json["flow"] == OTHER
    first = await shelf.read(flow_id, version="1")
    assert (first.json["flow"], first.json["version"], first.json["newest"]) == (HELLO, 1, 2)
    assert first.headers["etag"] == '"1"'
    told = (await shelf.versions(flow_id)).json["items"]
    assert [(each["version"], each["name"]) for each in told] == [(2, "Otro"), (1, "Saludo")]
    assert "flow" not in told[0]


async def test_who_edited_an_old_version_is_told_who_saved_another_when(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"', token="luis")
    answer = await shelf.save(flow_id, {"nodes": []}, '"1"')
    assert (answer.status, answer.code) == (412, "VERSION_CONFLICT")
    assert answer.json["newest"]["version"] == 2
    assert answer.json["newest"]["savedBy"] == {"userId": LUIS.user_id, "name": LUIS.name}
    at = shelf.desk.world.clock()
    assert LUIS.name in answer.json["detail"]
    assert f"{at:%Y-%m-%d %H:%M}" in answer.json["detail"]
    assert (await shelf.read(flow_id)).json["flow"] == OTHER


async def test_who_repeats_what_was_not_answered_meets_what_was_stored(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    first, again = [await shelf.save(flow_id, OTHER, '"1"') for _ in range(2)]
    assert (again.status, again.json) == (200, first.json)
    assert shelf.audited().count(("flow.saved", {"flowId": flow_id, "version": "2"})) == 1
    other = await shelf.save(flow_id, OTHER, '"1"', token="luis")
    assert other.status == 412


@pytest.mark.parametrize("edited", ['"2"', '"999"'])
async def test_a_version_that_never_was_is_not_gone_on_from(shelf: Shelf, edited: str) -> None:
    flow_id = await shelf.create()
    assert (await shelf.save(flow_id, OTHER, edited)).status == 412


async def test_it_must_be_said_what_was_edited(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    answer = await shelf.save(flow_id, OTHER, None)
    assert (answer.status, answer.code) == (428, "PRECONDITION_REQUIRED")
    for nonsense in ("2", '"x"', '"0"', '"1", "2"', ""):
        answer = await shelf.save(flow_id, OTHER, nonsense)
        assert answer.code == "INVALID_REQUEST"
        assert answer.json["errors"][0]["pointer"] == "/If-Match"
    assert (await shelf.save(flow_id, OTHER, 'W/"1"')).status == 200, "a gateway may weaken it"


async def test_with_a_star_nothing_is_compared(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"', token="luis")
    answer = await shelf.save(flow_id, HELLO, "*")
    assert (answer.status, answer.json["version"]) == (200, 3)


async def test_who_saves_what_there_is_already_makes_no_version(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    answer = await shelf.save(flow_id, HELLO, '"1"')
    assert (answer.status, answer.headers["etag"], answer.json["newest"]) == (200, '"1"', 1)
    assert len((await shelf.versions(flow_id)).json["items"]) == 1
    assert len(shelf.audited()) == 1
    await shelf.save(flow_id, OTHER, '"1"')
    assert (await shelf.save(flow_id, HELLO, '"1"')).status == 412
    assert (await shelf.save(flow_id, HELLO, '"2"')).headers["etag"] == '"3"'


async def test_with_a_star_who_is_slower_saves_behind_the_faster(shelf: Shelf) -> None:
    """The replica that is asked for the newest version may not know of it yet."""
    flow_id = await shelf.create()
    stored = shelf.desk.world.flows
    late = await stored.head(ANA.tenant_id, flow_id)
    await shelf.save(flow_id, OTHER, '"1"', token="luis")

    async def stale(*_: str) -> Any:
        return late

    stored.head = stale  # type: ignore[assignment,method-assign]
    answer = await shelf.save(flow_id, HELLO, "*")
    assert (answer.status, answer.json["version"]) == (200, 3)


async def test_an_earlier_version_is_restored_as_the_newest(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"')
    answer = await shelf.restore(flow_id, "1", '"2"')
    assert (answer.status, answer.headers["etag"]) == (200, '"3"')
    assert (answer.json["restored"], answer.json["flow"]) == (1, HELLO)
    assert (await shelf.restore(flow_id, "1", '"2"')).json["version"] == 3, "again is the same"
    assert (await shelf.restore(flow_id, "2", '"2"')).status == 412
    for missing in ("9", "0", "x", "1" * 12):
        assert (await shelf.restore(flow_id, missing, '"3"')).status == 404
    assert ("flow.saved", {"flowId": flow_id, "version": "3", "restored": "1"}) in shelf.audited()


async def test_versions_are_read_in_pages(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    for number in range(1, 5):
        await shelf.save(flow_id, OTHER if number % 2 else HELLO, f'"{number}"')
    seen, query = [], {"limit": "2"}
    while True:
        page = (await shelf.versions(flow_id, **query)).json
        seen += [each["version"] for each in page["items"]]
        if "older" not in page:
            break
        query = {"limit": "2", "before": str(page["older"])}
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("version", ["0", "x", "-1", "1.5", ""])
async def test_a_version_is_a_number(shelf: Shelf, version: str) -> None:
    answer = await shelf.read(await shelf.create(), version=version)
    assert answer.json["errors"][0]["pointer"] == "/version"


async def test_a_version_that_is_not_there_is_404(shelf: Shelf) -> None:
    answer = await shelf.read(await shelf.create(), version="2")
    assert answer.code == "NOT_FOUND"
    assert "versión" in answer.json["detail"]


# --- lists ----------------------------------------------------------------------------------------


async def test_the_tenants_flows_are_listed_in_pages_by_name(shelf: Shelf) -> None:
    for number in range(5):
        shelf.desk.world.clock.now += timedelta(minutes=1)
        name = f"Trámite {number}" if number % 2 else f"Licencia {number}"
        await shelf.create({"meta": {"name": name}, "nodes": []}, "luis" if number else "ana")
    await shelf.create(HELLO, "olga")
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = (await shelf.ask(kept_flows.listed, query=query)).json
        seen += [each["name"] for each in page["items"]]
        if "next" not in page:
            break
        query = {"limit": "2", "after": page["next"]}
    assert seen == ["Licencia 4", "Trámite 3", "Licencia 2", "Trámite 1", "Licencia 0"]
    found = (await shelf.ask(kept_flows.listed, query={"q": "tramite"})).json["items"]
    assert [each["name"] for each in found] == ["Trámite 3", "Trámite 1"]
    assert "flow" not in found[0]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"limit": "0"}, "/limit"), ({"after": "x"}, "/after"), ({"q": "x" * 201}, "/q")],
)
async def test_a_list_that_cannot_be_is_refused(
    shelf: Shelf, query: dict[str, str], pointer: str
) -> None:
    answer = await shelf.ask(kept_flows.listed, query=query)
    assert answer.json["errors"][0]["pointer"] == pointer


# --- deleting -------------------------------------------------------------------------------------


async def test_a_deleted_flow_is_gone_with_its_versions(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"')
    assert (await shelf.delete(flow_id)).status == 204
    assert (await shelf.delete(flow_id)).status == 204, "again is the same"
    assert (await shelf.read(flow_id)).code == "NOT_FOUND"
    assert (await shelf.save(flow_id, OTHER, '"2"')).status == 404
    assert (await shelf.save(flow_id, OTHER, "*")).status == 404
    assert (await shelf.versions(flow_id)).status == 404
    assert shelf.audited().count(("flow.deleted", {})) == 1


async def test_a_flow_that_changed_is_not_deleted_by_who_did_not_see_it(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"', token="luis")
    assert (await shelf.delete(flow_id, if_match='"1"')).status == 412
    assert (await shelf.delete(flow_id, if_match='"2"')).status == 204


async def test_what_is_deleted_while_it_is_saved_is_gone(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    stored = shelf.desk.world.flows
    add = stored.add

    async def deleted_meanwhile(following: Any) -> Any:
        await shelf.delete(flow_id, token="luis")
        return await add(following)

    stored.add = deleted_meanwhile  # type: ignore[method-assign]
    assert (await shelf.save(flow_id, OTHER, '"1"')).status == 404


# --- who may --------------------------------------------------------------------------------------


async def test_reading_needs_one_right_and_writing_another(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    path = {"flowId": flow_id, "version": "1"}
    reading = (kept_flows.listed, kept_flows.read, kept_flows.versions)
    for handler in reading:
        assert (await shelf.ask(handler, path=path, token="reader")).status == 200
        refused = await shelf.ask(handler, path=path, token="nobody")
        assert refused.code == "FORBIDDEN"
        assert "flows:read" in refused.json["detail"]
    for handler in (kept_flows.create, kept_flows.save, kept_flows.restore, kept_flows.delete):
        refused = await shelf.ask(handler, "POST", HELLO, path=path, token="reader", if_match="*")
        assert refused.code == "FORBIDDEN"
        assert "flows:write" in refused.json["detail"]
    assert (await shelf.read(flow_id)).json["newest"] == 1


async def test_the_schema_is_answered_wherever_its_route_leads(shelf: Shelf) -> None:
    asked = await shelf.read("schema", token="nobody")
    assert asked.json == (await shelf.ask(flows.schema, token="nobody")).json


async def test_every_change_is_in_the_audit_and_says_nothing_of_the_flow(shelf: Shelf) -> None:
    flow_id = await shelf.create()
    await shelf.save(flow_id, OTHER, '"1"')
    await shelf.delete(flow_id)
    assert shelf.audited() == [
        ("flow.saved", {"flowId": flow_id, "version": "1"}),
        ("flow.saved", {"flowId": flow_id, "version": "2"}),
        ("flow.deleted", {}),
    ]
    [conversation] = {place[1] for place in shelf.desk.world.audit.events}
    assert conversation == f"flow-{flow_id}"
    assert "Saludo" not in repr(shelf.desk.world.audit.items)


# --- the simulator --------------------------------------------------------------------------------

CANARY = "cnry-7f3e-value"
MARKED = {"value": CANARY, "__meta": {"simOnly": True, "mock": True}}
TYPED_IN = {
    "meta": {
        "name": f"Mi {CANARY}",
        "variables": {"a": MARKED, "apiKey": "otra-clave", "b": f"x{CANARY}", f"n_{CANARY}": 1},
    },
    "nodes": [
        {"type": "credential_profile", "profile": "testing", "credentials": {"openai": CANARY},
         "__sim_only": True},
        {"type": "secure_value", "source": "app_settings", "alias": "search-prod",
         "mode": "plaintext", "value": CANARY, "__meta": {"simOnly": True, "v": CANARY},
         "save_as": "k"},
        {"type": "agent_call", "message": f"Di {CANARY}", "context": {"d": MARKED, CANARY: 1}},
        {"type": "loop", "over": [MARKED], "body": [
            {"type": "credential_profile", "credentials": [CANARY, {"x": [CANARY]}]},
            {"type": "secure_value", "value": {"y": CANARY}}]},
        {"type": CANARY, "desconocido": [CANARY]},
    ],
    "ui": {"nota": CANARY},
}  # fmt: skip


async def test_nothing_that_was_typed_in_for_the_simulator_is_kept(shelf: Shelf) -> None:
    made = await shelf.ask(kept_flows.create, "POST", TYPED_IN)
    assert made.status == 201
    await shelf.save(made.json["flowId"], TYPED_IN, '"1"')
    world = shelf.desk.world
    for kept in (made.body.decode(), world.flows.stored, world.audit.items):
        assert CANARY not in repr(kept)
        assert "otra-clave" not in repr(kept)
    told = {each["pointer"]: each["code"] for each in made.json["warnings"]}
    assert told["/nodes/0/credentials"] == "sim_only_removed"
    assert told["/nodes/1/value"] == "sim_only_removed"
    assert told["/meta/variables/a"] == "sim_only_removed"
    assert told["/meta/variables/apiKey"] == "credential_removed"
    assert told["/nodes/2/message"] == "secret_replaced"
    nodes = made.json["flow"]["nodes"]
    assert nodes[0]["credentials"] == {"openai": ""}, "which keys it takes is kept"
    assert nodes[2]["message"] == "Di ***SIM-ONLY***"
    assert [each["type"] for each in nodes[:4]] == [e["type"] for e in TYPED_IN["nodes"][:4]]  # type: ignore[index]


async def test_a_pointer_of_a_warning_may_hold_what_was_typed_in(shelf: Shelf) -> None:
    """It leads into what was sent, and is told only to who sent it."""
    keys = {"type": "credential_profile", "profile": "p", "credentials": {"openai": CANARY}}
    flow = [keys, {"type": "response", "text": "x", "citations": {CANARY: CANARY}}]
    made = await shelf.ask(kept_flows.create, "POST", flow)
    again = await shelf.read(made.json["flowId"])
    assert again.json["warnings"] == []
    assert CANARY not in again.body.decode()


async def test_saving_what_one_got_says_nothing_more(shelf: Shelf) -> None:
    made = await shelf.ask(kept_flows.create, "POST", TYPED_IN)
    again = await shelf.save(made.json["flowId"], made.json["flow"], '"1"')
    assert again.json["flow"] == made.json["flow"]
    assert again.json["warnings"] == []


async def test_whose_version_was_first_is_told_even_of_one_that_left(shelf: Shelf) -> None:
    """By the name that somebody had when they saved it."""
    flow_id = await shelf.create()
    gone = Editor(user_id="user-gone", name="Quien se fue")
    await shelf.desk.world.flows.add(a_flow(flow_id, 2, OTHER, by=gone))
    answer = await shelf.save(flow_id, HELLO, '"1"', token="ana")
    assert "Quien se fue" in answer.json["detail"]
