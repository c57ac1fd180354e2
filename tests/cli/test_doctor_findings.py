"""What the doctor says of what it finds, and how it looks at several things at once."""

import asyncio
import json
from pathlib import Path

import pytest

from cli import doctor
from cli.__main__ import main
from cli.deployment.doctor import HIDDEN, _secrets, _without
from cli.deployment.examining import Check, examine
from cli.deployment.findings import as_json, error, exit_code, in_lines, ok, verdict, warning
from cli.deployment.mending import (
    ACCOUNT_KIND,
    COSMOS,
    COSMOS_KIND,
    COSMOS_ROLE,
    MODELS,
    SAFETY,
    SEARCH_DATA,
    SEARCH_SERVICE,
    VAULT,
    Need,
    assigning,
    failed_at,
    status_of,
)
from cli.deployment.subject import Place, Shared
from cli.doctor import read_app_settings
from cli.errors import CommandError
from cli.running import Running
from shared.errors import DependencyError, SearchError
from tests.cli.doctor_subject import APP, PERSON, answered, subject
from tests.infra.templates import declared

NEED = Need(MODELS, ACCOUNT_KIND, "https://oai-eira.openai.azure.com/", for_people=True)


def test_a_finding_says_what_was_tried_and_each_way_to_mend_it() -> None:
    lines = list(in_lines(error("erp", "it answers 500", "GET …", "first", "then")))
    assert lines == [
        "✗ erp: it answers 500",
        "    tried: GET …",
        "    mend:  first",
        "           then",
    ]
    assert list(in_lines(ok("erp", "it answers", "GET …"))) == ["✓ erp: it answers"]


def test_only_an_error_is_a_failure() -> None:
    found = [ok("a", ""), warning("b", "")]
    assert exit_code(found) == 0
    assert verdict(found) == "0 errors, 1 warning, 1 in order."
    assert exit_code([*found, error("c", "")]) == 1
    assert verdict([ok("a", "")]) == "All is well: 1 check."
    document = json.loads(as_json([error("c", "x", "y", "z")]))
    assert document["ok"] is False
    assert document["findings"] == [
        {"area": "c", "level": "error", "what": "x", "tried": "y", "mend": ["z"]}
    ]


async def test_checks_run_side_by_side_and_are_told_in_their_order() -> None:
    first_may, told = asyncio.Event(), []

    async def slow() -> list[object]:
        await first_may.wait()
        return [ok("slow", "done")]

    async def quick() -> list[object]:
        first_may.set()
        return [ok("quick", "done")]

    checks = [Check("slow", slow), Check("quick", quick)]  # type: ignore[arg-type]
    found = await examine(checks, lambda check, done, of: told.append((check.area, done, of)))
    assert [each.area for each in found] == ["slow", "quick"]
    assert told == [("quick", 1, 2), ("slow", 2, 2)]


async def test_who_does_not_answer_in_time_is_an_error_and_holds_up_nobody() -> None:
    async def never() -> list[object]:
        await asyncio.Event().wait()
        return []

    (found,) = await examine([Check("erp", never, 0.01)], lambda *_: None)  # type: ignore[arg-type]
    assert (found.level, found.what) == ("error", "no answer within 0 s")


async def test_what_a_check_did_not_expect_of_a_service_is_told_all_the_same() -> None:
    async def look() -> list[object]:
        raise DependencyError("no token for api://erp")

    async def ask() -> list[object]:
        raise answered(500)

    checks = [Check("erp", look), Check("cosmos", ask)]  # type: ignore[arg-type]
    ours, theirs = await examine(checks, lambda *_: None)
    assert ours.what == "it cannot be asked: no token for api://erp"
    assert theirs.what == "it cannot be asked: HttpResponseError"


async def test_what_several_wait_for_is_found_out_once_and_outlives_who_gives_up() -> None:
    may, looks = asyncio.Event(), []

    async def look() -> int:
        looks.append(1)
        await may.wait()
        return 7

    shared = Shared(look())

    async def impatient() -> None:
        async with asyncio.timeout(0.01):
            await shared

    with pytest.raises(TimeoutError):
        await impatient()
    may.set()
    assert (await shared, await shared, looks) == (7, 7, [1])
    await shared.end()


def test_the_status_is_found_behind_what_translated_it() -> None:
    wrapped = SearchError("failed")
    wrapped.__cause__ = answered(403)
    assert status_of(wrapped) == 403
    assert status_of(SearchError("failed")) is None


async def test_a_403_names_the_role_and_the_command_that_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finding = await failed_at("models", "t", answered(403), subject(monkeypatch, who=PERSON), NEED)
    assert finding.level == "error"
    assert "ana@example.org has not the role Cognitive Services OpenAI User" in finding.what
    assert finding.mend[0] == (
        'az role assignment create --role "Cognitive Services OpenAI User" '
        "--assignee-object-id b8b8 --assignee-principal-type User --scope /subscriptions/5b5b/"
        "resourceGroups/rg-eira-dev/providers/Microsoft.CognitiveServices/accounts/oai-eira"
    )
    assert "made-up-secret" not in str(finding)


