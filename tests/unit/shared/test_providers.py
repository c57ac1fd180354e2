"""A provider whose packages are missing stops the start, and says which to install."""

import sys

import pytest

from shared.errors import ConfigurationError
from shared.extras import check_installed
from shared.model_settings import AiModelsSettings, AiSettings, AnthropicSettings, GoogleSettings
from shared.settings import Settings
from tests.unit.shared.test_settings import COMPLETE


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return Settings().model_copy(
        update={
            "anthropic": AnthropicSettings(api_key="made-up"),
            "google": GoogleSettings(api_key="made-up"),
        }
    )


def naming(settings: Settings, ai: AiSettings) -> Settings:
    return settings.model_copy(update={"ai": ai})


@pytest.mark.parametrize(
    ("ai", "module", "extra"),
    [
        (AiSettings(allowed_providers=("anthropic",)), "anthropic", "requirements-anthropic.txt"),
        (AiSettings(allowed_providers=("google",)), "google.genai", "requirements-google.txt"),
        (
            AiSettings(models=AiModelsSettings(fallback=("google:gemini-x",))),
            "google.genai",
            "requirements-google.txt",
        ),
    ],
)
def test_missing_packages_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ai: AiSettings, module: str, extra: str
) -> None:
    check_installed(naming(settings, ai))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=extra):
        check_installed(naming(settings, ai))


def test_packages_for_a_credential_profile_are_needed_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(ConfigurationError, match=r"requirements-anthropic\.txt"):
        check_installed(settings, {"anthropic", "ai_search"})


def test_packages_that_nobody_asks_for_may_be_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("anthropic", "google.genai"):
        monkeypatch.setitem(sys.modules, module, None)
    check_installed(settings)


def test_models_to_fall_back_on_are_named_by_provider_or_are_the_apps_own() -> None:
    named = AiModelsSettings(fallback=("gpt-4o-mini", "proxy:meta.llama3-1:0", "google:gemini-x"))
    assert named.chain == (
        (None, "gpt-4o-mini"),
        ("proxy", "meta.llama3-1:0"),
        ("google", "gemini-x"),
    )
    assert AiModelsSettings(fallback=("anthropic.claude-v1:0",)).chain == (
        (None, "anthropic.claude-v1:0"),
    )
