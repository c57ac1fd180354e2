"""The app starts with the demo's settings, and with those of the sample for Azure."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from shared.settings import Settings

from .packs import Document, part, read_json

ROOT = Path(__file__).parents[2]


def read(monkeypatch: pytest.MonkeyPatch, values: Document) -> Settings:
    for name in set(os.environ):
        if "__" in name:
            monkeypatch.delenv(name)
    for name, value in values.items():
        monkeypatch.setenv(
            name,
            str(value)
            .replace("${services.", "https://")
            .replace(".url}", "")
            .replace(".httpUrl}", ""),
        )
    return Settings()


@pytest.fixture
def sample() -> Document:
    return read_json(ROOT / "local.settings.sample.json")


def test_the_settings_of_the_local_cloud_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, part(read_json(ROOT / "demo" / "cloud.json"), "appSettings"))

    assert settings.search.allowed_indexes == ("cerebro", "tramites-es", "faq-ciudadania")
    assert settings.search.message_indexes == ("cerebro",)
    assert settings.erp.base_url == "https://erp"
    assert settings.key_vault.verify_challenge_resource is False
    assert settings.auth.role_rights["operator"] == (
        "runs:read",
        "runs:operate",
        "conversations:erase",
    )
    assert len(settings.auth.tenants) == 2


def test_nothing_is_said_twice_in_the_files() -> None:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), names
        return dict(pairs)

    for file in ("demo/cloud.json", "local.settings.sample.json"):
        json.loads((ROOT / file).read_text("utf-8"), object_pairs_hook=once)


def test_the_sample_is_understood(monkeypatch: pytest.MonkeyPatch, sample: Document) -> None:
    settings = read(monkeypatch, part(sample, "Values"))

    assert settings.azure_openai.chat_deployment == "gpt-4o"
    assert settings.cosmos.database == "eira"
    assert settings.key_vault.verify_challenge_resource is True


def test_the_sample_explains_every_value_and_only_those(sample: Document) -> None:
    assert list(part(sample, "_help")) == list(part(sample, "Values"))


def test_the_sample_names_every_setting_that_is_no_secret(sample: Document) -> None:
    named = {name.lower() for name in part(sample, "Values")}
    for section, declared in Settings.model_fields.items():
        # A key for OpenAI itself is the other way to have a model; Azure is the sample's.
        if section != "openai":
            for name in settings_of(declared.annotation, str(declared.validation_alias)):
                within = any(each.startswith(f"{name}__") for each in named)
                assert name in named or within or name.endswith("apikey")


def settings_of(section: object, way: str) -> Iterator[str]:
    """The names of a section's settings, those of sections inside it too."""
    fields: dict[str, FieldInfo] = getattr(section, "model_fields", {})
    for field, info in fields.items():
        name = f"{way}__{field.replace('_', '')}"
        inner = list(settings_of(info.annotation, name))
        yield from inner or [name]


def test_the_sample_grants_the_rights_of_the_demo(sample: Document) -> None:
    demo = part(read_json(ROOT / "demo" / "cloud.json"), "appSettings")

    assert part(sample, "Values")["Auth__RoleRights"] == demo["Auth__RoleRights"]


def test_the_sample_holds_no_secret(sample: Document) -> None:
    assert not [name for name in part(sample, "Values") if name.lower().endswith("key")]
