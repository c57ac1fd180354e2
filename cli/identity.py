"""Asks the local identity service for a demo user's token."""

from .errors import CommandError
from .running import Running
from .web import StatusError, UnreachableError, send_for_json

TIMEOUT_SECONDS = 10.0


def fetch_token(running: Running, user: str) -> str:
    """A fresh bearer token for the app; raises `CommandError` for a user who is not there."""
    url = running.services.get("identity")
    if url is None:
        raise CommandError("no local identity service runs, so tokens come from the real one.")
    try:
        answer = send_for_json(
            "POST",
            f"{url}/_emulator/token",
            body={"user": user},
            timeout=TIMEOUT_SECONDS,
            ca_file=running.ca_file,
        )
    except UnreachableError as error:
        raise CommandError(f"the identity service at {url} does not answer ({error}).") from None
    except StatusError as error:
        # For an unknown user the service names those that there are.
        reason = error.document.get("error_description", error)
        raise CommandError(f"the identity service gives no token: {reason}") from None
    return str(answer["access_token"])
