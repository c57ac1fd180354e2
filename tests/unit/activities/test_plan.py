"""The planner: checked calls, or one question for what is missing."""

from typing import Any

import pytest

from activities.drafting import MAX_REPAIRS
from activities.plan import plan
from shared.contracts.activities import Planned, PlanRequest
from shared.contracts.events import StateEvent
from shared.contracts.evidence import ContextPack
from shared.contracts.identity import Caller, Language
from shared.contracts.plan import MissingField, Plan, Provenance, ToolCall
from shared.errors import ModelError
from tests.fakes.samples import evidence, past_turn
from tests.fakes.world import ANA, RUN_ID, World

SAID = "Crea una tarea: revisar contrato ACME, prioridad alta, para el 2026-12-04"


def argument(value: object, quote: str | None, source: str = "user") -> dict[str, object]:
    return {"value": value, "source": source, "quote": quote}


TITLE = argument("revisar contrato ACME", "revisar contrato ACME")
DUE = argument("2026-12-04", "2026-12-04")
PRIORITY = argument("alta", "prioridad alta")


def draft(*calls: dict[str, Any], flow_type: str = "CreateTask") -> dict[str, Any]:
    return {"flow_type": flow_type, "calls": list(calls), "reason": "as asked"}


def create_task(**offers: dict[str, object]) -> dict[str, Any]:
    """A call as the model proposes it: values, and beside them where they were read."""
    sources = [
        {"field": field, "source": offer["source"], "quote": offer["quote"]}
        for field, offer in offers.items()
    ]
    args = {field: offer["value"] for field, offer in offers.items()}
    return {"tool": "createTask", "args": args, "sources": sources}


async def planned(
    world: World,
    message: str,
    *answers: object,
    language: Language = "es",
    continues: bool = False,
    caller: Caller = ANA,
) -> Planned:
    world.model.answers["plan"] = list(answers)
    run = await world.begin(message, caller)
    await world.runs.put_evidence(run.tenant_id, run.run_id, "cerebro", ContextPack())
    request = PlanRequest(
        run=run,
        announce=("TRIAGED", "RETRIEVED_CONTEXT"),
        after=0,
        indexes=("cerebro",),
        language=language,
        continues=continues,
    )
    return await plan(request, world.deps())


async def stored(world: World) -> Plan:
    found = await world.runs.plan(ANA.tenant_id, RUN_ID)
    assert found is not None
    return found


async def test_a_complete_order_becomes_one_call() -> None:
    world = World()
    answer = draft(create_task(title=TITLE, dueDate=DUE, priority=PRIORITY))
    result = await planned(world, SAID, answer)
    assert (result.flow_type, result.tools, result.missing) == ("CreateTask", ("createTask",), 0)
    (call,) = (await stored(world)).calls
    assert call.args == {
        "title": "revisar contrato ACME", "dueDate": "2026-12-04", "priority": "alta"
    }  # fmt: skip
    assert (await stored(world)).question is None


async def test_the_states_are_announced_by_the_first_step_that_writes() -> None:
    world = World()
    result = await planned(world, SAID, draft(flow_type="Other"))
    (item,) = await world.log.all(RUN_ID)
    told = [each.state for each in item.events if isinstance(each, StateEvent)]
    assert told == ["TRIAGED", "RETRIEVED_CONTEXT"]
    assert len(item.events) == 2
    assert result.after == 2


async def test_a_question_for_knowledge_calls_no_tool() -> None:
    result = await planned(World(), "¿Qué necesito?", draft(flow_type="Other"))
    assert (result.flow_type, result.tools, result.missing) == ("Other", (), 0)


async def test_what_is_missing_is_asked_for_in_one_question() -> None:
    world = World()
    result = await planned(world, "Crea una tarea", draft(create_task()))
    assert result.missing == 2
    question = (await stored(world)).question
    assert question == "Para crear la tarea me faltan estos datos: ¿título y fecha límite?"


