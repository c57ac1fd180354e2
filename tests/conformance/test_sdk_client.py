"""The SDK's client: its binding, what it sends, what it is answered and what Python gets."""

from tests.conformance.client_transcript import SDK, Transcript
from tests.conformance.conftest import Conform


def test_calls_of_the_client_are_answered_as_recorded(
    client_transcript: Transcript, conform: Conform
) -> None:
    conform(SDK, [client_transcript.binding, *client_transcript.sdk])
