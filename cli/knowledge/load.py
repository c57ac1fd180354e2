"""Load a pack's knowledge with the settings in the environment: `python -m cli.knowledge.load`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from cli.checking import check_pack
from cli.knowledge.chunks import chunks_in, read_library
from cli.knowledge.loading import Loaded, Shelf, load
from shared.bootstrap import build_credential, build_index, build_model
from shared.errors import ConfigurationError, DependencyError
from shared.packs import PACKS, FolderPacks
from shared.packs.problems import refuse
from shared.settings import get_settings
from shared.starting import check_settings

EXIT_FAILED = 1
EXIT_WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0; 2 for a setting or a pack that is wrong, 1 when a service did not do its
    part. Both say so in lines of their own."""
    options = _parsed(arguments)
    try:
        check_settings()
        done = asyncio.run(_load(options.version, options.index))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG
    except DependencyError as error:
        print(f"Cerebro could not be filled: {error}", file=sys.stderr)
        return EXIT_FAILED
    print(
        f"Cerebro: {done.total} chunks, {done.written} added or changed, {done.removed} removed",
        flush=True,
    )
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cli.knowledge.load")
    parser.add_argument("--index")
    parser.add_argument("--version")
    return parser.parse_args(arguments)


async def _load(version: str | None, index: str | None) -> Loaded:
    settings = get_settings()
    packs = FolderPacks(PACKS, version or settings.packs.version)
    folder, shown = PACKS / packs.current, f"{PACKS.name}/{packs.current}"
    refuse(check_pack(folder, shown))
    chunks = chunks_in(read_library(folder, shown).documents, settings.embeddings)
    others = tuple(each for each in packs.versions if each != packs.current)
    shelf = Shelf(packs.current, tuple(chunks), others)
    credential = build_credential()
    model = build_model(settings, credential)
    shelved = build_index(settings, credential, index or settings.azure_search.default_index)
    try:
        return await load(shelf, shelved, model, _tell)
    finally:
        await model.close()
        await shelved.close()
        await credential.close()


def _tell(progress: str) -> None:
    """One line that changes at a terminal, lines elsewhere."""
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"Cerebro: {progress}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
