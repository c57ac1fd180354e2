"""Plans that name records of the ERP, and calls that need one another's results."""

from typing import Any

import pytest

from activities.drafting import MAX_REPAIRS
from activities.plan import plan
from shared.contracts.activities import Planned, PlanRequest
from shared.contracts.evidence import ContextPack
from shared.contracts.identity import Caller
from shared.contracts.plan import MAX_CALLS, Plan
from shared.contracts.wording import say
from shared.errors import ErpError, ModelError
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from tests.fakes.samples import evidence, past_turn
from tests.fakes.services import FakeTools
from tests.fakes.virtual_time import now, run_virtually
from tests.fakes.world import ANA, RUN_ID, World

GESTORA = ANA.model_copy(update={"rights": (*ANA.rights, "users:read", "users:write")})
PROJECTS = (
    {"id": "P-1", "name": "Mantenimiento", "customer": "ACME S.A.", "status": "en_curso"},
    {"id": "P-2", "name": "Reparto", "customer": "ACME Logística", "status": "abierto"},
    {"id": "P-3", "name": "Fiestas", "customer": "Concejalía", "status": "cerrado"},
)
USERS = (
    {"id": "U-1", "fullName": "Marta Salgado", "email": "marta@x.es", "status": "activo"},
    {"id": "U-2", "fullName": "Luis Prieto", "email": "luis@x.es", "status": "activo"},
    {"id": "U-3", "fullName": "Luis Ortega", "email": "ortega@x.es", "status": "activo"},
    {"id": "U-4", "fullName": "Julián Gil", "email": "julian@x.es", "status": "inactivo"},
)

MARTA = {
    "field": "assignee", "value": "Marta", "source": "user", "quote": "Marta"
}  # fmt: skip
LONGEST_WAIT = 5.0
"""As long as a call of `findUsers` may take."""


class Records(FakeTools):
    """An ERP that finds records by the beginning of a word, as a search of words does."""

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        self.calls.append(invocation)
        if self.failures:
            raise self.failures.pop(0)
        known = {"findProjects": PROJECTS, "findUsers": USERS}[invocation.contract.name]
        words = str(invocation.args["q"]).lower().split()
        items = [
            item for item in known if all(word in " ".join(item.values()).lower() for word in words)
        ]
        return ToolAnswered({"items": items, "total": len(items), "next": None})


def world() -> World:
    return World(tools=Records())


def entry(field: str, value: str, quote: str | None, source: str = "user") -> dict[str, Any]:
    return {"field": field, "value": value, "source": source, "quote": quote}


def call(tool: str, *entries: dict[str, Any]) -> dict[str, Any]:
    sources = [{key: each[key] for key in ("field", "source", "quote")} for each in entries]
    return {
        "tool": tool,
        "args": {each["field"]: each["value"] for each in entries},
        "sources": sources,
    }


def task(*more: dict[str, Any], title: str = "Llamar") -> dict[str, Any]:
    due = entry("dueDate", "mañana", "mañana")
    return call("createTask", entry("title", title, title), due, *more)


async def planned(
    world: World,
    message: str,
    *calls: dict[str, Any],
    flow_type: str = "CreateTask",
    continues: bool = False,
    caller: Caller = GESTORA,
) -> Planned:
    draft = {"flow_type": flow_type, "calls": list(calls), "reason": "as asked"}
    world.model.answers["plan"] = [draft]
    run = await world.begin(message, caller)
    await world.runs.put_evidence(run.tenant_id, run.run_id, "cerebro", ContextPack())
    request = PlanRequest(run=run, indexes=("cerebro",), language="es", continues=continues)
    return await plan(request, world.deps())


async def stored(world: World) -> Plan:
    found = await world.runs.plan(ANA.tenant_id, RUN_ID)
    assert found is not None
    return found


async def args_of(world: World, place: int = 0) -> dict[str, Any]:
    return (await stored(world)).calls[place].args


# --- records -------------------------------------------------------------------------------------


