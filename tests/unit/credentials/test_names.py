"""How a reference becomes a name in Key Vault, and what is no reference."""

import pytest

from shared.credentials.names import collision, setting_name, vault_name


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("kv://openai/prod-key", "openai-prod-key"),
        ("secrets/search-prod-key", "search-prod-key"),
        ("kv://secrets/api-key", "api-key"),
        ("kv://a/b/c", "a-b-c"),
        ("kv://key", "key"),
    ],
)
def test_slashes_become_hyphens(reference: str, name: str) -> None:
    assert vault_name(reference) == name


@pytest.mark.parametrize(
    "written",
    [
        "sk-proj-0123456789abcdef",
        "search-prod-key",
        "kv://",
        "kv:///x",
        "kv://a//b",
        "kv://a/",
        "kv://a_b",
        "kv://a/../b",
        "kv://a?b",
        "secrets/",
        "https://v.vault.azure.net/secrets/a",
        f"kv://{'a' * 128}",
        "kv://a\n",
    ],
)
def test_a_bare_word_is_no_reference_as_it_could_be_the_secret(written: str) -> None:
    assert vault_name(written) is None


def test_two_references_that_would_be_one_secret_are_told() -> None:
    assert collision(["kv://openai/key", "kv://openai-key"]) == (
        "kv://openai/key",
        "kv://openai-key",
    )
    assert collision(["kv://a/b-c", "secrets/x", "kv://A-b/c"]) == ("kv://a/b-c", "kv://A-b/c")


def test_spellings_of_one_reference_are_no_collision() -> None:
    assert collision(["kv://secrets/api-key", "secrets/api-key", "kv://api-key"]) is None
    assert collision(["kv://a", "kv://A", "kv://b", "nonsense"]) is None


def test_a_setting_is_known_in_both_spellings_of_the_plan() -> None:
    assert setting_name("AzureSearch:ApiKey") == setting_name("AZURESEARCH__APIKEY")