async def test_one_missing_field_is_asked_for_by_its_name_in_the_turns_language() -> None:
    world = World()
    title = argument("review contract", "review contract")
    said = "Create a task: review contract"
    await planned(world, said, draft(create_task(title=title)), language="en")
    assert (await stored(world)).question == "To create the task I need one more thing: due date?"


async def test_a_field_with_choices_is_asked_for_with_them() -> None:
    world = World()
    call = {"tool": "createUser", "args": {}, "sources": []}
    can = ANA.model_copy(update={"rights": (*ANA.rights, "users:write")})
    await planned(world, "Da de alta a alguien", draft(call, flow_type="CreateUser"), caller=can)
    assert (await stored(world)).question == (
        "Para crear el usuario me faltan estos datos: ¿nombre completo, correo electrónico y "
        "rol (consulta, empleado o gestor)?"
    )


async def test_nobody_is_asked_for_the_details_of_what_they_may_not_do() -> None:
    """The tool refuses then, for the lack of a right."""
    call = {"tool": "createUser", "args": {}, "sources": []}
    result = await planned(World(), "Da de alta a alguien", draft(call, flow_type="CreateUser"))
    assert (result.tools, result.missing) == (("createUser",), 0)


async def test_an_invented_value_is_removed_and_asked_for() -> None:
    world = World()
    invented = argument("2026-12-31", "antes de fin de año")
    result = await planned(world, SAID, draft(create_task(title=TITLE, dueDate=invented)))
    assert result.missing == 1
    made = await stored(world)
    assert "dueDate" not in made.calls[0].args
    assert made.missing[0].reason == "missing_no_source"


async def test_a_value_that_its_quote_does_not_say_is_removed() -> None:
    world = World()
    invented = argument("despedir a Luis", "revisar contrato ACME")
    result = await planned(world, SAID, draft(create_task(title=invented, dueDate=DUE)))
    assert result.missing == 1
    assert "title" not in (await stored(world)).calls[0].args


async def test_a_value_without_an_entry_for_its_source_is_removed() -> None:
    world = World()
    call = create_task(title=TITLE, dueDate=DUE)
    call["sources"] = call["sources"][:1]
    assert (await planned(world, SAID, draft(call))).missing == 1


async def test_a_value_may_come_from_what_was_found_in_cerebro() -> None:
    world = World()
    await world.begin(SAID)
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", evidence())
    offer = argument("hace falta el DNI", "hace falta el dni", source="cerebro")
    await planned(world, SAID, draft(create_task(title=TITLE, dueDate=DUE, description=offer)))
    assert (await stored(world)).calls[0].args["description"] == "hace falta el DNI"


async def test_a_value_may_come_from_an_earlier_message() -> None:
    world = World()
    await world.conversations.add_turn(past_turn(message="Se llama auditoría anual"))
    offer = argument("auditoría anual", "auditoria anual")
    result = await planned(
        world, "créala para el 2026-12-04", draft(create_task(title=offer, dueDate=DUE))
    )
    assert result.missing == 0


# --- when the model breaks the schema -------------------------------------------------------------


GOOD = draft(create_task(title=TITLE, dueDate=DUE))


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        {"calls": []},
        draft({"tool": "createTask"}),
        draft({"tool": "rm", "args": {}, "sources": []}),
    ],
    ids=["not JSON", "field missing", "call incomplete", "unknown tool"],
)
async def test_a_broken_plan_is_repaired_and_every_try_is_paid(bad: object) -> None:
    world = World()
    result = await planned(world, SAID, bad, bad, GOOD)
    assert result.tools == ("createTask",)
    assert result.usage.total_tokens == 30
    sizes = [len(request.messages) for request in world.model.requests]
    assert sizes == [sizes[0], sizes[0] + 2, sizes[0] + 4], "it is told what was wrong"


