"""The one question for what a plan lacks can be read, whatever the choices are called."""

import pytest

from shared.contracts.plan import Choice, MissingField, ToolCall
from shared.packs import FolderPacks
from shared.tools.questions import question_for
from tests.fakes.world import PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)


def asked(*labels: str) -> str:
    choices = tuple(Choice(value=each, label=each) for each in labels)
    missing = MissingField(
        tool="createTask", field="projectId", reason="missing_several", choices=choices
    )
    call = ToolCall(tool="createTask", args={})
    return question_for(PACK, "CreateTask", [call], [missing], "es")


@pytest.mark.parametrize(
    ("labels", "listed"),
    [
        (("Reparto",), "¿Reparto?"),
        (("Reparto (ACME)", "Obras (IBER)"), "¿Reparto (ACME) o Obras (IBER)?"),
        (("A", "B", "C"), "¿A, B o C?"),
        (("Luis Gil (gil@x.es, U-1)", "B", "C"), "¿Luis Gil (gil@x.es, U-1); B o C?"),
        (("Pérez, S.L.", "B", "C"), "¿Pérez, S.L.; B o C?"),
    ],
)
def test_choices_are_set_apart_by_what_none_of_them_holds(
    labels: tuple[str, ...], listed: str
) -> None:
    assert asked(*labels).endswith(listed)
