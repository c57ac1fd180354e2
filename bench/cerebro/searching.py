"""Searching as agents do: the product's own tool, with the settings in the environment."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from activities.languages import answered_in, spoken_in
from bench.cerebro.labelled import LabelledQuery
from bench.cerebro.library import WHOLE
from bench.stand import BenchError
from shared.bootstrap import build_credential, build_knowledge, build_model
from shared.contracts.identity import Caller
from shared.contracts.search import SearchMode
from shared.packs import PACKS, FolderPacks
from shared.policies import build_policy
from shared.ports import ToolAnswered, ToolInvocation
from shared.search.tools import CerebroTools
from shared.settings import get_settings

ANYBODY = Caller(tenant_id="bench", user_id="bench", name="Bench")
TOOL = "ai_search"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: ids of the set, best first."""

    ranking: tuple[str, ...]
    warnings: tuple[str, ...]


class Searcher:
    """It remembers the vectors of its questions, as each worker of the app does."""

    def __init__(self, tools: CerebroTools, packs: FolderPacks) -> None:
        self._tools = tools
        self._contract = packs.get(packs.current).tools[TOOL]

    async def search(
        self,
        query: LabelledQuery,
        mode: SearchMode,
        indexes: Sequence[str] = (WHOLE,),
        top: int | None = None,
    ) -> Found:
        """The `top` best, or as many as the settings say. Raises BenchError when it is refused."""
        invocation = ToolInvocation(
            contract=self._contract,
            args={"query": query.text, "mode": mode, "indexes": [*indexes], "topK": top},
            caller=ANYBODY,
            correlation_id=query.id,
            language=answered_in(spoken_in(query.text), query.language),
        )
        answered = await self._tools.call(invocation)
        if not isinstance(answered, ToolAnswered):
            raise BenchError(f"{query.id} was refused: {answered.reason}")
        result = json.loads(json.dumps(answered.result))
        ids = tuple(PurePosixPath(each["url"]).stem for each in result["citations"])
        return Found(ids, tuple(result["warnings"]))


@asynccontextmanager
async def searcher() -> AsyncIterator[Searcher]:
    """One that has not asked anything yet."""
    settings = get_settings()
    async with AsyncExitStack() as stack:
        credential = await stack.enter_async_context(build_credential())
        knowledge, model = build_knowledge(settings, credential), build_model(settings, credential)
        stack.push_async_callback(knowledge.close)
        stack.push_async_callback(model.close)
        packs = FolderPacks(PACKS, settings.packs.version)
        policy = build_policy(settings)
        tools = CerebroTools(
            knowledge, model, WHOLE, policy.top, policy.retrieval, packs, lambda: datetime.now(UTC)
        )
        yield Searcher(tools, packs)
