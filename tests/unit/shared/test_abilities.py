"""What a model takes, by the name of the model or of its deployment."""

import pytest

from shared.llm.abilities import FIRST_REASONING, ORDINARY, REASONING, SEARCHING, abilities_of


@pytest.mark.parametrize(
    "name",
    ["o1", "o1-2024-12-17", "o1-pro", "o3", "o3-mini", "o3-mini-2025-01-31", "o3-pro", "o4-mini",
     "gpt-5", "gpt-5-mini", "gpt-5-nano-2025-08-07", "gpt-5-codex", "gpt-5.1", "gpt-5.1-codex-mini",
     "codex-mini", "openai/o3-mini", "azure/gpt-5", "prod-o4-mini-eu", "GPT-5-Mini", "eira.o3"],
)  # fmt: skip
def test_a_reasoning_model_takes_tools_and_formats_but_no_sampling(name: str) -> None:
    assert abilities_of(name) == REASONING


@pytest.mark.parametrize("name", ["o1-mini", "o1-preview-2024-09-12", "openai/o1-mini"])
def test_the_first_reasoning_models_take_hardly_anything(name: str) -> None:
    assert abilities_of(name) == FIRST_REASONING


@pytest.mark.parametrize("name", ["gpt-4o-search-preview", "gpt-4o-mini-search-preview-2025-03-11"])
def test_a_model_that_searches_takes_no_sampling(name: str) -> None:
    assert abilities_of(name) == SEARCHING


@pytest.mark.parametrize(
    "name",
    ["gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "gpt-4-turbo", "chatgpt-4o-latest", "gpt-5-chat",
     "gpt-5-chat-latest", "gpt-5.1-chat", "gpt-50", "gpt-oss-120b", "scripted-local", "chat", "",
     "claude-sonnet-4-5", "gemini-2.5-pro", "phi-4-mini", "solo1", "o300", "turbo3",
     "eu.anthropic.claude-3-haiku", "meta.llama3-1-70b", "deepseek-r1", "o3d"],
)  # fmt: skip
def test_any_other_model_is_an_ordinary_one(name: str) -> None:
    assert abilities_of(name) == ORDINARY
