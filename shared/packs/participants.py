"""What must hold of those who may take part in an agent call."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.contracts.agents import ParticipantContract
from shared.contracts.identity import Language
from shared.packs.declared import Declared
from shared.packs.problems import Problem


def participant_problems(
    participants: Mapping[str, Declared[ParticipantContract]],
    languages: Sequence[Language],
    tools: Collection[str],
    prompts: Collection[str],
) -> Iterator[Problem]:
    """By the name of the file; `tools` and `prompts` are those that the pack names."""
    called: dict[str, str] = {}
    for name, declared in participants.items():
        yield from _own_problems(name, declared, languages, tools, prompts)
        content, file = declared.content, declared.file
        if content.critic is not None and not _is_critic(content.critic, participants):
            what = f"{content.critic!r} is no participant of kind 'critic'"
            yield file.problem(("critic",), what, "name one of this pack")
        for alias in dict.fromkeys((name, *content.aliases)):
            other = called.setdefault(alias.casefold(), name)
            if other != name:
                what = f"{alias!r} already means {other}"
                yield file.problem(("aliases",), what, "give each its own")


def _own_problems(
    name: str,
    declared: Declared[ParticipantContract],
    languages: Sequence[Language],
    tools: Collection[str],
    prompts: Collection[str],
) -> Iterator[Problem]:
    content, file = declared.content, declared.file
    if content.name != name:
        what = f"name is {content.name!r} in a file called {name!r}"
        yield file.problem(("name",), what, "give both the same name")
    if content.prompt not in prompts:
        what = f"no such prompt: {content.prompt}"
        yield file.problem(("prompt",), what, "correct the name or add the prompt")
    for position, tool in enumerate(content.tools):
        if tool not in tools:
            what = f"no such tool: {tool}"
            yield file.problem(("tools", position), what, "correct the name or add the tool")
    for language in languages:
        if not content.description.get(language):
            what = f"description has no text in {language!r}"
            yield file.problem(("description",), what, "write it")


def _is_critic(name: str, participants: Mapping[str, Declared[ParticipantContract]]) -> bool:
    there = participants.get(name)
    return there is not None and there.content.kind == "critic"
