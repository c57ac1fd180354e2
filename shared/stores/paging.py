"""Reading a page of a list from a query that gives the newest first."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from shared.contracts.paging import ListPlace
from shared.stores.cosmos import Item

END_OF_TIME = "~"
"""Sorts behind every time and every id."""
ANYWHERE = ListPlace(END_OF_TIME, END_OF_TIME)


async def newest(
    items: AsyncGenerator[Item],
    place_of: Callable[[Item], ListPlace],
    behind: ListPlace,
    limit: int,
    wanted: Callable[[Item], bool] = lambda _: True,
) -> list[Item]:
    """The first `limit` items behind a place. Those of one moment come in any order, so all of them
    are read or none."""
    found: list[tuple[str, str, Item]] = []
    async with aclosing(items):
        async for item in items:
            place = place_of(item)
            if len(found) >= limit and place.moment != found[-1][0]:
                break
            if (place.moment, place.id) < (behind.moment, behind.id) and wanted(item):
                found.append((place.moment, place.id, item))
    found.sort(key=lambda each: each[:2], reverse=True)
    return [item for *_, item in found[:limit]]