async def test_a_name_that_fits_one_record_becomes_it() -> None:
    here = world()
    result = await planned(
        here, "Llamar mañana, asígnala a Marta", task(entry("assignee", "Marta", "Marta"))
    )
    assert result.missing == 0
    assert (await args_of(here))["assignee"] == "Marta Salgado"
    origin = (await stored(here)).calls[0].provenance["assignee"]
    assert (origin.normaliser, origin.record, origin.field) == ("entity", "U-1", "fullName")


async def test_a_name_that_fits_several_is_asked_about_with_the_candidates() -> None:
    here = world()
    await planned(
        here, "Llamar mañana, en el proyecto de ACME", task(entry("projectId", "ACME", "ACME"))
    )
    made = await stored(here)
    assert [each.label for each in made.missing] == ["proyecto"]
    assert made.question == (
        "«ACME» puede ser más de uno. Para crear la tarea me falta un dato, proyecto: "
        "¿Mantenimiento (ACME S.A.) o Reparto (ACME Logística)?"
    )
    assert [choice.value for choice in made.missing[0].choices] == ["P-1", "P-2"]


async def test_the_answer_to_such_a_question_picks_one_of_them() -> None:
    here = world()
    await planned(here, "Llamar mañana, para ACME", task(entry("projectId", "ACME", "ACME")))
    conversation = await here.converse()
    await here.conversations.set_open_plan(conversation, RUN_ID, await stored(here))
    await here.conversations.add_turn(
        past_turn(run_id=RUN_ID, message="Llamar mañana, para ACME", text="¿Cuál?")
    )
    here.tools.calls.clear()
    again = World(tools=here.tools, conversations=here.conversations)
    result = await planned(
        again, "la segunda", task(entry("projectId", "P-2", "la segunda")), continues=True
    )
    assert result.missing == 0
    assert (await args_of(again)) == {
        "title": "Llamar", "dueDate": "2026-11-23", "priority": "media", "projectId": "P-2"
    }  # fmt: skip
    assert here.tools.calls == [], "nothing has to be looked up twice"


@pytest.mark.parametrize(
    ("field", "name", "reason"),
    [
        ("assignee", "Pepe", "En el ERP no encuentro «Pepe»."),
        ("assignee", "Julián", "«Julián» está en el ERP, pero ya no se puede usar."),
        ("projectId", "Fiestas", "«Fiestas» está en el ERP, pero ya no se puede usar."),
        ("projectId", "P-9", "En el ERP no encuentro «P-9»."),
    ],
)
async def test_what_cannot_be_used_is_asked_again_with_the_reason(
    field: str, name: str, reason: str
) -> None:
    here = world()
    result = await planned(here, f"Llamar mañana, {name}", task(entry(field, name, name)))
    assert result.missing == 1
    made = await stored(here)
    assert field not in made.calls[0].args
    assert (made.question or "").startswith(reason)


async def test_a_model_cannot_choose_among_several_nor_name_what_nobody_named() -> None:
    here = world()
    result = await planned(
        here, "Llamar mañana, para ACME", task(entry("projectId", "P-1", "ACME"))
    )
    assert result.missing == 1
    other = world()
    await planned(other, "Llamar mañana", task(entry("assignee", "Marta Salgado", "Marta")))
    assert "assignee" not in await args_of(other)
    assert other.tools.calls == [], "nobody said it, so nothing is looked up"


async def test_a_customer_may_be_new_but_not_two_at_once() -> None:
    def project(customer: str) -> dict[str, Any]:
        return call(
            "createProject",
            entry("name", "Auditoría", "Auditoría"),
            entry("customer", customer, customer),
            entry("startDate", "mañana", "mañana"),
        )

    here = world()
    said = "Proyecto Auditoría para Globex desde mañana"
    assert (await planned(here, said, project("Globex"), flow_type="CreateProject")).missing == 0
    assert (await args_of(here))["customer"] == "Globex"
    there = world()
    said = "Proyecto Auditoría para ACME desde mañana"
    await planned(there, said, project("ACME"), flow_type="CreateProject")
    assert "¿ACME S.A. o ACME Logística?" in str((await stored(there)).question)


