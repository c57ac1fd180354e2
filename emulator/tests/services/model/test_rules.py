"""Rule folders: what is wrong in them is said; scenarios come first; tokens are exact."""

from pathlib import Path

import pytest

from emulator.services.configuration import ConfigurationError
from emulator.services.model.engine.patterns import PatternError, compiled, expanded
from emulator.services.model.engine.reply import TextReply
from emulator.services.model.engine.rules import Rules, load_rules
from emulator.services.model.engine.writer import Engine
from emulator.services.model.requests import parse_chat_request
from emulator.services.model.tokeniser import token_count, tokens_of

SCENARIO = r"""
- name: long
  when: { message: '\[\[(?P<n>\d+)\]\]' }
  tokens: n
  text: one two three
- name: fixed
  when: { message: '^ping$' }
  text: pong
"""


def _rules(folder: Path, scenarios: str) -> Rules:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "some.yaml").write_text(scenarios, "utf-8")
    return load_rules(folder)


def _said(rules: Rules, text: str) -> str:
    request = parse_chat_request({"messages": [{"role": "user", "content": text}]})
    reply = Engine(rules).reply(request)
    assert isinstance(reply, TextReply)
    return reply.text


@pytest.mark.parametrize("wanted", [1, 7, 300])
def test_a_scenario_has_as_many_tokens_as_the_message_asks_for(tmp_path: Path, wanted: int) -> None:
    text = _said(_rules(tmp_path, SCENARIO), f"please [[{wanted}]]")

    assert token_count(text) == wanted


def test_a_fixed_scenario_answers_its_text(tmp_path: Path) -> None:
    assert _said(_rules(tmp_path, SCENARIO), "ping") == "pong"


def test_without_rules_the_model_says_what_it_is() -> None:
    assert _said(Rules(), "what is this?").startswith("I am a scripted local model")


def test_tokens_join_to_the_text_again() -> None:
    text = "Hola,  ¿qué tal?\n\n- uno: 92,40 euros [2]."

    assert "".join(tokens_of(text)) == text


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.yaml", "tags: {today: today}", "tasks"),
        ("a.yaml", "- list", "sections"),
        ("a.yaml", "tags: [", "YAML"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: str, complaint: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")

    with pytest.raises(ConfigurationError, match=complaint):
        load_rules(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_rules(tmp_path / "nowhere")


@pytest.mark.parametrize("pattern", ["{nobody}", "(open"])
def test_a_pattern_that_cannot_be_compiled_is_shown(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"nobody|open"):
        compiled(expanded(pattern, {}))
