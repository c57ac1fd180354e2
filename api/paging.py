"""Lists in pages: the `next` of one, which is the `after` of the following; words looked for."""

import re
from base64 import b64decode, urlsafe_b64encode

from api.edge import Call
from shared.calling.refusing import invalid
from shared.contracts.paging import ListPlace

MAX_SEARCH_CHARACTERS = 200
PLACE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]{15}\+00:00) ([A-Za-z0-9_-]{1,100})", re.ASCII)


def cursor_of(place: ListPlace) -> str:
    text = f"{place.moment} {place.id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(call: Call) -> ListPlace | None:
    """Where the request goes on. Raises InvalidRequestError for what `cursor_of` never gave out."""
    cursor = call.request.query_params.get("after")
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError:
        text = ""
    if (found := PLACE.fullmatch(text)) is None:
        raise invalid("/after", "field_page", call.language)
    return ListPlace(found[1], found[2])


def searched_words(call: Call) -> str | None:
    """What names are searched for (`q`); nothing but blanks is found in all of them. Raises
    InvalidRequestError."""
    text = call.request.query_params.get("q", "")
    if len(text) > MAX_SEARCH_CHARACTERS:
        raise invalid(
            "/q", "field_string_too_long", call.language, max_length=MAX_SEARCH_CHARACTERS
        )
    return text.strip() or None