async def test_what_only_the_app_needs_is_no_error_of_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need = Need(COSMOS, COSMOS_KIND, "https://cosmos-eira.documents.azure.com:443/")
    one = await failed_at("cosmos", "t", answered(403), subject(monkeypatch, who=PERSON), need)
    assert (one.level, "says 'roles'" in one.what) == ("warning", True)
    assert one.mend[0] == (
        "az cosmosdb sql role assignment create --resource-group rg-eira-dev --account-name "
        "cosmos-eira --role-definition-id 00000000-0000-0000-0000-000000000002 "
        "--principal-id b8b8 --scope /dbs/eira"
    )
    app = await failed_at("cosmos", "t", answered(403), subject(monkeypatch), need)
    assert app.level == "error"
    private = {"PRIVATE_NETWORK": "true"}
    inside = await failed_at(
        "cosmos", "t", answered(403), subject(monkeypatch, environment=private), need
    )
    assert "outside of the private network" in inside.mend[-1]


@pytest.mark.parametrize(
    ("status", "local", "level", "mend"),
    [
        (429, False, "warning", "capacity"),
        (500, True, "error", "./eira up"),
        (403, True, "error", "./eira up"),
        (500, False, "error", ""),
    ],
)
async def test_other_answers_are_told_with_what_there_is_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int, local: bool, level: str, mend: str
) -> None:
    there = subject(monkeypatch, local=local)
    finding = await failed_at("search", "t", answered(status), there, NEED)
    assert finding.level == level
    assert str(status) in finding.what
    assert mend in " ".join(finding.mend)
    away = await failed_at("search", "t", SearchError("it is away"), there)
    assert away.what == "it cannot be asked: it is away"


def test_the_roles_are_those_of_the_templates() -> None:
    known = declared("app/roles.bicep", "variables")["roles"]["value"]
    ids = {name.lower(): value for name, value in known.items()}
    named = {
        each.replace(" ", "").replace("-", "").lower()
        for each in (MODELS, SAFETY, SEARCH_DATA, SEARCH_SERVICE, VAULT, COSMOS)
    }
    assert named <= ids.keys()
    assert ids[COSMOS.replace(" ", "").replace("-", "").lower()] == COSMOS_ROLE


def test_what_azd_does_not_say_is_left_to_the_reader() -> None:
    command = assigning(NEED, None, Place({}))
    assert "--assignee-object-id <object id>" in command
    assert "/subscriptions/<subscription>/resourceGroups/<resource group>/" in command
    assert "--assignee-principal-type ServicePrincipal" in assigning(NEED, APP, Place({}))


def test_no_secret_of_the_settings_is_told() -> None:
    environment = {
        "AzureSearch__ApiKey": "made-up-search-key",
        "Credentials__Billing": "made-up-billing",
        "IDENTITY_HEADER": "made-up-header",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "made-up-string",
        "AzureSearch__Endpoint": "https://search.example",
        "Anthropic__ApiKey": "short",
    }
    values = " ".join(environment.values())
    finding = _without(
        error("a", values, values, values, "https://ana:made-up@proxy.example"),
        _secrets(environment),
    )
    said = str(finding)
    assert "made-up" not in said
    assert said.count(HIDDEN) == 13
    assert "https://search.example" in said
    assert "short" in said


def test_app_settings_are_read_as_azure_lists_them_and_as_they_are_here(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    listed = [{"name": "Cosmos__Database", "value": "eira", "slotSetting": False}]
    plain = {"Cosmos__Database": "eira"}
    for document in (listed, {"Values": plain}, plain):
        file.write_text(json.dumps(document))
        assert read_app_settings(file) == plain
    for text, said in (("[1]", "no app settings"), ("not json", "is not JSON: Expecting value")):
        file.write_text(text)
        with pytest.raises(CommandError, match=said) as refused:
            read_app_settings(file)
        assert refused.value.exit_code == 2
    with pytest.raises(CommandError, match="No such file"):
        read_app_settings(tmp_path / "nowhere.json")


@pytest.mark.parametrize("app", [None, "http://127.0.0.1:9"])
def test_the_app_that_somebody_names_is_the_one_that_is_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: str | None
) -> None:
    running = Running("http://127.0.0.1:7071", {}, tmp_path / "ca.pem")
    seen: list[list[str]] = []

    def note(_: object, words: list[str]) -> int:
        seen.append(words)
        return 0

    monkeypatch.setattr(doctor, "find_running", lambda _: running)
    monkeypatch.setattr(doctor, "app_environment", dict)
    monkeypatch.setattr(doctor, "_examine", note)
    assert main(["doctor", *(["--app", app] if app else [])]) == 0
    (words,) = seen
    assert words[words.index("--app") + 1] == (app or running.app)
