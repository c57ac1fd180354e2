"""A local cloud of its own whose Cerebro holds the set: in one index, and once more in three."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cerebro.labelled import LabelledDocument, LabelledSet
from bench.stand import BenchError
from cli.install import VECTORS
from emulator.cloud import running_cloud
from emulator.plan import CloudOptions
from shared.search.embedding import embedded_text

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
        path.write_text(_markdown(each), "utf-8")
    return folder


def _markdown(document: LabelledDocument) -> str:
    return f"# {document.title}\n\n{document.content}\n"


async def embed(labelled: LabelledSet) -> None:
    """Make the vectors of all texts, by all cores, where the services look for them. Those that
    were made before take no time."""
    documents = [embedded_text(each.title, _markdown(each).strip()) for each in labelled.documents]
    texts = [*documents, *(each.text for each in labelled.queries)]
    print(f"embedding {len(texts)} texts …", file=sys.stderr, flush=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emulator", "embed", "--file", str(VECTORS)),
        stdin=asyncio.subprocess.PIPE,
    )
    await process.communicate(json.dumps(texts).encode())
    if process.returncode != 0:
        raise BenchError("the texts could not be embedded; the reason is above.")


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
