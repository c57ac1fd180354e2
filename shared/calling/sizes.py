"""What may be said to an agent at once."""

import json
from typing import Any

from shared.contracts.conversations import MAX_CONTEXT_BYTES, MAX_MESSAGE_CHARACTERS
from shared.errors import TooLargeError


def check_sizes(message: str, context: dict[str, Any] | None) -> None:
    """Raises TooLargeError."""
    if len(message) > MAX_MESSAGE_CHARACTERS:
        raise TooLargeError("message_too_large", length=len(message), limit=MAX_MESSAGE_CHARACTERS)
    if len(json.dumps(context, ensure_ascii=False).encode()) > MAX_CONTEXT_BYTES:
        raise TooLargeError("context_too_large", limit=MAX_CONTEXT_BYTES)


def can_be_seen(message: str) -> bool:
    """Blanks, control characters and zero-width ones say nothing, however many they are."""
    return any(c.isprintable() and not c.isspace() for c in message)
