"""The example flows of `packs/flows/examples`: each is valid, and does what it says it does."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.flows.running import CallAgent, CallRest, FlowAction, Say, SealValue
from shared.flows.checking import check, program_of
from shared.flows.exporting import export
from shared.flows.graph import Program
from shared.flows.keeping import keep
from tests.flows.driving import Driven, drive
from tests.plan_requests import PLAN

EXAMPLES = Path(__file__).parents[2] / "packs" / "flows" / "examples"
FILES = {path.relative_to(EXAMPLES).as_posix(): path for path in EXAMPLES.rglob("*.json")}
MEANT = {
    "perfiles-y-aristas.json": {"sim_only_node"},
    "plan/agente-normal.json": {"default_profile"},
    "plan/agente-rag.json": {"default_profile"},
    "plan/antes-de-exportar.json": {"sim_only_node"},
    "plan/claves-de-prueba.json": {"sim_only_node"},
    "plan/encadenamiento.json": {"default_profile"},
    "plan/nodo-entero.json": {"default_profile", "search_ignored"},
    "plan/perfil-por-defecto.json": {"default_profile"},
    "plan/valor-seguro-simulado.json": {"default_profile", "plaintext_dev_only"},
    "plan/valor-seguro.json": {"default_profile"},
}
"""Warnings that are part of what an example shows."""
ANSWER = {"text": "Hecho.", "citations": [{"source": "s"}], "usage": {"totalTokens": 3}}
GREETING = {"message": "Hola"}


def flow_of(name: str) -> Any:
    return json.loads(FILES[name].read_text("utf-8"))


def driven(name: str, answers: dict[str, Any], **inputs: Any) -> Driven:
    program = program_of(flow_of(name), "es")
    assert isinstance(program, Program), program
    return drive(program, inputs, answers)


def said(run: Driven) -> list[str]:
    return [each.text for each in run.actions if isinstance(each, Say)]


def calls(run: Driven) -> list[FlowAction]:
    return [each for each in run.actions if isinstance(each, CallAgent | CallRest | SealValue)]


def test_there_are_eight_and_those_of_the_plan() -> None:
    assert len([name for name in FILES if "/" not in name]) == 8
    assert len([name for name in FILES if name.startswith("plan/")]) == 11


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_example_is_valid_and_warns_of_what_it_shows_only(name: str) -> None:
    problems = check(flow_of(name), "es")
    assert {each.code for each in problems} == MEANT.get(name, set())
    assert {each.severity for each in problems} <= {"warning"}


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_example_says_what_it_is(name: str) -> None:
    meta = flow_of(name)["meta"]
    assert meta["name"]
    if "/" not in name:
        assert meta["description"].endswith(".")


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_example_is_written_as_an_editor_writes_it(name: str) -> None:
    written = json.dumps(flow_of(name), ensure_ascii=False, indent=2) + "\n"
    assert written == FILES[name].read_text("utf-8")


# --- what the eight do ----------------------------------------------------------------------------

WHO = {"quien": {"text": "Eva Ruiz"}, "correo": {"text": "eva@valdeoro.example"}}


def test_nobody_is_registered_before_somebody_says_yes() -> None:
    yes = WHO | {"confirmar": {"text": " Sí, claro"}, "alta": ANSWER}
    run = driven("aprobar-alta.json", yes)
    [call] = calls(run)
    assert isinstance(call, CallAgent)
    assert call.request["tools"] == [
        {"name": "createUser",
         "args": {"fullName": "Eva Ruiz", "email": "eva@valdeoro.example", "role": "empleado"}}
    ]  # fmt: skip
    assert (run.state.status, said(run)) == ("done", ["Hecho."])
    for answer in ("no", "sin prisa", ""):
        run = driven("aprobar-alta.json", WHO | {"confirmar": {"text": answer}})
        assert (calls(run), said(run)) == ([], ["De acuerdo, no he hecho nada."])


def test_a_registration_that_was_rejected_is_told() -> None:
    refused = {"failed": {"code": "APPROVAL_REJECTED", "message": "Rechazado"}}
    answers = WHO | {"confirmar": {"text": "si"}, "alta": refused}
    run = driven("aprobar-alta.json", answers)
    assert said(run) == ["No se ha dado de alta a Eva Ruiz: Rechazado"]


def test_agents_are_asked_side_by_side_and_told_in_the_order_of_the_list() -> None:
    answers = {"pregunta[1]": {**ANSWER, "text": "dos"}, "pregunta[0]": {**ANSWER, "text": "uno"}}
    program = program_of(flow_of("reparto-en-paralelo.json"), "es")
    assert isinstance(program, Program)
    run = drive(program, {"message": "¿Qué plazo hay?"}, answers, order=("pregunta[1]",))
    asked = [each.request["participants"] for each in calls(run) if isinstance(each, CallAgent)]
    assert asked == [["RetrievalAgent"], ["DomainExpert"]]
    assert said(run) == ["RetrievalAgent: uno\nDomainExpert: dos\n"]
    assert run.state.variables["usos"] == [{"totalTokens": 3}] * 2


def test_nested_loops_go_through_each_thing_of_each_area() -> None:
    none = {**ANSWER, "citations": []}
    run = driven("bucles-anidados.json", {"busca": ANSWER, "busca[1][0]": none})
    assert [each.key for each in calls(run)] == ["busca[0][0]", "busca[0][1]", "busca[1][0]"]
    assert said(run) == ['2 documentos. Sin documentos: ["Población: empadronamiento"]']
    assert run.state.variables["informe"] == [
        {"area": "Urbanismo", "tramites": ["licencia de obra menor", "ocupación de terrazas"]},
        {"area": "Población", "tramites": ["empadronamiento"]},
    ]
    run = driven("bucles-anidados.json", {"busca": ANSWER})
    assert said(run) == ["3 documentos; todos los trámites tienen alguno."]


def test_a_conversation_goes_on_in_its_thread_until_there_is_nothing_more() -> None:
    answers = {
        "pregunta[0]": {"text": "¿Qué plazo hay?"}, "pregunta[1]": {"text": "¿Y la tasa?"},
        "pregunta[2]": {"text": "Nada."}, "agente": {**ANSWER, "threadId": "t1"},
    }  # fmt: skip
    run = driven("conversacion.json", answers)
    assert [each.request.get("threadId") for each in calls(run) if isinstance(each, CallAgent)] == [
        None,
        "t1",
    ]
    assert said(run)[0] == "Hola, soy el asistente de trámites."
    assert said(run)[-1] == "Gracias. ¡Hasta pronto!"
    waiting = driven("conversacion.json", {})
    assert (waiting.state.status, waiting.trace[-1]) == ("running", "pregunta[0]")


def test_several_agents_are_called_at_once_and_who_spoke_is_kept() -> None:
    steps = [{"speaker": "RetrievalAgent", "text": "a"}, {"speaker": "Critic", "text": "b"}]
    run = driven("varios-agentes.json", {"equipo": {**ANSWER, "steps": steps}}, **GREETING)
    [call] = calls(run)
    assert isinstance(call, CallAgent)
    assert call.request["mode"] == "group_chat"
    assert call.request["tools"][0]["args"]["params"] == {"id": "EXP-2026-014"}
    assert run.state.variables["quienes"] == ["RetrievalAgent", "Critic"]
    assert said(run) == ["Hecho."]


@pytest.mark.parametrize(
    ("citations", "begins"), [([{"source": "s"}], "Hecho."), ([], "No he encontrado documentos")]
)
def test_what_rests_on_no_document_is_told_to_do_so(citations: list[Any], begins: str) -> None:
    answers = {"rag": {**ANSWER, "citations": citations}}
    run = driven("requisitos-con-documentos.json", answers, **GREETING)
    [call] = calls(run)
    assert isinstance(call, CallAgent)
    assert (call.profile, call.request["search"]["retrievalPolicy"]) == ("staging", "always")
    [text] = said(run)
    assert text.startswith(begins)


def test_a_secret_goes_by_its_handle_to_what_it_is_for() -> None:
    answers = {
        "clave": "h_erp", "cred": "h_search", "descripcion": {"status": 200, "json": {}},
        "agente": ANSWER,
    }  # fmt: skip
    run = driven("llamada-con-secreto.json", answers)
    first, rest, second, agent = calls(run)
    assert isinstance(first, SealValue)
    assert isinstance(second, SealValue)
    assert (first.alias, second.alias) == ("erp-reader", "kv-search")
    assert isinstance(rest, CallRest)
    assert (rest.url, rest.credentials) == (
        "https://localhost:7086/openapi.json",
        {"http:erp": "h_erp"},
    )
    assert isinstance(agent, CallAgent)
    assert agent.request["credentials"] == {"search": "h_search"}
    assert said(run) == ["El ERP responde (200). Hecho."]
    for gone in ({"status": 503}, {"failed": {"code": "TIMEOUT"}}):
        run = driven("llamada-con-secreto.json", answers | {"descripcion": gone})
        assert said(run) == ["El ERP no ha respondido."]


@pytest.mark.parametrize(
    ("answer", "node", "profile"),
    [("PRUEBAS", "con_pruebas", "staging"), ("Normal", "normal", "default")],
)
def test_edges_lead_to_one_profile_or_the_other(answer: str, node: str, profile: str) -> None:
    answers = {"cual": {"text": answer}, "con_pruebas": ANSWER, "normal": ANSWER}
    run = driven("perfiles-y-aristas.json", answers)
    [call] = calls(run)
    assert isinstance(call, CallAgent)
    assert (call.node, call.profile) == (node, profile)
    assert said(run) == ["El agente dijo: Hecho."]


# --- those of the plan ----------------------------------------------------------------------------


def plan(name: str) -> tuple[list[Any], Driven]:
    """Its nodes as they are written, and its run."""
    file = f"plan/{name}.json"
    answers = {"@0": "h_1", "@1": ANSWER, "@2": ANSWER, "@4": ANSWER} | (
        {} if flow_of(file)["nodes"][0]["type"] == "secure_value" else {"@0": ANSWER}
    )
    run = driven(file, answers, **GREETING)
    assert run.state.status == "done"
    return flow_of(file)["nodes"], run


def requests(run: Driven) -> list[tuple[str, dict[str, Any]]]:
    return [(each.profile, each.request) for each in calls(run) if isinstance(each, CallAgent)]


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("perfil-por-defecto", "default profile"),
        ("agente-normal", "normal agent"),
        ("agente-rag", "RAG agent"),
        ("nodo-entero", "whole node"),
    ],
)
def test_a_node_of_the_plan_is_called_as_it_stands_there(name: str, node: str) -> None:
    written = PLAN["nodes"][node]
    nodes, run = plan(name)
    assert nodes == [written]
    [(profile, request)] = requests(run)
    assert profile == "default"
    ignored = {"type", "save_as", "provider"} | ({"search"} if node == "whole node" else set())
    for field in written.keys() - ignored:
        assert request[field] == written[field]
    assert run.state.variables[written["save_as"]]["text"] == "Hecho."


def test_the_plans_profiles_hold_for_what_follows_them() -> None:
    _, run = plan("perfiles-por-tramos")
    assert [profile for profile, _ in requests(run)] == ["prod", "staging", "prod"]
    assert {"a1", "a2", "a3"} <= run.state.variables.keys()
    nodes, run = plan("perfil-modelo-y-busqueda")
    assert nodes[1] == PLAN["nodes"]["model and search"]
    [(profile, request)] = requests(run)
    assert (profile, request["system_prompt"]) == ("prod", "Sé conciso, devuelve pasos con viñetas")


def test_the_plans_chain_says_what_the_agent_said() -> None:
    _, run = plan("encadenamiento")
    assert said(run) == ["El agente dijo: Hecho."]


def test_the_plans_keys_are_in_no_export_and_in_nothing_that_is_kept() -> None:
    _, run = plan("claves-de-prueba")
    assert [profile for profile, _ in requests(run)] == ["testing-real"]
    exported = export(flow_of("plan/claves-de-prueba.json"))
    assert exported is not None
    assert exported.flow["nodes"] == [
        {"type": "use_profile", "profile": "testing-real"},
        PLAN["nodes"]["default profile"],
    ]
    before = export(flow_of("plan/antes-de-exportar.json"))
    assert before is not None
    assert before.flow["meta"]["default_credential_profile"] == "testing-real"
    assert before.flow["nodes"] == [{"type": "agent_call", "save_as": "r1"}]
    for name in ("claves-de-prueba", "antes-de-exportar"):
        kept = keep(flow_of(f"plan/{name}.json"))
        assert kept is not None
        assert "paste" not in json.dumps(kept.flow)


def test_the_plans_secure_value_becomes_the_credential_of_the_search() -> None:
    for name in ("valor-seguro", "valor-seguro-simulado"):
        nodes, run = plan(name)
        seal, call = calls(run)
        assert isinstance(seal, SealValue)
        assert (seal.source, seal.alias) == (nodes[0]["source"], nodes[0]["alias"])
        assert isinstance(call, CallAgent)
        assert call.request["credentials"] == {"search": "h_1"}
    exported = export(flow_of("plan/valor-seguro-simulado.json"))
    assert exported is not None
    assert exported.flow["nodes"][0] == {
        "type": "secure_value",
        "source": "app_settings",
        "alias": "search-prod",
        "save_as": "cred_search",
        "mode": "opaque",
    }