async def test_after_two_repairs_the_model_has_failed() -> None:
    world = World()
    with pytest.raises(ModelError):
        await planned(world, SAID, "not json")
    assert len(world.model.requests) == MAX_REPAIRS + 1
    assert await world.runs.plan(ANA.tenant_id, RUN_ID) is None


async def test_a_model_that_is_away_fails_the_step() -> None:
    world = World()
    world.model.failure = ModelError("away")
    with pytest.raises(ModelError):
        await planned(world, SAID, GOOD)


# --- going on with an open plan ------------------------------------------------------------------


async def with_open_plan(world: World) -> None:
    said = Provenance(source="user", quote="revisar el contrato de ACME")
    default = Provenance(source="default")
    call = ToolCall(
        tool="createTask",
        args={"title": "revisar el contrato de ACME", "priority": "media"},
        provenance={"title": said, "priority": default},
    )
    missing = MissingField(tool="createTask", field="dueDate", reason="missing_required")
    opened = Plan(flow_type="CreateTask", calls=(call,), missing=(missing,), question="¿Cuándo?")
    await world.conversations.set_open_plan(await world.converse(), "01JD7", opened)
    await world.conversations.add_turn(
        past_turn(message="Crea una tarea para revisar el contrato de ACME", text="¿Cuándo?")
    )


async def test_the_next_message_completes_an_open_plan() -> None:
    world = World()
    await with_open_plan(world)
    result = await planned(
        world, "para el 2026-12-04", draft(create_task(dueDate=DUE)), continues=True
    )
    assert result.missing == 0
    assert (await stored(world)).calls[0].args == {
        "title": "revisar el contrato de ACME", "dueDate": "2026-12-04", "priority": "media"
    }  # fmt: skip
    assert "</open_question>" in world.model.requests[0].messages[0].content


async def test_a_null_does_not_forget_and_a_new_value_replaces() -> None:
    world = World()
    await with_open_plan(world)
    message = "mejor: revisar contrato ACME, para el 2026-12-04"
    forgetful = draft(create_task(title=argument(None, None), dueDate=DUE))
    await planned(world, message, forgetful, continues=True)
    assert (await stored(world)).calls[0].args["title"] == "revisar el contrato de ACME"

    other = World()
    await with_open_plan(other)
    await planned(other, message, draft(create_task(title=TITLE, dueDate=DUE)), continues=True)
    assert (await stored(other)).calls[0].args["title"] == "revisar contrato ACME"


async def test_a_value_that_is_only_repeated_keeps_the_source_it_was_checked_with() -> None:
    world = World()
    await with_open_plan(world)
    repeated = argument("revisar el contrato de ACME", "para el 2026-12-04")
    call = create_task(title=repeated, dueDate=DUE)
    await planned(world, "para el 2026-12-04", draft(call), continues=True)
    made = (await stored(world)).calls[0]
    assert made.provenance["title"].quote == "revisar el contrato de ACME"


async def test_a_default_of_the_open_plan_gives_way_to_what_is_said_now() -> None:
    world = World()
    await with_open_plan(world)
    message = "prioridad alta, para el 2026-12-04"
    await planned(
        world, message, draft(create_task(dueDate=DUE, priority=PRIORITY)), continues=True
    )
    assert (await stored(world)).calls[0].args["priority"] == "alta"


async def test_a_new_wish_does_not_inherit_from_an_open_plan() -> None:
    world = World()
    await with_open_plan(world)
    result = await planned(world, "Crea otra para el 2026-12-04", draft(create_task(dueDate=DUE)))
    assert result.missing == 1
    assert "</open_question>" not in world.model.requests[0].messages[0].content


async def test_a_second_execution_answers_the_plan_of_the_first() -> None:
    """The tools may have run by then: what is executed must not change."""
    world = World()
    first = await planned(world, SAID, draft(create_task(title=TITLE, dueDate=DUE)))
    second = await planned(world, SAID, draft(flow_type="Other"))
    assert (second.flow_type, second.tools) == (first.flow_type, first.tools)
    assert len(await world.log.all(RUN_ID)) == 1
