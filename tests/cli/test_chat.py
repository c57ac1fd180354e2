"""`./eira chat` against a server that streams, breaks off and refuses."""

import io
import json

import pytest

from tests.cli.conftest import Eira
from tests.cli.fake_platform import CONVERSATION_ID, FakeApp, done, state, text

GREETING = [state("RECEIVED"), text("Hola, "), text("Ana."), state("PERSISTED_EVENT"), done()]


async def test_the_answer_alone_goes_to_standard_output(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp(GREETING))
    assert (ended.status, ended.out) == (0, "Hola, Ana.\n")


async def test_progress_goes_aside_and_does_not_cut_the_answer_in_two(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp(GREETING))
    assert ended.err.splitlines()[:3] == [
        "· received",
        "· recorded",
        f"· 42 tokens · conversation {CONVERSATION_ID}",
    ]


async def test_it_speaks_spanish_when_asked_to(eira: Eira) -> None:
    app = FakeApp(GREETING)
    ended = await eira("chat", "Hola", "--language", "es", app=app)
    assert "· recibido" in ended.err
    assert app.conversations == [{"language": "es"}]


async def test_without_a_language_the_app_decides(eira: Eira) -> None:
    app = FakeApp(GREETING)
    await eira("chat", "Hola", app=app)
    assert app.conversations == [{}]


async def test_a_conversation_can_be_gone_on_with(eira: Eira) -> None:
    app = FakeApp(GREETING)
    ended = await eira("chat", "y otra cosa", "--conversation", "01JOLD", app=app)
    assert (ended.status, app.messages, app.conversations) == (0, ["y otra cosa"], [])


@pytest.mark.parametrize("cuts", [[0], [1], [2], [4], [1, 2, 3]])
async def test_a_lost_connection_is_taken_up_where_it_broke(eira: Eira, cuts: list[int]) -> None:
    app = FakeApp(GREETING, cuts=list(cuts))
    ended = await eira("chat", "--json", "Hola", app=app)
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert [event.pop("id") for event in events] == [1, 2, 3, 4, 5]
    assert events == GREETING
    assert app.messages == ["Hola"]
    assert app.resumed_after == [str(cut) if cut else None for cut in cuts]


async def test_a_person_is_told_that_the_connection_was_lost(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp(GREETING, cuts=[1]))
    assert ended.out == "Hola, Ana.\n"
    assert "connection lost after event 1; resuming" in ended.err


async def test_it_waits_while_the_app_is_being_replaced(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp(GREETING, cuts=[2], resume_statuses=[502]))
    assert (ended.status, ended.out) == (0, "Hola, Ana.\n")


async def test_after_a_restart_the_answer_is_told_again(eira: Eira) -> None:
    again = {"type": "restart", "reason": "the worker was lost", "attempt": 2}
    ended = await eira("chat", "Hola", app=FakeApp([text("Ho"), again, text("Hola."), done()]))
    assert ended.out.splitlines() == ["Ho", "Hola."]
    assert "starts again (the worker was lost)" in ended.err


async def test_tools_sources_and_states_are_shown(eira: Eira) -> None:
    call = {"type": "tool", "name": "createTask", "callId": "c1"}
    sources: list[dict[str, object]] = [
        {"number": 1, "title": "Licencias", "source": "cerebro", "url": "https://docs.example/1"},
        {"number": 2, "title": None, "source": "Ordenanza 7"},
        {"number": 3, "title": "Días", "source": "handbook/dias.md"},
    ]
    app = FakeApp(
        [
            {**call, "status": "started", "args": {"title": "revisar", "priority": "alta"}},
            {**call, "status": "ok", "result": {"id": "T-1001"}},
            {**call, "status": "failed", "error": "the ERP is closed"},
            text("Creada [1]."),
            {"type": "citations", "citations": sources},
            done(),
        ]
    )
    ended = await eira("chat", "Crea una tarea", app=app)
    assert ended.err.splitlines()[:3] == [
        "▸  createTask  title=revisar, priority=alta",
        "✓  createTask  done",
        "✗  createTask  failed  the ERP is closed",
    ]
    assert ended.out.splitlines() == [
        "Creada [1].",
        "",
        "Sources:",
        "  [1] Licencias  https://docs.example/1",
        "  [2] Ordenanza 7",
        "  [3] Días  handbook/dias.md",
    ]


@pytest.mark.parametrize(("language", "said"), [("es", "sin comprobar"), ("en", "not verified")])
async def test_a_source_that_does_not_bear_out_the_answer_is_shown_as_such(
    eira: Eira, language: str, said: str
) -> None:
    sources: list[dict[str, object]] = [
        {"number": 1, "title": "Menú", "source": "guía.md", "verified": True},
        {
            "number": 2,
            "title": "Reyes",
            "source": "b",
            "url": "https://x.example",
            "verified": False,
        },
    ]
    app = FakeApp([text("Sí [1, 2]."), {"type": "citations", "citations": sources}, done()])
    ended = await eira("chat", "¿Sí?", "--language", language, app=app)
    first, second = ended.out.splitlines()[-2:]
    assert first == "  [1] Menú  guía.md"
    assert second.startswith(f"  [2] Reyes  https://x.example  ({said}")


