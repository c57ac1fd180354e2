"""The example flows are kept for a tenant once, and what people did to them stays."""

from dataclasses import replace

from cli.flow_examples import BY, Example, examples, kept
from shared.contracts.flows.stored import StoredFlow, document_of
from tests.fakes.flows import FakeFlows
from tests.fakes.samples import AT, a_flow

ONE = Example("example-uno", {"meta": {"name": "Uno"}, "nodes": []})


async def newest(flows: FakeFlows, flow_id: str = ONE.flow_id) -> StoredFlow:
    found = await flows.read("t", flow_id)
    assert found is not None
    return found


async def test_all_are_kept_without_a_key_and_the_second_time_nothing_is_done() -> None:
    flows, every = FakeFlows(), tuple(examples())
    assert await kept(every, "t", flows, AT) == len(every)
    assert await kept(every, "t", flows, AT) == 0
    assert len(every) >= 8
    assert "paste" not in repr(flows.stored)
    assert (await newest(flows, "example-conversacion")).about.saved_by == BY
    assert (await newest(flows, "example-plan-encadenamiento")).about.name


async def test_an_example_that_changed_is_a_new_version() -> None:
    flows = FakeFlows()
    await kept([ONE], "t", flows, AT)
    changed = replace(ONE, flow={"nodes": [{"type": "response", "text": "x"}]})
    assert await kept([changed], "t", flows, AT) == 1
    found = await newest(flows)
    assert (found.about.version, found.document) == (2, document_of(changed.flow))


async def test_what_somebody_has_changed_or_deleted_stays_so() -> None:
    flows = FakeFlows()
    await kept([ONE], "t", flows, AT)
    await flows.add(a_flow(ONE.flow_id, 2, {"nodes": [1]}, tenant_id="t"))
    other = replace(ONE, flow={"nodes": []})
    assert await kept([other], "t", flows, AT) == 0
    assert (await newest(flows)).about.version == 2
    await flows.delete("t", ONE.flow_id)
    assert await kept([other], "t", flows, AT) == 0
    assert await flows.read("t", ONE.flow_id) is None
