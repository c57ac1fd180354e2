"""What a model takes of a request, told by its name."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abilities:
    """`sampling`: temperature and top_p. `system`: messages that instruct it. `tools`: functions,
    and `formats`: answers of a schema, or in JSON, that the service holds it to."""

    sampling: bool = True
    system: bool = True
    tools: bool = True
    formats: bool = True


ORDINARY = Abilities()
REASONING = Abilities(sampling=False)
FIRST_REASONING = Abilities(sampling=False, system=False, tools=False, formats=False)
SEARCHING = Abilities(sampling=False, tools=False)

_FAMILIES: tuple[tuple[str, Abilities], ...] = (
    (r"o1-(?:mini|preview)", FIRST_REASONING),
    # A chat model in spite of its name: it does not reason, and takes a temperature.
    (r"gpt-5(?:\.\d+)?-chat", ORDINARY),
    (r"o[134]", REASONING),
    (r"gpt-5(?:\.\d+)?", REASONING),
    (r"codex-mini", REASONING),
    (r"gpt-4o(?:-mini)?-search-preview", SEARCHING),
)
_KNOWN = tuple(
    (re.compile(rf"(?<![a-z0-9]){family}(?![a-z0-9])"), abilities)
    for family, abilities in _FAMILIES
)


def abilities_of(model: str) -> Abilities:
    """By the family that `model` names, also inside a longer name: `openai/o3-mini` of a gateway,
    `prod-gpt-5-mini` of a deployment. A name that tells nothing is that of an ordinary model.

    A reasoning model needs no `developer` message: it is told system messages as such. Sources:
    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning (what is not supported) and
    https://community.openai.com/t/1110750/7 (what each model refuses).
    """
    lower = model.lower()
    return next((abilities for family, abilities in _KNOWN if family.search(lower)), ORDINARY)


_CLAUDE_SAMPLED = re.compile(
    r"claude-(?:3-|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:-\d{8})?(?:-v\d+(?::\d+)?|@\d+)?$)"
)


def claude_is_sampled(model: str) -> bool:
    """Whether a Claude takes a temperature, or a top_p, but not both: those since Opus 4.7 take
    neither (https://platform.claude.com/docs/en/models/sonnet-5-5/migration-guide)."""
    return _CLAUDE_SAMPLED.search(model.lower()) is not None
