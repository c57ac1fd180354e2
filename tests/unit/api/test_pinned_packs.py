"""A conversation keeps the pack it began with, while another version is the current one."""

import shutil
from pathlib import Path

from api import approvals
from shared.contracts.effects import Effect
from shared.contracts.masking import MASK
from shared.contracts.wording import WORDING
from shared.packs.folders import versions_in
from tests.fakes.running import RunningOrchestrations
from tests.fakes.samples import AT, TASK_ARGS, an_approval, task_plan
from tests.fakes.world import ANA, PACKS, World
from tests.unit.api.people import ASYNC, SMALL_TALK, Desk

FLOW = SMALL_TALK | {"route": "FLOW_EXECUTION"}
TASK = {
    "flow_type": "CreateTask",
    "calls": [{"tool": "createTask", "args": {}, "sources": []}],
    "reason": "",
}
OLD, NEW = "2026.11", "2027.01"


def deploy(packs: Path, version: str) -> None:
    """A pack that is told from others by its base prompt, and by one word of its flow."""
    newest = PACKS / versions_in(PACKS)[-1]
    shutil.copytree(newest, packs / version, ignore=lambda *_: ["knowledge"])
    for name in ("pack.json", "prompts/es/base.md", "flows/CreateTask.json"):
        path = packs / version / name
        text = path.read_text("utf-8").replace(f'"{newest.name}"', f'"{version}"')
        path.write_text(text.replace('"la tarea"', f'"la tarea de {version}"'), "utf-8")
    base = packs / version / "prompts" / "es" / "base.md"
    base.write_text(f"Pack {version}.\n{base.read_text('utf-8')}", "utf-8")


def desk_over(world: World) -> Desk:
    return Desk(world, RunningOrchestrations(deps=world.deps()))


async def test_a_conversation_keeps_the_version_it_began_with(tmp_path: Path) -> None:
    world = World(packs=tmp_path)
    world.model.answers = {"triage": [FLOW], "plan": [TASK]}
    deploy(tmp_path, OLD)
    begun = await desk_over(world).conversation()
    before = (await desk_over(world).post(begun, "Crea una tarea")).json["text"]

    deploy(tmp_path, NEW)
    desk = desk_over(world)
    world.model.requests.clear()
    world.knowledge.queries.clear()
    kept = (await desk.post(begun, "Crea otra tarea")).json
    assert f"la tarea de {OLD}" in before
    assert f"la tarea de {OLD}" in kept["text"]
    assert {each.messages[0].content.split("\n")[0] for each in world.model.requests} == {
        f"Pack {OLD}."
    }
    assert {each.other_versions for each in world.knowledge.queries} == {(NEW,)}

    world.model.requests.clear()
    world.knowledge.queries.clear()
    fresh = (await desk.post(await desk.conversation(), "Crea una tarea")).json
    assert f"la tarea de {NEW}" in fresh["text"]
    assert {each.messages[0].content.split("\n")[0] for each in world.model.requests} == {
        f"Pack {NEW}."
    }
    assert {each.other_versions for each in world.knowledge.queries} == {(OLD,)}


async def test_a_conversation_whose_version_was_taken_back_goes_on_with_the_current_one(
    tmp_path: Path,
) -> None:
    world = World(packs=tmp_path)
    world.model.answers = {"triage": [FLOW], "plan": [TASK]}
    deploy(tmp_path, OLD)
    deploy(tmp_path, NEW)
    begun = await desk_over(world).conversation()
    asked = (await desk_over(world).post(begun, "Crea una tarea")).json
    assert asked["question"]

    shutil.rmtree(tmp_path / NEW)
    world.model.requests.clear()
    desk = desk_over(world)
    kept = (await desk.post(begun, "Crea otra tarea")).json
    assert f"la tarea de {OLD}" in kept["text"]
    assert kept["warnings"] == [WORDING["warning_pack_gone"]["es"]]
    prompts = [each.messages[0].content for each in world.model.requests]
    assert {each.split("\n")[0] for each in prompts} == {f"Pack {OLD}."}
    assert not any("<open_question>{" in each for each in prompts)
    assert (await desk.run(str(asked["runId"]))).json["text"] == asked["text"]
    assert (await desk.run(str(kept["runId"]))).status == 200


async def test_a_run_whose_version_was_taken_back_is_shown_and_nothing_of_it_can_be_approved(
    tmp_path: Path,
) -> None:
    world = World(packs=tmp_path)
    deploy(tmp_path, OLD)
    deploy(tmp_path, NEW)
    run_id = str((await Desk(world).post(await Desk(world).conversation(), **ASYNC)).json["runId"])
    shutil.rmtree(tmp_path / NEW)
    await world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await world.effects.reserve(
        Effect(
            effect_id="e1", tenant_id=ANA.tenant_id, run_id=run_id, step=0, tool="createTask",
            state="done", args=TASK_ARGS, result={"id": "T-1"}, updated_at=AT,
        )
    )  # fmt: skip
    await world.approvals.open(an_approval(run_id=run_id))
    desk = Desk(world)

    view = (await desk.run(run_id)).json
    assert [(each["status"], each["effectId"]) for each in view["effects"]] == [("ok", "e1")]
    assert set(view["effects"][0]["args"].values()) == {MASK}
    assert view["effects"][0]["result"] == {"id": MASK}
    assert [each["state"] for each in view["approvals"]] == ["open"]
    world.callers["boss"] = ANA.model_copy(
        update={"user_id": "boss", "rights": (*ANA.rights, "approvals:decide")}
    )
    body = {"decision": "approve", "payloadHash": "abc"}
    path = {"runId": run_id, "approvalId": "a0"}
    refused = await desk.person("boss").call(approvals.decide, "POST", body, path=path)
    assert (refused.status, refused.code) == (410, "EXPIRED")
    assert refused.json["detail"] == WORDING["pack_gone"]["es"]
    body["decision"] = "reject"
    said = await desk.person("boss").call(approvals.decide, "POST", body, path=path)
    assert said.status == 200
