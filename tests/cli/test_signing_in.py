"""Signing in to Azure for the smoke test, where nobody is signed in."""

import logging

import azure.identity
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from cli.deployment.signing_in import azure_token
from cli.errors import CommandError


class Nobody:
    """Says at length what it has tried, as the SDK does."""

    def __enter__(self) -> "Nobody":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def get_token(self, scope: str) -> AccessToken:
        logging.getLogger("azure.identity._credentials.chained").warning("tried: %s", scope)
        raise ClientAuthenticationError(message="ten ways")


def test_nobody_who_is_signed_in_is_told_what_to_do_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("EIRA_TOKEN", raising=False)
    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Nobody)
    log = logging.getLogger("azure")
    before = log.level
    try:
        with pytest.raises(CommandError, match=r"az login --scope api://eira/\.default"):
            azure_token("api://eira/")
        assert caplog.records == []
    finally:
        log.setLevel(before)
