"""From OpenAI's chat completions to a call of an agent, and the run's answer back."""

from collections.abc import Sequence

from api.identifiers import born_at
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen
from shared.contracts.agents import AGENT_PROFILES, AgentProfile, Spoken
from shared.contracts.chat import MAX_SYSTEM_PROMPT_CHARACTERS, ModelBlock, PostChat
from shared.contracts.completions import (
    Choice,
    Completion,
    CompletionMessage,
    CompletionUsage,
    Finish,
    PostCompletion,
    Said,
)
from shared.contracts.conversations import MAX_CONTEXT_BYTES
from shared.contracts.identity import Language
from shared.contracts.runs import FinishReason, RunAnswer, Usage
from shared.contracts.search import SearchIntent
from shared.errors import TooLargeError

INSTRUCTIONS = ("system", "developer")


def chat_of(posted: PostCompletion, language: Language) -> PostChat:
    """The call. Raises InvalidRequestError for what has no meaning here."""
    _refuse_tools(posted, language)
    profile, model = _asked_for(posted.model)
    as_json = posted.response_format is not None and posted.response_format.type == "json_object"
    return PostChat(
        session_id=posted.user or "",
        message=_message(posted.messages, language),
        system_prompt=instructions(
            [each.text for each in posted.messages if each.role in INSTRUCTIONS], language
        ),
        agent_profile=profile,
        on_disconnect=posted.on_disconnect,
        search=SearchIntent(mode="hybrid") if profile == "rag" else None,
        model=ModelBlock(
            name=model,
            temperature=posted.temperature,
            top_p=posted.top_p,
            max_tokens=posted.max_completion_tokens or posted.max_tokens,
            response_format="json" if as_json else "text",
        ),
    )


def history_of(messages: Sequence[CompletionMessage]) -> tuple[Spoken, ...]:
    """What was said before the last message. Raises TooLargeError."""
    return bounded(
        [
            Spoken(role=each.role, content=each.text)
            for each in messages[:-1]
            if (each.role == "user" or each.role == "assistant") and can_be_seen(each.text)
        ]
    )


def bounded(spoken: Sequence[Spoken]) -> tuple[Spoken, ...]:
    """As large as a context may be. Raises TooLargeError."""
    if sum(len(each.content.encode()) for each in spoken) > MAX_CONTEXT_BYTES:
        raise TooLargeError("history_too_large", limit=MAX_CONTEXT_BYTES)
    return tuple(spoken)


def _refuse_tools(posted: PostCompletion, language: Language) -> None:
    for name in ("tools", "functions"):
        if getattr(posted, name):
            raise invalid(f"/{name}", "field_tools_of_client", language)


def _asked_for(name: str) -> tuple[AgentProfile, str | None]:
    first, _, rest = name.partition("/")
    for profile in AGENT_PROFILES:
        if first == profile:
            return profile, rest or None
    return "normal", name


def _message(messages: Sequence[CompletionMessage], language: Language) -> str:
    last = messages[-1]
    place = f"/messages/{len(messages) - 1}"
    if last.role != "user":
        raise invalid(f"{place}/role", "field_last_is_users", language)
    if not can_be_seen(last.text):
        raise invalid(f"{place}/content", "field_blank", language)
    return last.text


def instructions(told: Sequence[str], language: Language) -> str | None:
    """All that tells the agents how to work, as one text. Raises InvalidRequestError when it is
    longer than a system prompt may be."""
    text = "\n\n".join(each for each in told if can_be_seen(each))
    if len(text) > MAX_SYSTEM_PROMPT_CHARACTERS:
        raise invalid(
            "/messages", "field_instructions_too_long", language,
            max_length=MAX_SYSTEM_PROMPT_CHARACTERS,
        )  # fmt: skip
    return text or None


# --- the answer -----------------------------------------------------------------------------------


def completion_of(answer: RunAnswer, model: str) -> Completion:
    said = Said(role="assistant", content=answer.text, refusal=None)
    finish = finish_of(answer.finish_reason)
    return Completion(
        id=completion_id(answer.run_id),
        object="chat.completion",
        created=created(answer.run_id),
        model=model,
        choices=(Choice(index=0, message=said, logprobs=None, finish_reason=finish),),
        usage=usage_of(answer.usage),
        citations=answer.citations,
    )


def completion_id(run_id: str) -> str:
    return f"chatcmpl-{run_id}"


def created(run_id: str) -> int:
    """When the run was made, in seconds since 1970: the same however often it is told."""
    at = born_at(run_id)
    return int(at.timestamp()) if at else 0


def finish_of(reason: FinishReason | None) -> Finish:
    return "length" if reason == "length" else "stop"


def usage_of(usage: Usage) -> CompletionUsage:
    return CompletionUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.total_tokens,
    )
