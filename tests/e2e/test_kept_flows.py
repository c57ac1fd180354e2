"""Flows over the wire: kept as they were sent, by version, and nothing of the simulator."""

import json
from uuid import uuid4

from tests.e2e.conftest import Call
from tests.e2e.people import Person
from tests.e2e.stores import Stores

ODD = (
    '{"nodes":[{"zeta":1.0,"type":"response","text":"«ñ» \\u2028 <b>","ui":{"y":-0.5,"x":1e-7},'
    '"10":null,"2":[true]}],"unknown":{},"meta":{"name":"Tr\\u00e1mite raro"}}'
)


async def test_what_one_gets_is_what_one_put(ana: Person) -> None:
    made = await ana.ask("POST", "/flows", json={"flow": json.loads(ODD)})
    assert made.status == 201, made.body
    found = await ana.get(f"/flows/{made.body['flowId']}")
    assert json.dumps(found.body["flow"]) == json.dumps(json.loads(ODD))
    assert found.headers["ETag"] == '"1"'
    listed = await ana.get("/flows?q=tramite%20raro")
    assert made.body["flowId"] in [each["flowId"] for each in listed.body["items"]]
    assert (await ana.ask("DELETE", f"/flows/{made.body['flowId']}")).status == 204
    assert (await ana.get(f"/flows/{made.body['flowId']}")).status == 404


async def test_two_people_do_not_save_over_each_other(ana: Person, person: Call) -> None:
    marta = await person("marta")
    made = await ana.ask("POST", "/flows", json={"flow": []})
    path = f"/flows/{made.body['flowId']}"
    mine = {"If-Match": made.headers["ETag"]}
    hers = await marta.ask("PUT", path, json={"flow": {"nodes": []}}, headers=mine)
    assert (hers.status, hers.body["version"]) == (200, 2)
    refused = await ana.ask("PUT", path, json={"flow": []}, headers=mine)
    assert (refused.status, refused.body["code"]) == (412, "VERSION_CONFLICT")
    assert refused.body["newest"]["savedBy"]["name"] == "Marta Salgado"
    assert "Marta Salgado" in refused.body["detail"]
    again = {"If-Match": hers.headers["ETag"]}
    restored = await ana.ask("POST", f"{path}/versions/1/restore", headers=again)
    assert (restored.body["version"], restored.body["flow"]) == (3, [])
    told = (await ana.get(f"{path}/versions")).body["items"]
    assert [each["version"] for each in told] == [3, 2, 1]


async def test_who_may_only_read_saves_nothing(ana: Person, person: Call) -> None:
    luis = await person("luis")
    made = await ana.ask("POST", "/flows", json={"flow": []})
    path = f"/flows/{made.body['flowId']}"
    assert (await luis.get(path)).status == 200
    for method, where in (("POST", "/flows"), ("PUT", path), ("DELETE", path)):
        body: object = None if method == "DELETE" else {"flow": []}
        refused = await luis.ask(method, where, json=body, headers={"If-Match": "*"})
        assert (refused.status, refused.body["code"]) == (403, "FORBIDDEN")


async def test_what_was_typed_in_for_the_simulator_reaches_no_store(
    ana: Person, stores: Stores
) -> None:
    canary = f"cnry-{uuid4().hex}"
    keys = {"type": "credential_profile", "profile": "p", "credentials": {"openai": canary}}
    value = {"type": "secure_value", "source": "key_vault", "alias": "kv-search",
             "mode": "plaintext", "value": canary, "save_as": "k"}  # fmt: skip
    flow = [keys, value, {"type": "response", "text": f"es {canary}"}]
    made = await ana.ask("POST", "/flows", json={"flow": flow})
    assert made.status == 201
    assert canary not in json.dumps(made.body)
    assert len(made.body["warnings"]) == 3
    kept = []
    for name in ("flows", "events"):
        kept += [repr(each) for each in await stores.items(name)]
    assert any(made.body["flowId"] in each for each in kept)
    assert not any(canary in each for each in kept)


async def test_the_schema_and_a_flow_are_told_apart(ana: Person) -> None:
    assert set((await ana.get("/flows/schema")).body) == {"flow", "nodes", "limits"}
    assert (await ana.get("/flows/schem")).body["code"] == "NOT_FOUND"
