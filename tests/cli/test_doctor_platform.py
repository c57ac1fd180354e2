"""What the doctor finds of models, of the app, of what Azure's management knows, and of here."""

import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import JsonValue

from cli.__main__ import main
from cli.deployment.azure_cli import AzError, azure_cli
from cli.deployment.findings import Finding
from cli.deployment.probes import app, configured, machine, models, platform
from cli.deployment.subject import Place
from cli.install import LOCK, STAMP
from shared.contracts.models import ModelChoice
from shared.contracts.runs import Usage
from shared.errors import AppError, ModelError, NotAllowedError
from shared.ports import Completion, Model, ModelRequest
from shared.settings import get_settings
from tests.cli.doctor_subject import APP, KNOWN_TO_AZD, SETTINGS, answered, subject, told
from tests.fakes.services import FakeModel

type Monkey = pytest.MonkeyPatch

NOTHING_USED = Usage(prompt_tokens=1, completion_tokens=1, total_tokens=2)


def only(found: Sequence[Finding]) -> Finding:
    (one,) = found
    return one


def levels(found: Sequence[Finding]) -> dict[str, str]:
    return {each.what: each.level for each in found}


# --- models ---------------------------------------------------------------------------------------


@dataclass
class Deployment(FakeModel):
    """Says that it is `named`, and gives vectors of `length`."""

    named: str = "gpt-4.1-2025-04-14"
    length: int = 4
    plain: str = "ok"
    structured: str = '{"ok": true}'

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        text = self.plain if request.schema is None else self.structured
        return Completion(text, NOTHING_USED, self.named)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.failure:
            raise self.failure
        return [[0.0] * self.length for _ in texts]


@dataclass
class FakeModels:
    """The app's own; any other name is somebody else's, who may fail."""

    own: Deployment = field(default_factory=Deployment)
    other: AppError | None = None
    asked: list[str | None] = field(default_factory=list)

    def get(self, choice: ModelChoice, *_: object, patient: bool = True) -> Model:
        assert not patient
        if choice.name == "chat":
            return self.own
        self.asked.append(choice.name)
        if isinstance(self.other, NotAllowedError):
            raise self.other
        return Deployment(failure=self.other)

    def embedder(self, scope: object) -> None:
        return None

    async def close(self) -> None:
        return


def failing(status: int) -> ModelError:
    failed = ModelError(f"model call failed: {status}", retryable=False)
    failed.__cause__ = answered(status)
    return failed


async def test_a_model_is_asked_for_a_word_for_a_schema_and_for_a_vector(
    monkeypatch: Monkey,
) -> None:
    there = FakeModels()
    found = await models.examined(there, subject(monkeypatch))
    assert levels(found) == {
        "chat answers, as gpt-4.1-2025-04-14": "ok",
        "chat keeps to a JSON schema": "ok",
        "embeddings embeds, with 4 dimensions": "ok",
    }
    assert {each.max_tokens for each in there.own.requests} == {models.FEW_TOKENS}


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        (404, "error", "az cognitiveservices account deployment list -g rg-eira-dev -n oai-eira"),
        (403, "error", '--role "Cognitive Services OpenAI User"'),
        (401, "error", '--role "Cognitive Services OpenAI User"'),
        (429, "warning", "capacity"),
        (500, "error", ""),
    ],
)
async def test_a_model_that_does_not_answer(
    monkeypatch: Monkey, status: int, level: str, words: str
) -> None:
    broken = FakeModels(Deployment(failure=failing(status)))
    found = await models.examined(broken, subject(monkeypatch))
    assert [each.level for each in found] == [level, level]
    assert all(words in " ".join(each.mend) for each in found)
    assert "AzureOpenAI__ChatDeployment" in str(found[0]) or status != 404


async def test_a_key_that_is_refused_is_named(monkeypatch: Monkey) -> None:
    broken = FakeModels(Deployment(failure=failing(401)))
    keyed = subject(monkeypatch, AzureOpenAI__ApiKey="made-up-model-key")
    chat, _ = await models.examined(broken, keyed)
    assert chat.what == "it answers 401: the key in AzureOpenAI__ApiKey is refused"
    reference = subject(monkeypatch, AzureOpenAI__ApiKey="@Microsoft.KeyVault(SecretName=x)")
    chat, _ = await models.examined(broken, reference)
    assert (chat.level, "reference to Key Vault" in chat.what) == ("warning", True)


