"""placeholder"""

from emulator.services.embedding import Embedder
from emulator.services.search.index import SearchIndex
from emulator.services.search.request import SearchRequest
from emulator.services.search.response import Reranked
from emulator.services.search.retrieval import Ranking


class SemanticRanker:
    def __init__(self, embedder: Embedder) -> None:
        pass

    async def rerank(
        self, index: SearchIndex, request: SearchRequest, ranking: Ranking
    ) -> tuple[Ranking, Reranked]:
        return ranking, Reranked()