async def test_sources_that_the_answer_lists_itself_are_not_listed_again(eira: Eira) -> None:
    source: dict[str, object] = {"number": 1, "title": "Menú", "source": "guía.md"}
    said = "Sí [1].\n\nFuentes:\n[1] Menú — guía.md"
    app = FakeApp([text(said), {"type": "citations", "citations": [source]}, done()])
    assert (await eira("chat", "¿Sí?", app=app)).out == f"{said}\n"


async def test_what_the_answer_had_to_do_without_is_told(eira: Eira) -> None:
    ended = await eira(
        "chat", "¿Sí?", app=FakeApp([text("Sí."), done() | {"warnings": ["Falta."]}])
    )
    assert "! Falta." in ended.err.splitlines()


async def test_what_the_question_names_itself_is_not_told_again_by_its_raw_name(eira: Eira) -> None:
    asked = "Me faltan estos datos: ¿título y prioridad (alta o baja)?"
    question: dict[str, object] = {
        "type": "question",
        "text": asked,
        "missing": [
            {"tool": "createTask", "field": "title", "label": "título"},
            {"tool": "createTask", "field": "priority", "label": "prioridad"},
            {"tool": "createTask", "field": "dueDate", "label": "fecha límite"},
        ],
    }
    app = FakeApp([state("RECEIVED"), text(asked), question, done()])
    ended = await eira("chat", "Crea una tarea", "--language", "es", app=app)
    assert ended.out == f"{asked}\n  Falta: fecha límite\n"


async def test_while_an_approval_is_waited_for_it_says_how_to_decide_and_how_to_leave(
    eira: Eira,
) -> None:
    approval: dict[str, object] = {
        "type": "approval",
        "approvalId": "a0",
        "tool": "createUser",
        "expiresAt": "soon",
    }
    app = FakeApp([state("WAITING_APPROVAL"), approval, done()])
    ended = await eira("chat", "Da de alta a Pablo", app=app)
    assert "POST /api/runs/{runId}/approvals/a0" in ended.err
    assert "Ctrl-C" in ended.err


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_question_is_asked_once_with_what_is_missing(eira: Eira, streamed: bool) -> None:
    question: dict[str, object] = {
        "type": "question",
        "text": "¿Para cuándo?",
        "missing": [
            {"tool": "createTask", "field": "dueDate", "reason": "missing_required"},
            {
                "tool": "createTask",
                "field": "priority",
                "reason": "unclear",
                "choices": [{"value": "alta", "label": "high"}, {"value": "baja", "label": "low"}],
            },
        ],
    }
    before = [text("¿Para cuándo?")] if streamed else []
    ended = await eira("chat", "Crea", app=FakeApp([*before, question, done("question")]))
    assert ended.out.splitlines() == [
        "¿Para cuándo?",
        "  Missing: dueDate",
        "  Missing: priority; choose: high, low",
    ]


FAILED = {
    "type": "error",
    "code": "MODEL_UNAVAILABLE",
    "message": "The model does not answer.",
    "retryable": True,
    "correlationId": "c-77",
}


@pytest.mark.parametrize("mode", [[], ["--json"]])
async def test_an_error_event_ends_with_exit_code_1(eira: Eira, mode: list[str]) -> None:
    ended = await eira("chat", "Hola", *mode, app=FakeApp([FAILED]))
    assert ended.status == 1


async def test_an_error_tells_its_code_and_correlation_id(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp([FAILED]))
    assert "MODEL_UNAVAILABLE: The model does not answer. It can be tried again." in ended.err
    assert "c-77" in ended.err


async def test_a_refusal_names_the_field_and_the_correlation_id(eira: Eira) -> None:
    problem: dict[str, object] = {
        "status": 400,
        "code": "INVALID_REQUEST",
        "detail": "The request is not valid.",
        "correlationId": "c-1",
        "errors": [{"pointer": "/message", "message": "must not be empty"}],
    }
    ended = await eira("chat", "", app=FakeApp([], problem=problem))
    assert (ended.status, ended.out) == (1, "")
    assert "INVALID_REQUEST: The request is not valid.; /message: must not be empty" in ended.err
    assert "c-1" in ended.err


async def test_control_characters_of_the_answer_do_not_reach_the_terminal(eira: Eira) -> None:
    ended = await eira("chat", "Hola", app=FakeApp([text("a\x1b[2Jb\tc\nd"), done()]))
    assert ended.out == "a[2Jb\tc\nd\n"


async def test_the_message_may_come_through_a_pipe(
    eira: Eira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Hola desde un fichero"))
    app = FakeApp(GREETING)
    await eira("chat", app=app)
    assert app.messages == ["Hola desde un fichero"]


class Terminal(io.StringIO):
    """Lines typed by a person, then Ctrl-D."""

    def isatty(self) -> bool:
        return True


async def test_a_conversation_goes_on_line_by_line_until_ctrl_d(
    eira: Eira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("Hola\n\n¿Qué tal?\n"))
    app = FakeApp(GREETING)
    ended = await eira("chat", app=app)
    assert app.messages == ["Hola", "¿Qué tal?"]
    assert len(app.conversations) == 1
    assert len(set(app.keys)) == 2
    assert f"--conversation {CONVERSATION_ID}" in ended.err