async def test_a_deployment_that_runs_another_kind_of_model_is_an_error(
    monkeypatch: Monkey,
) -> None:
    there = FakeModels(Deployment(named="o3-mini-2025-01-31"))
    found = await models.examined(there, subject(monkeypatch))
    (wrong,) = [each for each in found if each.level == "error"]
    assert wrong.mend == ('set AI__Deployments={"chat": "o3-mini-2025-01-31"}',)
    reasoning = subject(monkeypatch, AI__Deployments='{"chat": "o3-mini"}')
    assert {each.level for each in await models.examined(there, reasoning)} == {"ok"}
    assert there.own.requests[-1].max_tokens == models.THINKING_TOKENS


@pytest.mark.parametrize("said", ["ok", "{}", '{"ok": "yes"}', "[]"])
async def test_a_model_that_keeps_to_no_schema_is_an_error(monkeypatch: Monkey, said: str) -> None:
    there = FakeModels(Deployment(structured=said))
    found = await models.examined(there, subject(monkeypatch))
    assert levels(found)["chat does not keep to a JSON schema, and every plan needs one"] == "error"


async def test_vectors_of_another_length_say_what_to_set(monkeypatch: Monkey) -> None:
    there = FakeModels(Deployment(length=3))
    found = await models.examined(there, subject(monkeypatch))
    assert found[-1].what == "embeddings gives 3 dimensions, not 4"
    assert found[-1].mend == ("set Search__Dimensions=3, then ./eira cerebro reindex",)


async def test_models_that_calls_may_name_are_a_warning_when_they_fail(
    monkeypatch: Monkey,
) -> None:
    named = subject(
        monkeypatch,
        AI__Models__Reasoning="o3",
        AI__Models__Fallback='["mini", "anthropic:claude-haiku-5-5"]',
        Anthropic__ApiKey="made-up-anthropic-key",
    )
    there = FakeModels()
    found = await models.examined(there, named)
    assert there.asked == ["o3", "mini", "claude-haiku-5-5"]
    assert {each.level for each in found} == {"ok"}
    for failure in (failing(500), NotAllowedError("x")):
        broken = FakeModels(other=failure)
        found = await models.examined(broken, named)
        assert [each.level for each in found[-3:]] == ["warning"] * 3


# --- settings and the app -------------------------------------------------------------------------


def test_everything_that_is_wrong_with_the_settings_is_told_at_once(monkeypatch: Monkey) -> None:
    missing = {"Cosmos__Endpoint": "", "Erp__Scope": "", "Search__Top": "99"}
    with told(monkeypatch, **missing):
        found = configured.look(Place(KNOWN_TO_AZD))
    assert [each.what.partition(":")[0] for each in found] == [
        "setting Search__Top", "setting Cosmos__Endpoint", "setting Erp__Scope",
    ]  # fmt: skip
    assert all("for example" in each.what for each in found)
    assert all("-g rg-eira-dev -n func-eira" in each.mend[0] for each in found)
    with told(monkeypatch, Auth__Tenants='["common"]'):
        insecure = only(configured.look(Place({}, local=True)))
    assert "does not start insecurely" in insecure.what
    assert "local.settings.json" in insecure.mend[0]


def test_a_setting_that_nobody_knows_is_a_warning(monkeypatch: Monkey) -> None:
    with told(monkeypatch, Search__Nonsense="1"):
        fine, unknown = configured.look(Place({}))
    assert (fine.level, unknown.level) == ("ok", "warning")
    assert "Search__Nonsense" in unknown.what