async def test_a_record_that_an_answer_named_is_looked_up_all_the_same() -> None:
    here = world()
    await here.conversations.add_turn(past_turn(text="La tarea T-7 es de Marta Salgado."))
    offer = entry("assignee", "Marta Salgado", "Marta Salgado", source="erp")
    result = await planned(here, "Llamar mañana, que la haga ella", task(offer))
    assert result.missing == 0
    origin = (await stored(here)).calls[0].provenance["assignee"]
    assert (origin.source, origin.record) == ("erp", "U-1")


async def test_who_may_not_see_people_may_still_assign_to_one() -> None:
    here = world()
    offer = task(entry("assignee", "Marta", "Marta"))
    assert (await planned(here, "Llamar mañana, para Marta", offer, caller=ANA)).missing == 0
    assert (await args_of(here))["assignee"] == "Marta Salgado"
    assert (await stored(here)).calls[0].provenance["assignee"].normaliser == "entity"


@pytest.mark.parametrize("name", ["Julián", "Nadie Existente", "Luis"])
async def test_who_may_not_see_people_is_not_told_which_there_are(name: str) -> None:
    """Whether the name is of nobody, of somebody who has left, or of several."""
    here = world()
    offer = task(entry("assignee", name, name))
    assert (await planned(here, f"Llamar mañana, para {name}", offer, caller=ANA)).missing == 1
    assert "assignee" not in await args_of(here)
    question = str((await stored(here)).question)
    assert say("missing_hidden", "es", said=name) in question
    assert not any(user[key] in question for user in USERS for key in ("fullName", "email", "id"))


async def test_where_the_contract_leaves_a_field_open_the_persons_words_are_taken_unseen() -> None:
    blind = ANA.model_copy(update={"rights": ("projects:write",)})
    project = call(
        "createProject",
        entry("name", "Auditoría", "Auditoría"),
        entry("customer", "ACME", "ACME"),
        entry("startDate", "mañana", "mañana"),
    )
    here = world()
    said = "Proyecto Auditoría para ACME desde mañana"
    await planned(here, said, project, flow_type="CreateProject", caller=blind)
    assert (await args_of(here))["customer"] == "ACME"


def test_an_erp_that_is_away_fails_the_step_after_its_attempts() -> None:
    here = world()
    here.tools.failures = [ErpError("away", sent=False) for _ in range(3)]
    with pytest.raises(ErpError):
        run_virtually(planned(here, "Llamar mañana, Marta", task(MARTA)))
    assert len(here.tools.calls) == 3


def test_an_erp_that_asks_for_a_long_wait_is_not_asked_before() -> None:
    here = world()
    here.tools.failures = [ErpError("away", sent=False, retry_after=LONGEST_WAIT + 1)]
    with pytest.raises(ErpError) as caught:
        run_virtually(planned(here, "Llamar mañana, Marta", task(MARTA)))
    assert caught.value.retry_after == LONGEST_WAIT + 1
    assert len(here.tools.calls) == 1


@pytest.mark.parametrize("asked", [3.0, LONGEST_WAIT])
def test_a_hiccup_of_the_erp_is_tried_again_when_it_asks_for_that_within_reason(
    asked: float,
) -> None:
    here = world()
    here.tools.failures = [ErpError("away", sent=False, retry_after=asked)]

    async def program() -> float:
        began = now()
        result = await planned(here, "Llamar mañana, Marta", task(MARTA))
        assert result.missing == 0
        return now() - began

    assert run_virtually(program()) == pytest.approx(asked)


async def test_a_document_is_a_source_that_is_named() -> None:
    here = world()
    run = await here.begin("Llamar mañana", GESTORA)
    await here.runs.put_evidence(run.tenant_id, run.run_id, "cerebro", evidence())
    offer = entry("description", "el justificante de pago", "el justificante de pago", "cerebro")
    await planned(here, "Llamar mañana", task(offer))
    origin = (await stored(here)).calls[0].provenance["description"]
    assert (origin.source, origin.document) == ("cerebro", "licencia")


# --- conditions of the flow ----------------------------------------------------------------------


async def test_an_address_that_has_an_account_is_asked_again() -> None:
    here = world()
    user = call(
        "createUser",
        entry("fullName", "Marta Gil", "Marta Gil"),
        entry("email", "marta@x.es", "marta@x.es"),
        entry("role", "empleado", "empleada"),
    )
    await planned(here, "Alta: Marta Gil, marta@x.es, empleada", user, flow_type="CreateUser")
    made = await stored(here)
    assert made.question == (
        "Ya hay una cuenta con ese correo electrónico. Para crear el usuario me falta un dato: "
        "¿correo electrónico?"
    )


