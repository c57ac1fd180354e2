"""A conversation keeps the pack it began with, while another version is the current one."""

import shutil
from pathlib import Path

from shared.contracts.wording import WORDING
from shared.packs.folders import versions_in
from tests.fakes.running import RunningOrchestrations
from tests.fakes.world import PACKS, World
from tests.unit.api.people import SMALL_TALK, Desk

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

    gone = await desk.run(str(asked["runId"]))
    assert (gone.status, gone.json["code"], gone.json["retryable"]) == (410, "EXPIRED", False)
    assert gone.json["detail"] == WORDING["pack_gone"]["es"]
    assert (await desk.run(str(kept["runId"]))).status == 200
