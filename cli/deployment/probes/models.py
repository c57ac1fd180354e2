"""The models: whether each deployment answers, and what the one of the app is able to do."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import (
    ACCOUNT_KIND,
    DENIED,
    MISSING,
    MODELS,
    Need,
    failed_at,
    status_of,
)
from cli.deployment.subject import Subject
from shared.bootstrap import build_models
from shared.contracts.models import ModelChoice
from shared.errors import (
    AppError,
    ConfigurationError,
    DependencyError,
    NotAllowedError,
)
from shared.llm.abilities import abilities_of
from shared.ports import Completion, Model, ModelMessage, ModelRequest, Models
from shared.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

AREA = "models"
MEASURING_SECONDS = 20.0
"""The search waits for it."""
FEW_TOKENS = 16
"""Enough for a word; a reasoning model needs some before it has said any."""
THINKING_TOKENS = 512
SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
WRONG = 400
REFERENCE = "@Microsoft.KeyVault("


async def measured(settings: Settings, credential: "AsyncTokenCredential") -> int | None:
    """How many numbers the vectors of the embedding model have; None when it gives none."""
    models = build_models(settings, credential)
    try:
        async with asyncio.timeout(MEASURING_SECONDS):
            return len((await _own(models, settings).embed(["Cerebro"]))[0])
    except (AppError, TimeoutError):
        return None
    finally:
        await models.close()


async def look(subject: Subject) -> list[Finding]:
    models = build_models(subject.settings, subject.credential)
    try:
        return await examined(models, subject)
    finally:
        await models.close()


async def examined(models: Models, subject: Subject) -> list[Finding]:
    """The app's own model, then all others that the settings name, side by side."""
    found = await asyncio.gather(
        _chat(models, subject),
        _embeddings(models, subject),
        *(_another(models, each, subject) for each in others(subject.settings)),
    )
    return [finding for some in found for finding in some]


def others(settings: Settings) -> Sequence[ModelChoice]:
    """What calls may be given besides the app's own: the settings' names, each once."""
    named = settings.ai.models
    chain = [(provider or settings.provider, name) for provider, name in named.chain]
    own = [(settings.provider, name) for name in (named.default, named.reasoning) if name]
    default = [(each, None) for each in settings.ai.allowed_providers if each != settings.provider]
    every = dict.fromkeys((*own, *chain, *default))
    every.pop((settings.provider, settings.chat_model), None)
    return [ModelChoice(provider=provider, name=name) for provider, name in every]


def _own(models: Models, settings: Settings) -> Model:
    choice = ModelChoice(provider=settings.provider, name=settings.chat_model)
    return models.get(choice, patient=False)


async def _chat(models: Models, subject: Subject) -> list[Finding]:
    settings = subject.settings
    name = settings.chat_model
    tried = f"one word asked of {name} ({settings.provider})"
    try:
        answer = await _own(models, settings).complete(_request(_kind(settings)))
    except DependencyError as failed:
        return [await _failed(tried, failed, subject, name, "ChatDeployment", "ChatModel")]
    found = [ok(AREA, f"{name} answers{f', as {answer.model}' if answer.model else ''}")]
    found += _misnamed(settings, answer)
    return [*found, await _structured(models, subject)]


def _misnamed(settings: Settings, answer: Completion) -> list[Finding]:
    """A reasoning model is asked otherwise than others, and told by its name."""
    name, kind = settings.chat_model, _kind(settings)
    if not answer.model or abilities_of(kind) == abilities_of(answer.model):
        return []
    example = json.dumps({name: answer.model})
    what = f"{name} is taken for {kind}, and runs {answer.model}, which takes other parameters"
    return [error(AREA, what, "the name in its answer", f"set AI__Deployments={example}")]


async def _structured(models: Models, subject: Subject) -> Finding:
    name = subject.settings.chat_model
    tried = f"an answer of a JSON schema asked of {name}"
    try:
        request = _request(_kind(subject.settings), SCHEMA)
        answer = await _own(models, subject.settings).complete(request)
        held = isinstance(json.loads(answer.text)["ok"], bool)
    except DependencyError as failed:
        return await _failed(tried, failed, subject, name, "ChatDeployment", "ChatModel")
    except (ValueError, KeyError, TypeError):
        held = False
    if not held:
        what = f"{name} does not keep to a JSON schema, and every plan needs one"
        return error(AREA, what, tried, "deploy a model with structured outputs: docs/models.md")
    return ok(AREA, f"{name} keeps to a JSON schema")