def test_all_that_is_wrong_with_the_settings_is_told_at_once(monkeypatch: Monkey) -> None:
    wrong = {"AzureSearch__Endpoint": "", "Auth__Tenants": "notjson", "Search__Topp": "3"}
    with told(monkeypatch, **wrong):
        said = [each.what for each in configured.look(Place({}))]
    assert len(said) == 3
    for name in ("AzureSearch__Endpoint", "Auth__Tenants: a list or map is not", "Search__Topp"):
        assert any(name in each for each in said)


def test_what_is_insecure_is_told_beside_what_is_wrong(monkeypatch: Monkey) -> None:
    wrong = {"AzureSearch__Endpoint": "srch-eira", "Cosmos__Endpoint": "http://cosmos.example"}
    with told(monkeypatch, WEBSITE_INSTANCE_ID="a", **wrong):
        one, other = configured.look(Place({}))
    assert "AzureSearch__Endpoint" in one.what
    assert other.what == (
        "setting Cosmos__Endpoint: http://cosmos.example is not encrypted; use https"
    )


def test_what_was_never_filled_in_is_no_setting(monkeypatch: Monkey) -> None:
    with told(monkeypatch, Erp__BaseUrl="https://<erp>.example/api"):
        found = only(configured.look(Place({})))
    assert (found.level, found.what) == ("error", "Erp__BaseUrl: <erp> is a placeholder")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Serach__Top", "Search__Top"),
        ("Quota__UserPerHour", "Quotas__UserPerHour"),
        ("Quotas_UserPerHour", "Quotas__UserPerHour"),
        ("Models__Wardrobe", "Model__…"),
    ],
)
def test_a_section_that_is_nearly_one_is_a_warning(
    monkeypatch: Monkey, name: str, meant: str
) -> None:
    with told(monkeypatch, OPENAI_API_KEY="another-program", **{name: "1"}):
        fine, near = configured.look(Place({}))
    assert (fine.level, near.level, near.mend) == ("ok", "warning", (f"did you mean {meant}?",))
    assert name in near.what


def test_packs_that_this_folder_has_not_are_a_setting_that_is_wrong(monkeypatch: Monkey) -> None:
    with told(monkeypatch, Packs__Version="1999.1"):
        found = only(configured.look(Place({}, local=True)))
    assert (found.level, found.area) == ("error", "settings")
    assert "1999.1" in found.what
    assert all(each in found.mend[0] for each in ("git pull", "local.settings.json"))


def test_the_app_that_answers_is_compared_with_what_is_here(monkeypatch: Monkey) -> None:
    with told(monkeypatch):
        settings = get_settings()
    same = {"status": "ok", "packVersion": "2026.11", "indexes": ["cerebro"]}
    assert only(app.compared(same, settings, "t")).level == "ok"
    fine, other = app.compared(same | {"packVersion": "2026.10"}, settings, "t")
    assert (fine.level, other.level) == ("ok", "warning")
    assert other.what == "it has pack 2026.10, and this folder 2026.11"


@pytest.mark.parametrize(("local", "words"), [(True, "./eira up"), (False, "az webapp log tail")])
async def test_an_app_that_is_down_says_where_to_look(local: bool, words: str) -> None:
    place = Place(KNOWN_TO_AZD, "http://127.0.0.1:9", local)
    found = only(await app.look(place, None))
    assert found.level == "error"
    assert words in " ".join(found.mend)
    assert only(await app.look(Place({}), None)).level == "warning"


# --- what Azure's management knows ----------------------------------------------------------------


IDENTITY: JsonValue = {"userAssignedIdentities": {"id": {"principalId": "a9a9"}}}
SCOPE = "/subscriptions/5b5b/resourceGroups/rg/providers"
ROLES: JsonValue = [
    {"roleDefinitionName": role, "scope": f"{SCOPE}/{kind}/{name}"}
    for role, kind, name in (
        ("Search Index Data Contributor", "Microsoft.Search/searchServices", "SRCH-eira"),
        ("Cognitive Services OpenAI User", "Microsoft.CognitiveServices/accounts", "oai-eira"),
        ("Key Vault Secrets User", "Microsoft.KeyVault/vaults", "kv-eira"),
        ("Cognitive Services User", "Microsoft.CognitiveServices/accounts", "cs-eira"),
    )
]
COSMOS: JsonValue = [
    {"principalId": "a9a9", "roleDefinitionId": "/…/00000000-0000-0000-0000-000000000002"}
]
SUBSCRIBED: JsonValue = [{"name": "erp-events", "provisioningState": "Succeeded"}]


