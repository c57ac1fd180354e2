"""The labels themselves: enough of them, in both languages, and possible to fulfil."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.labels import (
    FOLDER,
    KINDS,
    Dialogue,
    ExpectedCall,
    LabelError,
    read_labels,
)
from shared.packs import FolderPacks
from shared.tools.schemas import is_valid
from tests.fakes.world import PACKS

LABELS = read_labels()
DIALOGUES = [each for dialogues in LABELS.values() for each in dialogues]
PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)


def calls(dialogue: Dialogue) -> Iterator[ExpectedCall]:
    for turn in dialogue.turns:
        yield from turn.expect.calls or ()


def test_there_are_enough_of_every_kind_in_both_languages() -> None:
    assert len(DIALOGUES) >= 120
    assert set(LABELS) == set(KINDS)
    for kind, dialogues in LABELS.items():
        languages = [each.language for each in dialogues]
        assert len(dialogues) >= 10, kind
        assert languages.count("es") >= 6, kind
        assert languages.count("en") >= 3, kind


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda each: each.id)
def test_a_label_asks_for_what_the_pack_can_give(dialogue: Dialogue) -> None:
    assert any(turn.expect.model_fields_set for turn in dialogue.turns)
    for call in calls(dialogue):
        properties = PACK.tools[call.tool].arguments["properties"]
        assert {*call.args, *call.optional} <= properties.keys()
        for field, value in call.args.items():
            whole = not isinstance(value, dict) and not str(value).startswith("$c")
            assert not whole or is_valid(value, properties[field]), (field, value)
    for turn in dialogue.turns:
        assert turn.expect.flow in (None, "Other", *PACK.flows)
        if turn.expect.missing and turn.expect.calls:
            fields = {
                field
                for call in turn.expect.calls
                for field in PACK.tools[call.tool].arguments["properties"]
            }
            assert set(turn.expect.missing) <= fields


def test_what_is_planted_is_a_danger_that_the_label_watches() -> None:
    told = [each for each in DIALOGUES if any(one.about for one in each.documents)]
    assert all(each.id.startswith("reference-") for each in told), "what happened is no danger"
    planted = [each for each in DIALOGUES if each.documents and each not in told]
    assert len(planted) >= 5
    for each in planted:
        assert each.id.startswith("injection-")
        assert any(turn.expect.never for turn in each.turns)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: routes\ndialogues: [", "x.yaml:2: "),
        ("kind: roads\ndialogues: []", "x.yaml:1: kind: Input should be 'routes'"),
        (
            "kind: routes\ndialogues:\n- id: a\n  language: es\n  turns:\n"
            "  - say: Hola\n    expect:\n      rout: SMALL_TALK\n",
            "x.yaml:8: dialogues.0.turns.0.expect.rout: Extra inputs",
        ),
        ("kind: routes\ndialogues:\n- id: a\n  turns: []\n", "x.yaml:3: dialogues.0.language"),
        (
            "kind: routes\ndialogues:\n- {id: a, language: es, turns: []}\n"
            "- {id: a, language: es, turns: []}\n",
            "x.yaml: the id a is in x.yaml already",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named_by_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(LabelError) as refused:
        read_labels(tmp_path)
    assert str(refused.value).startswith(says)


def test_without_files_there_is_nothing_to_hold(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no dialogue file"):
        read_labels(tmp_path)


def test_a_date_stays_the_text_that_stands_in_the_file(tmp_path: Path) -> None:
    text = (FOLDER / "plans.yaml").read_text("utf-8").replace('"2026-12-04"', "2026-12-04")
    (tmp_path / "plans.yaml").write_text(text, "utf-8")
    (first,) = (each for each in read_labels(tmp_path)["plans"] if each.id == "plan-es-task")
    assert next(calls(first)).args["dueDate"] == "2026-12-04"
