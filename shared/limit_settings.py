"""The sections of the settings that bound what people may say and ask for."""

from typing import Literal, Self

from pydantic import Field, model_validator

from shared.sections import Section, Url


class ModerationSettings(Section):
    """Who judges what is said in agent calls: `content-safety` (Azure AI Content Safety at
    `endpoint`; without a key the managed identity is used), `openai` (the key of `OpenAI__`), or
    nobody. `severity` of a category (1 to 7) from which a text is blocked, `strict_severity` where
    the call asks for strict moderation; with OpenAI its own judgement, and `strict_score`.
    `allow_off`: a call may do without.
    """

    provider: Literal["content-safety", "openai", "none"] = "none"
    endpoint: Url | None = None
    api_key: str | None = Field(default=None, repr=False)
    model: str = "omni-moderation-latest"
    severity: int = Field(default=4, ge=1, le=7)
    strict_severity: int = Field(default=2, ge=1, le=7)
    strict_score: float = Field(default=0.2, gt=0, le=1)
    timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    allow_off: bool = False

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.provider == "content-safety" and self.endpoint is None:
            raise ValueError("Endpoint is missing, and Provider is content-safety")
        return self


class FlowSettings(Section):
    """What one run of a flow may take, besides what each of its agents may: `seconds` of work
    (waiting for people does not count), `tokens` of all its agents, `answer_hours` that a question
    waits for its answer; fewer than Durable keeps what it knows of a run."""

    seconds: float = Field(default=3_600.0, ge=60, le=86_400)
    tokens: int = Field(default=1_000_000, ge=15_000, le=100_000_000)
    answer_hours: float = Field(default=72.0, ge=0.1, le=144)


class QuotaSettings(Section):
    """Runs that one session, user or tenant may start in an hour, tokens that a user or tenant may
    use in a day (UTC), and runs they may have under way at the same time; 0 is no limit."""

    session_per_hour: int = Field(default=60, ge=0)
    user_per_hour: int = Field(default=0, ge=0)
    tenant_per_hour: int = Field(default=0, ge=0)
    user_tokens_per_day: int = Field(default=0, ge=0)
    tenant_tokens_per_day: int = Field(default=0, ge=0)
    user_runs: int = Field(default=0, ge=0)
    tenant_runs: int = Field(default=0, ge=0)