AZ = """#!/bin/sh
echo "$@" > "${0%/*}/asked"
[ "$1" = fail ] && exit 3
[ "$1" = nothing ] || echo "[\\"$1\\"]"
"""


@dataclass
class FakeAz:
    """Answers by the first words; what it has no answer for, it may not tell."""

    answers: dict[str, JsonValue]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, *words: str) -> JsonValue:
        said = " ".join(words)
        self.asked.append(said)
        for begin, answer in self.answers.items():
            if said.startswith(begin):
                return answer
        raise AzError(f"az {said}")


def management(**changed: JsonValue) -> FakeAz:
    answers = {"functionapp identity": IDENTITY, "role": ROLES, "cosmosdb": COSMOS}
    return FakeAz(answers | changed)


async def test_the_roles_of_the_app_are_those_that_its_settings_need(monkeypatch: Monkey) -> None:
    az = management()
    found = only(await platform.look_at_roles(subject(monkeypatch), az))
    assert (found.level, "all 5 roles" in found.what) == ("ok", True)
    assert az.asked[0] == "functionapp identity show -g rg-eira-dev -n func-eira"


async def test_each_role_that_the_app_lacks_is_named_with_its_command(monkeypatch: Monkey) -> None:
    az = management(role=[], cosmosdb=[])
    found = await platform.look_at_roles(subject(monkeypatch), az)
    assert {each.level for each in found} == {"error"}
    assert len(found) == 5
    commands = [each.mend[0] for each in found]
    assert all("a9a9" in each for each in commands)
    assert sum(each.startswith("az role assignment create --role") for each in commands) == 4
    above: JsonValue = [
        {"roleDefinitionName": "Key Vault Secrets User", "scope": "/subscriptions/5b5b"}
    ]
    wider = await platform.look_at_roles(subject(monkeypatch), management(role=above))
    assert len(wider) == 3


async def test_an_app_without_an_identity_and_a_silent_azure(monkeypatch: Monkey) -> None:
    bare = management(**{"functionapp identity": {}})
    assert only(await platform.look_at_roles(subject(monkeypatch), bare)).level == "error"
    silent = only(await platform.look_at_roles(subject(monkeypatch), FakeAz({})))
    assert (silent.level, "az functionapp identity show" in silent.mend[0]) == ("warning", True)


def test_services_that_are_asked_with_keys_need_no_role(monkeypatch: Monkey) -> None:
    keyed = subject(
        monkeypatch,
        AzureSearch__ApiKey="made-up-key",
        AzureOpenAI__ApiKey="made-up-key",
        Moderation__Provider="none",
        KeyVault__Uri="",
    )
    assert [each.role for each in platform.needs(keyed.settings)] == [
        "Cosmos DB Built-in Data Contributor"
    ]
    assert APP.is_program


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (SUBSCRIBED, "ok"),
        ([], "error"),
        ([{"name": "erp-events", "provisioningState": "Failed"}], "error"),
    ],
)
async def test_the_subscription_to_the_erps_events(told: JsonValue, level: str) -> None:
    found = only(await platform.look_at_events(Place(KNOWN_TO_AZD), FakeAz({"eventgrid": told})))
    assert found.level == level
    silent = only(await platform.look_at_events(Place(KNOWN_TO_AZD), FakeAz({})))
    assert silent.level == "warning"
    az = FakeAz({"eventgrid": told})
    unknown = only(await platform.look_at_events(Place({}), az))
    assert (unknown.level, "ERP_TOPIC" in unknown.tried, az.asked) == ("warning", True, [])


