"""One trace of each run, from the caller's request to the model, Cerebro and the ERP."""

import asyncio
import secrets
import sys

from tests.e2e.cloud import ROOT, Services
from tests.e2e.people import Person
from tests.e2e.surroundings import Surroundings
from tests.e2e.traces import Trace, folder, traces_of

MESSAGES = "POST /api/conversations/{id}/messages"
RUN = "invoke_agent eira"
STEPS = ["prepare", "retrieve", "plan", "run_tool", "respond", "record", "finish"]
MODEL = "chat scripted-local"


def new_trace() -> tuple[str, str]:
    """A trace and a span of a caller's."""
    return secrets.token_hex(16), secrets.token_hex(8)


async def test_a_task_is_one_trace_in_the_trace_of_who_asked_for_it(
    ana: Person, services: Services, title: str
) -> None:
    trace_id, caller = new_trace()
    answer = await ana.post(
        await ana.open_conversation(),
        f"Crea una tarea: {title}, para el 2036-12-04",
        traceparent=f"00-{trace_id}-{caller}-00",
    )
    (trace,) = await traces_of(services, answer.headers["x-run-id"])
    assert trace.spans[0]["traceId"] == trace_id
    assert trace.callers() == {caller}
    view = (await ana.get(f"/runs/{answer.headers['x-run-id']}")).body
    assert view["traceId"] == trace_id
    assert trace.parents(MESSAGES) == {None}
    assert trace.parents(RUN) == {MESSAGES}
    assert sorted(name for name in trace.names if name in STEPS) == sorted(STEPS)
    assert {parent for step in STEPS for parent in trace.parents(step)} == {RUN}
    assert trace.parents(MODEL) == {"prepare", "plan", "respond"}
    assert trace.parents("embeddings multilingual-e5-small") <= {"retrieve", "record"}
    assert trace.parents("retrieval cerebro") == {"retrieve"}
    assert trace.parents("execute_tool createTask") == {"run_tool"}
    assert trace.parents("POST") == {"execute_tool createTask"}
    assert trace.parents("create_item streams") <= {*STEPS}
    check_numbers(trace, answer.body["usage"])


def check_numbers(trace: Trace, usage: dict[str, int]) -> None:
    """The run's tokens are those of its calls, each of which has its cost."""
    run = trace.about(RUN)
    calls = [span["attributes"] for span in trace.spans if span["name"] == MODEL]
    tokens = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
    assert [run[name] for name in tokens] == [usage["promptTokens"], usage["completionTokens"]]
    assert [sum(call[name] for call in calls) for name in tokens] == [run[name] for name in tokens]
    assert all(call["gen_ai.provider.name"] == "azure.ai.openai" for call in calls)
    assert all(call["eira.cost"] > 0 for call in calls)
    assert run["eira.run.state"] == "DONE"
    assert trace.about("respond")["eira.run.time_to_first_token"] > 0


async def test_a_call_of_agents_is_one_trace_too(ana: Person, services: Services) -> None:
    answer = await ana.ask(
        "POST",
        "/chat",
        json={
            "sessionId": secrets.token_hex(8),
            "message": "¿Qué necesito para renovar la licencia?",
            "agent_profile": "rag",
            "search": {"mode": "hybrid", "index": "cerebro"},
        },
    )
    assert answer.status == 200, answer.body
    (trace,) = await traces_of(services, answer.headers["x-run-id"])
    assert trace.parents(RUN) == {"POST /api/chat"}
    assert trace.parents("speak") == trace.parents("open_call") == {RUN}
    assert trace.parents(MODEL) == {"speak"}
    assert trace.parents("retrieval cerebro") == {"retrieve"}


async def test_a_run_that_fails_is_told_by_its_code(
    ana: Person, services: Services, around: Surroundings
) -> None:
    await around.fail("model", status=400)
    answer = await ana.post(await ana.open_conversation(), "Hola, ¿cómo va?")
    assert answer.status == 503
    (trace,) = await traces_of(services, answer.headers["x-run-id"])
    assert trace.about(RUN)["error.type"] == "MODEL_UNAVAILABLE"
    assert trace.about(MODEL)["error.type"] == "MODEL_UNAVAILABLE"
    assert trace.about(MESSAGES)["eira.error.code"] == "MODEL_UNAVAILABLE"


async def test_a_run_whose_effect_nobody_knows_about_is_found_by_its_step(
    ana: Person, services: Services, around: Surroundings, title: str
) -> None:
    await around.fail("erp", method="POST", status=500, count=100)
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    answer = await ana.post(await ana.open_conversation(), order)
    (trace,) = await traces_of(services, answer.headers["x-run-id"])
    assert trace.about("run_tool")["eira.effect.state"] == "unknown"


async def test_nothing_that_people_write_or_that_is_secret_is_told(
    ana: Person, services: Services, around: Surroundings
) -> None:
    canary = f"canario-{secrets.token_hex(8)}"
    conversation = await ana.open_conversation(title=canary)
    runs = [
        await ana.post(conversation, message, **{"x-correlation-id": canary})
        for message in (
            f"Crea una tarea: {canary}, para el 2036-12-04",
            f"Crea un usuario con el correo {canary}@example.org",
            f"¿Qué dice la documentación de {canary}?",
        )
    ]
    await around.fail("search", status=500)
    runs.append(await ana.post(conversation, f"¿Cómo renuevo la licencia {canary}?"))
    await ana.get(f"/conversations/{conversation}?{canary}={canary}", **{"x-canary": canary})
    for answer in runs:
        await traces_of(services, answer.headers["x-run-id"])
    files = [path.read_text("utf-8") for path in folder(services).iterdir()]
    assert files
    token, header = str(ana.token), services.environment["IDENTITY_HEADER"]
    personal = ("ana.lopez", "valdeoro", "a1000000-0000-4000-8000-000000000001")
    secret = (canary, token, header, "made-up-", *personal)
    assert [each for each in secret for text in files if each in text] == []


async def test_the_command_prints_a_runs_trace_as_a_tree(ana: Person, services: Services) -> None:
    answer = await ana.post(await ana.open_conversation(), "Hola, ¿cómo va?")
    run_id = answer.headers["x-run-id"]
    await traces_of(services, run_id)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "traces", run_id, "--folder", str(folder(services)),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    head, _, *lines = printed.decode().splitlines()
    assert process.returncode == 0
    assert "DONE" in head
    assert "tokens" in head
    assert "USD" in head
    assert lines[0].endswith(f"{MESSAGES}  200")
    assert any(line.endswith("└ invoke_agent eira  DONE") for line in lines)
    assert any("├ chat scripted-local" in line and "tokens" in line for line in lines)
