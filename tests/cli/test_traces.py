"""`./eira traces`: the tree of a run, from lines as the app writes them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.trace import SpanKind
from ulid import ULID

from cli import traces
from cli.__main__ import main
from cli.trace_tree import spans_of, tree
from shared.contracts.activities import RunRef
from shared.contracts.runs import Usage
from shared.telemetry import names
from shared.telemetry.context import traceparent, within
from shared.telemetry.exporting import line_of
from shared.telemetry.recording import mark_failed, span
from shared.telemetry.steps import Ending, run_ended
from tests.fakes.telemetry import telling

RUN = str(ULID())
REQUEST = "POST /api/conversations/{id}/messages"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """A request that starts two runs in one trace: one asks a model, the other fails."""
    with telling() as told:
        with span(REQUEST, SpanKind.SERVER, {names.HTTP_STATUS: 200, names.RUN: RUN}):
            run = RunRef(
                run_id=RUN,
                tenant_id="t",
                conversation_id="c1",
                correlation_id="x",
                traceparent=traceparent(),
            )
        other = run.model_copy(update={"run_id": str(ULID())})
        for each in (run, other):
            with span("prepare", SpanKind.INTERNAL, {names.RUN: each.run_id}, within(each)):
                spent = {names.INPUT_TOKENS: 20, names.OUTPUT_TOKENS: 5, names.COST: 0.0012}
                with span("chat gpt-4o", SpanKind.CLIENT, spent | {names.CURRENCY: "EUR"}) as chat:
                    mark_failed(chat, "MODEL_UNAVAILABLE")
        usage = Usage(prompt_tokens=20, completion_tokens=5, total_tokens=25)
        run_ended(run, Ending("DONE", "stop", usage, None))
        yield [line_of(each) for each in told.spans]


def printed(lines: list[str]) -> list[str]:
    return list(tree(spans_of(RUN, lines)))


def test_a_run_is_a_tree_of_what_it_asked(lines: list[str]) -> None:
    head, _, *rest = printed(lines)
    assert head.endswith("DONE, 25 tokens, 0.0012 EUR")
    assert [line[25:] for line in rest] == [
        f"{REQUEST}  200",
        "└ invoke_agent eira  DONE",
        "  └ prepare",
        "    └ chat gpt-4o  20+5 tokens  ✗ MODEL_UNAVAILABLE",
    ]


def test_another_run_of_the_same_trace_is_not_in_it(lines: list[str]) -> None:
    trace = json.loads(lines[0])["traceId"]
    assert all(json.loads(line)["traceId"] == trace for line in lines)
    assert len(spans_of(RUN, lines)) == len(lines) - 2


def test_a_run_that_is_under_way_shows_what_there_is(lines: list[str]) -> None:
    so_far = [line for line in lines if "invoke_agent" not in line]
    assert [line[25:] for line in printed(so_far)[2:]] == [
        f"{REQUEST}  200",
        "prepare",
        "└ chat gpt-4o  20+5 tokens  ✗ MODEL_UNAVAILABLE",
    ]


def test_a_line_that_a_killed_worker_left_is_passed_over(lines: list[str]) -> None:
    cut = [f'{{"name": "prepare", "attributes": {{"eira.run.id": "{RUN}"\n', *lines]
    assert printed(cut) == printed(lines)


def test_the_command_reads_the_folder_and_the_file_before(
    lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spans.1.jsonl").write_text("".join(lines[:2]), "utf-8")
    (tmp_path / "spans.jsonl").write_text("".join(lines[2:]), "utf-8")
    assert main(["traces", RUN, "--folder", str(tmp_path)]) == 0
    assert "└ invoke_agent eira  DONE" in capsys.readouterr().out


def test_it_finds_the_folder_of_the_app_that_runs_here(
    lines: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "spans.jsonl").write_text("".join(lines), "utf-8")
    (tmp_path / ".eira").mkdir()
    (tmp_path / ".eira" / "app.env").write_text(f"Telemetry__Folder={tmp_path}/told\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["traces", RUN]) == 0
    assert REQUEST in capsys.readouterr().out


def test_for_azure_it_says_what_to_ask_application_insights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("Telemetry__Folder", raising=False)
    assert main(["traces", RUN]) == 1
    said = capsys.readouterr().err
    assert "Application Insights" in said
    assert main(["traces", RUN, "--kql"]) == 0
    query = capsys.readouterr().out
    assert query in said + "\n"
    assert f'let run = "{RUN}";' in query
    assert "union requests, dependencies" in query


def test_what_is_not_known_and_what_is_no_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(traces, "PATIENCE_SECONDS", 0.0)
    assert main(["traces", RUN, "--folder", str(tmp_path)]) == 1
    assert "nothing is known" in capsys.readouterr().err
    assert main(["traces", "x; drop", "--kql"]) == 2
