"""Content Safety, seen by the real client with the production credential."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.ai.contentsafety.aio import ContentSafetyClient
from azure.ai.contentsafety.models import AnalyzeTextOptions, TextCategory
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity.aio import DefaultAzureCredential

from emulator.services.configuration import ConfigurationError
from emulator.services.contentsafety.app import LONGEST_TEXT, create_app
from emulator.services.contentsafety.words import WordLists
from emulator.services.serving import RunningService
from emulator.tests.services.conftest import AzureEnvironment, StartService

KEY = "made-up-key"
LISTS = {"Violence": {"5": ["pólvora casera"], "2": ["pelea"]}, "Hate": {"2": ["pelea sucia"]}}


@pytest.fixture
async def service(start_service: StartService, tmp_path: Path) -> RunningService:
    words = tmp_path / "words.json"
    words.write_text(json.dumps(LISTS), "utf-8")
    return await start_service(create_app, "contentsafety", {"words": str(words), "keys": [KEY]})


@pytest.fixture
async def client(
    service: RunningService, azure_environment: AzureEnvironment
) -> AsyncIterator[ContentSafetyClient]:
    async with (
        DefaultAzureCredential() as credential,
        ContentSafetyClient(service.url, credential) as opened,
    ):
        yield opened


async def severities(client: ContentSafetyClient, text: str, **more: str) -> dict[str, int]:
    found = await client.analyze_text(AnalyzeTextOptions({"text": text, **more}))
    return {str(each.category): each.severity or 0 for each in found.categories_analysis}


async def test_a_harmless_text_has_no_severity(client: ContentSafetyClient) -> None:
    harmless = dict.fromkeys(("Hate", "SelfHarm", "Sexual", "Violence"), 0)
    assert await severities(client, "Crea una tarea; peleas no.") == harmless


async def test_the_worst_expression_counts_whatever_its_case_and_accents(
    client: ContentSafetyClient,
) -> None:
    found = await severities(client, "Una PELEA, y polvora  casera.")
    assert (found["Violence"], found["Hate"]) == (4, 0)
    exact = await severities(client, "pólvora casera", outputType="EightSeverityLevels")
    assert exact["Violence"] == 5


async def test_only_the_categories_that_were_asked_for_are_told(
    client: ContentSafetyClient,
) -> None:
    options = AnalyzeTextOptions(text="pelea sucia", categories=[TextCategory.HATE])
    found = await client.analyze_text(options)
    assert [(each.category, each.severity) for each in found.categories_analysis] == [("Hate", 2)]


@pytest.mark.parametrize(
    "options",
    [{"text": ""}, {"text": "x" * (LONGEST_TEXT + 1)}, {"text": "x", "outputType": "Ten"},
     {"text": "x", "categories": ["Rudeness"]}],
)  # fmt: skip
async def test_a_wrong_request_is_refused(
    client: ContentSafetyClient, options: dict[str, object]
) -> None:
    with pytest.raises(HttpResponseError) as refused:
        await client.analyze_text(AnalyzeTextOptions(options))
    assert refused.value.status_code == 400
    assert refused.value.error is not None
    assert refused.value.error.code == "InvalidRequestBody"


async def test_a_key_is_taken_and_a_wrong_one_is_not(
    service: RunningService, azure_environment: AzureEnvironment
) -> None:
    async with ContentSafetyClient(service.url, AzureKeyCredential(KEY)) as client:
        assert (await severities(client, "pelea"))["Violence"] == 2
    async with ContentSafetyClient(service.url, AzureKeyCredential("other")) as client:
        with pytest.raises(ClientAuthenticationError):
            await client.analyze_text(AnalyzeTextOptions(text="pelea"))


@pytest.mark.parametrize(
    "lists",
    [{"Rudeness": {}}, {"Hate": {"8": ["x"]}}, {"Hate": {"2": "x"}}, {"Hate": {"2": ["…"]}}],
)
def test_wrong_lists_stop_the_start(lists: dict[str, object], tmp_path: Path) -> None:
    words = tmp_path / "words.json"
    words.write_text(json.dumps(lists), "utf-8")
    with pytest.raises(ConfigurationError, match=str(words)):
        WordLists.read(words)