async def _embeddings(models: Models, subject: Subject) -> list[Finding]:
    settings = subject.settings
    name, wanted = settings.embeddings, settings.search.dimensions
    tried = f"one word embedded by {name}"
    try:
        (vector,) = await _own(models, settings).embed(["Cerebro"])
    except DependencyError as failed:
        if wanted and status_of(failed) == WRONG:
            what = f"{name} does not give the {wanted} dimensions that it is asked for"
            mend = "set Search__Dimensions to what it has, or leave it out; ./eira cerebro reindex"
            return [error(AREA, what, tried, mend)]
        named = ("EmbeddingsDeployment", "EmbeddingsModel")
        return [await _failed(tried, failed, subject, name, *named)]
    if wanted and len(vector) != wanted:
        what = f"{name} gives {len(vector)} dimensions, not {wanted}"
        mend = f"set Search__Dimensions={len(vector)}, then ./eira cerebro reindex"
        return [error(AREA, what, tried, mend)]
    return [ok(AREA, f"{name} embeds, with {len(vector)} dimensions")]


async def _another(models: Models, choice: ModelChoice, subject: Subject) -> list[Finding]:
    """One that calls may name: without it the app works."""
    name = f"{choice.provider}{f':{choice.name}' if choice.name else ''}"
    tried = f"one word asked of {name}"
    try:
        await models.get(choice, patient=False).complete(_request(choice.name or ""))
    except (DependencyError, ConfigurationError, NotAllowedError) as failed:
        said = str(failed) if isinstance(failed, DependencyError) else "it cannot be asked at all"
        mend = "take it from AI__AllowedProviders and AI__Models__…, or set what it needs"
        return [warning(AREA, f"{name}: {said}", tried, mend)]
    return [ok(AREA, f"{name} answers")]


def _request(kind: str, schema: dict[str, object] | None = None) -> ModelRequest:
    thinks = not abilities_of(kind).sampling
    return ModelRequest(
        messages=(ModelMessage("user", 'Say "ok".' if schema is None else "Is this a test?"),),
        schema=schema,
        max_tokens=THINKING_TOKENS if thinks else FEW_TOKENS,
    )


def _kind(settings: Settings) -> str:
    """The model that the app's deployment is taken for."""
    return settings.ai.deployments.get(settings.chat_model, settings.chat_model)


async def _failed(
    tried: str, failed: DependencyError, subject: Subject, name: str, deployment: str, model: str
) -> Finding:
    settings, status = subject.settings, status_of(failed)
    azure = settings.azure_openai
    setting = f"AzureOpenAI__{deployment}" if azure.endpoint else f"OpenAI__{model}"
    key, key_name = (
        (azure.api_key, "AzureOpenAI__ApiKey")
        if azure.endpoint
        else (settings.openai.api_key, "OpenAI__ApiKey")
    )
    if key and key.startswith(REFERENCE):
        what = f"{key_name} is a reference to Key Vault, which only Azure follows"
        return warning(AREA, what, tried, "the finding on keyvault says whether it is there")
    if status == MISSING:
        what = f"there is no deployment or model {name}"
        return error(AREA, what, tried, f"set {setting}", _listing(subject))
    if key and status in DENIED:
        what = f"it answers {status}: the key in {key_name} is refused"
        return error(AREA, what, tried, f"set {key_name} anew")
    need = Need(MODELS, ACCOUNT_KIND, azure.endpoint or "", for_people=True)
    return await failed_at(AREA, tried, failed, subject, need if azure.endpoint else None)


def _listing(subject: Subject) -> str:
    endpoint = subject.settings.azure_openai.endpoint
    if not endpoint:
        return "the provider's list of models says which there are"
    name = Need(MODELS, ACCOUNT_KIND, endpoint).name
    group = subject.place.value("AZURE_RESOURCE_GROUP", "<resource group>")
    return f"az cognitiveservices account deployment list -g {group} -n {name} says which there are"