async def test_a_project_cannot_end_before_it_begins() -> None:
    here = world()
    project = call(
        "createProject",
        entry("name", "Auditoría", "Auditoría"),
        entry("customer", "Globex", "Globex"),
        entry("startDate", "15/12/2026", "15/12/2026"),
        entry("endDate", "1/12/2026", "1/12/2026"),
    )
    said = "Proyecto Auditoría para Globex del 15/12/2026 al 1/12/2026"
    await planned(here, said, project, flow_type="CreateProject")
    made = await stored(here)
    assert [each.field for each in made.missing] == ["endDate"]
    assert (made.question or "").startswith("La fecha de fin no puede ser anterior")


# --- calls that need one another -----------------------------------------------------------------

ORDER = "Crea el proyecto Auditoría para Globex desde mañana con dos tareas: Llamar y Medir, mañana"
PROJECT = call(
    "createProject",
    entry("name", "Auditoría", "Auditoría"),
    entry("customer", "Globex", "Globex"),
    entry("startDate", "mañana", "mañana"),
)
IN_IT = entry("projectId", "$c0.id", None, source="erp")


async def test_a_call_may_refer_to_an_earlier_ones_result() -> None:
    here = world()
    calls = (PROJECT, task(IN_IT), task(IN_IT, title="Medir"))
    result = await planned(here, ORDER, *calls, flow_type="CreateProject")
    assert (result.flow_type, result.missing) == ("CreateProject", 0)
    assert [each.needs for each in result.calls] == [(), (0,), (0,)]
    origin = (await stored(here)).calls[1].provenance["projectId"]
    assert (origin.source, origin.record, origin.field) == ("erp", "c0", "id")


@pytest.mark.parametrize(
    "calls",
    [
        (task(IN_IT), PROJECT),
        (PROJECT, task(entry("projectId", "$c1.id", None, source="erp"))),
        (PROJECT, task(entry("projectId", "$c0.budget", None, source="erp"))),
        (PROJECT, task(entry("projectId", "$c0.name", None, source="erp"))),
        (PROJECT, task(entry("priority", "$c0.status", None, source="erp"))),
        tuple(task() for _ in range(MAX_CALLS + 1)),
    ],
    ids=["later call", "itself", "no such field", "pattern", "not a choice", "too many calls"],
)
async def test_a_plan_that_cannot_be_run_is_repaired_or_fails(
    calls: tuple[dict[str, Any], ...],
) -> None:
    here = world()
    with pytest.raises(ModelError):
        await planned(here, ORDER, *calls, flow_type="CreateProject")
    assert len(here.model.requests) == MAX_REPAIRS + 1
    assert "no" in here.model.requests[-1].messages[-1].content


async def test_only_the_call_that_lacks_something_is_asked_about() -> None:
    here = world()
    undated = call("createTask", entry("title", "Medir", "Medir"), IN_IT)
    await planned(here, ORDER, PROJECT, task(IN_IT), undated, flow_type="CreateProject")
    made = await stored(here)
    assert [(each.call, each.field) for each in made.missing] == [(2, "dueDate")]
    assert made.question == "Para crear la tarea me falta un dato: ¿fecha límite de «Medir»?"


async def test_each_call_has_the_sentence_of_its_own_flow() -> None:
    here = world()
    await planned(here, ORDER, PROJECT, task(IN_IT), flow_type="CreateProject")
    assert [each.confirmation for each in (await stored(here)).calls] == [
        "Se creará el proyecto «Auditoría» para Globex, con inicio el lunes 23 de noviembre "
        "de 2026.",
        "Se creará la tarea «Llamar» con fecha límite lunes 23 de noviembre de 2026 y prioridad "
        "media.",
    ]


async def test_a_flow_that_has_none_of_the_tools_is_not_believed() -> None:
    result = await planned(world(), "Llamar mañana", task(), flow_type="CreateUser")
    assert result.flow_type == "CreateTask"
