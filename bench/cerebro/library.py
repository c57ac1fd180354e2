"""A local cloud of its own whose Cerebro holds the set: in one index, and once more in three."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cerebro.labelled import LabelledDocument
from bench.stand import BenchError
from emulator.cloud import running_cloud
from emulator.plan import CloudOptions

WHOLE = "bench"
PARTS = ("bench-1", "bench-2", "bench-3")
"""Each has every third document, so that all three have something on every topic."""
ADDRESS = "https://docs.eira.example"
SETTINGS = {
    "AzureSearch__DefaultIndex": WHOLE,
    "Search__AllowedIndexes": json.dumps([WHOLE, *PARTS]),
}


@asynccontextmanager
async def library(
    documents: Sequence[LabelledDocument], root: Path = Path()
) -> AsyncIterator[Mapping[str, str]]:
    """The environment of whoever searches it. The services are on free ports, their data in a
    temporary folder; the vectors of texts that were embedded before are kept in `.eira/cache`."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="eira-bench-")))
        settings = folder / "settings.json"
        settings.write_text(json.dumps(SETTINGS), "utf-8")
        options = CloudOptions(
            config=root / "demo" / "cloud.json",
            data=folder / "cloud",
            settings=settings,
            ports="random",
            watch=False,
            without=frozenset({"eventgrid"}),
        )
        cloud = await stack.enter_async_context(running_cloud(options))
        thirds = [documents[first :: len(PARTS)] for first in range(len(PARTS))]
        for index, some in [(WHOLE, documents), *zip(PARTS, thirds, strict=True)]:
            await _load(index, _written(some, folder / index), cloud.environment)
        yield cloud.environment


def _written(documents: Sequence[LabelledDocument], folder: Path) -> Path:
    """As Markdown files named by their ids, by which results are known again."""
    for each in documents:
        path = folder / each.language / each.topic / f"{each.id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {each.title}\n\n{each.content}\n", "utf-8")
    return folder


async def _load(index: str, folder: Path, environment: Mapping[str, str]) -> None:
    """By `./eira cerebro load` itself."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.knowledge.cerebro"),
        *("load", str(folder), "--index", index, "--url", ADDRESS),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    if await process.wait() != 0:
        raise BenchError(f"the index {index} could not be loaded; the reason is above.")
