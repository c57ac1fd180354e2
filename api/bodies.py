"""Request bodies: read with a limit, parsed once, refused with the fields that are wrong."""

from azurefunctions.extensions.http.fastapi import Request
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from api.json_text import check_json
from shared.calling.refusing import invalid
from shared.contracts.base import Inbound
from shared.contracts.field_faults import field_problems
from shared.contracts.identity import Language
from shared.errors import (
    InvalidRequestError,
    RequestError,
    TooLargeError,
    UnsupportedMediaTypeError,
)

MAX_BODY_BYTES = 256 * 1024
JSON = ("application/json",)


async def read_body(request: Request) -> bytes:
    """Raises TooLargeError before more than the limit is kept; RequestError for a body whose sender
    has gone away."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise TooLargeError("body_too_large", limit=MAX_BODY_BYTES)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TooLargeError("body_too_large", limit=MAX_BODY_BYTES)
    except ClientDisconnect as error:
        raise RequestError("not_json") from error
    return bytes(body)


def parse[T: Inbound](
    model: type[T],
    request: Request,
    body: bytes,
    language: Language,
    media_types: tuple[str, ...] = JSON,
) -> T:
    """Raises UnsupportedMediaTypeError, InvalidRequestError."""
    media_type = request.headers.get("content-type", media_types[0]).partition(";")[0]
    if media_type.strip().lower() not in media_types:
        raise UnsupportedMediaTypeError("unsupported_media_type", allowed=", ".join(media_types))
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # Nothing is unpacked: a small body could become a very large one.
        raise UnsupportedMediaTypeError("unsupported_encoding")
    body = body or b"{}"
    check_json(body, language)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        try:
            sent = from_json(body)
        except ValueError:
            # Half a surrogate pair, say: one parser takes it, no answer could be written with it.
            raise RequestError("not_json") from error
        raise InvalidRequestError(field_problems(error, language, sent)) from error


def whole_number(text: str, pointer: str, least: int, most: int, language: Language) -> int:
    """A number from the query or a header. Raises InvalidRequestError."""
    # int() refuses texts of several thousand digits, so the length is looked at first.
    if text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    raise invalid(pointer, "field_number", language, least=least, most=most)
