"""Which documents a filter leaves, as the local search service reads it: with a parser not ours."""

from collections.abc import Sequence

import numpy as np

from emulator.services.search.columns import Column, Mask
from emulator.services.search.filters import Filters, FullText
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.parsing import parse_definition
from shared.search.fields import FIELDS

DEFINITION = parse_definition(
    {
        "name": "filtered",
        "fields": [
            {"name": one.name, "type": one.type, "key": one.key, "filterable": one.filterable}
            for one in FIELDS.values()
        ],
    }
)


def kept(documents: Sequence[JsonObject], text: str) -> list[int]:
    """The positions of the documents that pass; raises the service's error for a filter it
    refuses. A search inside the filter matches nothing."""
    columns = {one.name: Column(one) for one in DEFINITION.fields}
    for row, document in enumerate(documents):
        for name, column in columns.items():
            nothing: Json = [] if column.definition.collection else None
            column.put(row, document.get(name, nothing))

    def no_match(part: FullText) -> Mask:
        return np.zeros(len(documents), dtype=np.bool_)

    mask = Filters(columns).mask(text, len(documents), no_match)
    return [int(row) for row in np.flatnonzero(mask)]
