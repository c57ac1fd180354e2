"""The `next` of a page, which is the `after` of the following one."""

import re
from base64 import b64decode, urlsafe_b64encode

from api.bodies import invalid
from api.edge import Call
from shared.contracts.paging import ListPlace

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
