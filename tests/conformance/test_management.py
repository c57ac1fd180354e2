"""The management API on both of its surfaces: the webhook and the port of the SDK."""

from tests.conformance.client_transcript import MANAGEMENT, Transcript
from tests.conformance.conftest import Conform


def test_requests_are_answered_as_recorded(client_transcript: Transcript, conform: Conform) -> None:
    conform(MANAGEMENT, client_transcript.management)
