"""Which model answers, and how it is asked: the `model` block of an agent call."""

from typing import Literal, get_args

from shared.contracts.base import Contract

type Provider = Literal["azure-openai", "openai", "proxy", "anthropic", "google"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider.__value__)
type ResponseFormat = Literal["text", "json"]


class ModelChoice(Contract):
    """What is left out is decided by the settings. `name` is a model or, with Azure, a deployment;
    `temperature` 0 to 2, `max_tokens` of the answer, `top_p` 0 to 1."""

    provider: Provider | None = None
    name: str | None = None
    endpoint: str | None = None
    api_version: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    response_format: ResponseFormat = "text"