async def test_durables_hub_is_asked_with_its_key_which_is_not_told() -> None:
    keys: JsonValue = {"systemKeys": {"durabletask_extension": "made-up-system-key"}}
    place = Place(KNOWN_TO_AZD, "http://127.0.0.1:9")
    away = only(await platform.look_at_hub(place, FakeAz({"functionapp keys": keys})))
    assert (away.level, "made-up" in str(away)) == ("error", False)
    none = only(await platform.look_at_hub(place, FakeAz({"functionapp keys": {}})))
    assert "Durable has not started" in none.what
    silent = only(await platform.look_at_hub(place, FakeAz({})))
    assert silent.level == "warning"
    events = only(await platform.look_at_local_events("http://127.0.0.1:9"))
    assert (events.level, "./eira up" in events.mend[0]) == ("error", True)


async def test_the_azure_cli_is_asked_for_json_and_may_refuse(
    tmp_path: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert azure_cli() is None
    program = tmp_path / "az"
    program.write_text(AZ)
    program.chmod(0o755)
    az = azure_cli("5b5b")
    assert az is not None
    assert await az("role") == ["role"]
    assert (tmp_path / "asked").read_text().endswith("--subscription 5b5b\n")
    assert await az("nothing") is None
    with pytest.raises(AzError) as failed:
        await az("fail", "now")
    assert failed.value.command == "az fail now"


async def test_the_azure_cli_ends_in_time_with_all_that_it_started(
    tmp_path: Path, monkeypatch: Monkey
) -> None:
    program = tmp_path / "az"
    # Behind it the shell stays, and its child has the pipe.
    program.write_text("#!/bin/sh\nsleep 600\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("cli.deployment.azure_cli.SECONDS", 0.1)
    az = azure_cli()
    assert az is not None
    async with asyncio.timeout(60):
        with pytest.raises(AzError):
            await az("role")


# --- this machine ---------------------------------------------------------------------------------


def installed(folder: Path, *, same: bool = True) -> None:
    (folder / ".venv").mkdir()
    (folder / LOCK).write_text("a==1")
    (folder / STAMP).write_text("a==1" if same else "a==2")


def test_a_machine_where_nothing_runs_says_how_to_start(tmp_path: Path) -> None:
    installed(tmp_path)
    found = machine.look(tmp_path, tmp_path / ".eira", port=9)
    assert levels(found)["nothing runs here"] == "error"
    assert any(each.mend == ("./eira up (in another terminal)",) for each in found)
    assert not [each for each in found if "port 9" in each.what]
    (tmp_path / ".eira").mkdir()
    (tmp_path / ".eira" / "urls.json").write_text(
        '{"app": "http://127.0.0.1:9", "services": {}, "caFile": "ca.pem"}'
    )
    killed = machine.look(tmp_path, tmp_path / ".eira", port=9)
    assert levels(killed)["it does not run any more: it was killed"] == "error"


def test_packages_that_are_not_those_of_the_lock_are_a_warning(tmp_path: Path) -> None:
    installed(tmp_path, same=False)
    found = machine.look(tmp_path, tmp_path / ".eira", port=9)
    assert levels(found)[
        "the packages in .venv are not those of requirements-dev.txt"
    ] == "warning"  # fmt: skip


def test_a_port_that_somebody_else_has_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = machine.look(tmp_path, tmp_path / "elsewhere", port)
    assert levels(found)[f"port {port} is taken by another program"] == "warning"


def test_a_machine_that_lacks_things_says_so(tmp_path: Path, monkeypatch: Monkey) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(machine, "FREE_BYTES", 2**70)
    monkeypatch.setattr(machine, "NEEDED", (4, 0))
    found = levels(machine.look(tmp_path, tmp_path / ".eira", port=9))
    assert sum("is needed" in what for what in found) == 1
    assert any(what.startswith("there is no node") for what in found)
    assert any("MiB are free" in what for what in found)
    monkeypatch.setattr("os.access", lambda *_: False)
    found = levels(machine.look(tmp_path, tmp_path / ".eira", port=9))
    assert any(what.startswith("nothing can be written") for what in found)


async def test_without_anything_to_examine_this_machine_is(
    tmp_path: Path, monkeypatch: Monkey, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    assert main(["doctor"]) == 1
    assert "✗ machine: nothing runs here" in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 1
    assert '"ok": false' in capsys.readouterr().out
