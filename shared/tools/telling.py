"""A tool's result as the model is told it: data between marks that no text in it can write."""

import json
import re
from collections.abc import Mapping

from shared.contracts.identity import Language
from shared.contracts.wording import say

MAX_CHARACTERS = 16_000
_UNNAMED = re.compile(r"[^\w.-]")


def told(
    tool: str,
    outcome: Mapping[str, object],
    language: Language,
    limit: int = MAX_CHARACTERS,
) -> str:
    """`outcome` is a JSON object: the result, or the error. Of a long one the model is told the
    first `limit` characters, and that there were more.

    Every `<` is written as the escape by which JSON reads it back, so only we open and close the
    tag. Nothing else follows from a result: what may be called, by whom and for which tenant was
    settled before it was there (`offering`, the caller of the run).
    """
    text = json.dumps(outcome, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair is a legal JSON string, and no text that can be sent.
    text = text.encode("utf-8", "replace").decode("utf-8").replace("<", "\\u003c")
    cut = f' cut="{limit}/{len(text)}"' if len(text) > limit else ""
    name = _UNNAMED.sub("_", tool)
    note = say("tool_result_is_data", language)
    return f'{note}\n<tool_result tool="{name}"{cut}>\n{text[:limit]}\n</tool_result>'
