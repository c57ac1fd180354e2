"""ERP events that nobody will try again; the container forgets them after 30 days."""

from shared.contracts.erp import DeadLetter
from shared.stores.cosmos import CosmosContainer, CosmosDatabase


class CosmosDeadLetters:
    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "deadletters")

    async def put(self, letter: DeadLetter) -> None:
        await self._items.create(letter.wire() | {"id": letter.letter_id})
