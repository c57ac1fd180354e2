"""A bearer token for the app: of a demo user here, of whoever is signed in to Azure there."""

import logging
import os

from cli.errors import CommandError

GIVEN = "EIRA_TOKEN"
"""A token that somebody else has fetched goes before all others."""
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""Its client id, the same everywhere: what an app registration lets in by itself."""


def azure_token(audience: str) -> str:
    """Of `az login`, `azd auth login`, a workload or a managed identity. Raises CommandError."""
    if token := os.environ.get(GIVEN):
        return token
    # Half a second to import, which other commands need not take.
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import DefaultAzureCredential

    # It logs each way that it tried, and the one thing to do is said below.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        with DefaultAzureCredential() as credential:
            return credential.get_token(f"{audience.rstrip('/')}/.default").token
    except ClientAuthenticationError:
        # Its message tells ten ways that were tried, and none that leads on.
        raise CommandError(
            f"nobody who is signed in here gets a token for {audience}. Sign in with "
            f"`az login --scope {audience.rstrip('/')}/.default`; if Azure asks for consent, the "
            f"app registration has to know the Azure CLI ({AZURE_CLI}): Expose an API, Add a "
            f"client application. Or put a token of your own into {GIVEN}."
        ) from None
