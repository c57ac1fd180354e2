"""An index of Cerebro through its life, with the settings in the environment: `./eira cerebro`."""

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.knowledge.cerebro_arguments import build_parser
from cli.knowledge.doubts import DoubtfulError
from cli.knowledge.filling import fill
from cli.knowledge.folders import FolderRead, Labels, read_folder
from cli.knowledge.progress import Progress, tell_reading
from shared.bootstrap import (
    build_credential,
    build_index,
    build_knowledge,
    build_model,
)
from shared.errors import ConfigurationError, DependencyError
from shared.ports import Model
from shared.search.fields import EVERY_TENANT
from shared.search.indexing import AzureSearchIndex
from shared.search.lifecycle import Lifecycle
from shared.settings import Settings, get_settings
from shared.starting import check_settings

EXIT_FAILED = 1
EXIT_WRONG = 2


@dataclass(frozen=True, slots=True)
class Tools:
    """What the actions work with; `name` is the index."""

    name: str
    index: AzureSearchIndex
    lifecycle: Lifecycle
    model: Model
    embeddings: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0; 2 for a setting or an argument that is wrong; 1 when a service failed, or a
    file could not be loaded."""
    options = build_parser().parse_args(arguments)
    # What it finds odd in a file is no error; what is one, is told with the file's name.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        check_settings()
        _check_tenant(options, get_settings())
        return asyncio.run(_run(options))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG
    except DependencyError as error:
        print(f"./eira cerebro {options.action}: {error}", file=sys.stderr)
        return EXIT_FAILED


async def _run(options: argparse.Namespace) -> int:
    async with _tools(options.index) as tools:
        match options.action:
            case "create":
                return await _create(tools)
            case "status":
                return await _status(tools)
            case "load":
                return await _load(tools, options)
            case "reindex":
                return await _reindex(tools)
            case "drop":
                return await _drop(tools, options)
            case unknown:
                # Nothing that a parser lets through by mistake deletes anything.
                raise AssertionError(f"there is no action {unknown}")


@asynccontextmanager
async def _tools(name: str | None) -> AsyncIterator[Tools]:
    settings = get_settings()
    index = name or settings.azure_search.default_index
    credential = build_credential()
    knowledge = build_knowledge(settings, credential)
    model = build_model(settings, credential)
    shelved = build_index(settings, credential, index)
    try:
        lifecycle = Lifecycle(knowledge, index)
        yield Tools(index, shelved, lifecycle, model, settings.embeddings)
    finally:
        await model.close()
        await shelved.close()
        await knowledge.close()
        await credential.close()


async def _create(tools: Tools) -> int:
    await tools.index.create(await _dimensions(tools))
    return await _status(tools)


async def _status(tools: Tools) -> int:
    held = await tools.lifecycle.held()
    if not held:
        print(f"There is no index {tools.name}; ./eira cerebro create makes it.", file=sys.stderr)
        return EXIT_FAILED
    for each in held:
        where = f"{each.name}, where searches go" if each.current else f"{each.name}, not searched"
        mib = (each.bytes + each.vector_bytes) / 2**20
        print(f"{where}: {each.documents} documents, {mib:.1f} MiB")
    if (left := await tools.lifecycle.unfinished()) is not None:
        print(
            f"A reindex broke off; what was written last may be in {left} only. "
            f"./eira cerebro reindex --index {tools.name} goes on with it.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    return 0


async def _load(tools: Tools, options: argparse.Namespace) -> int:
    folder = options.folder.resolve()
    labels = Labels(
        source=options.source or folder.name,
        category=options.category,
        kind=options.kind,
        scope=options.scope,
        tenant_id=options.tenant,
        roles=tuple(options.role),
        url=options.url,
        confidence=options.confidence,
        root=None if options.source else str(folder),
    )
    read = read_folder(options.folder, labels, tools.embeddings, tell_reading)
    _tell_left_out(read)
    try:
        done = await fill(
            read, labels, tools.index, tools.model, Progress("chunks"), sure=options.yes
        )
    except DoubtfulError as error:
        print(*error.doubts, "Nothing was written; say --yes.", sep="\n", file=sys.stderr)
        return EXIT_WRONG
    for each in done.refused:
        print(each, file=sys.stderr)
    failed = len({each.name for each in (*read.bad, *done.refused)})
    print(
        f"{labels.source}: {read.files - failed} of {read.files} files, {done.total} chunks,"
        f" {done.written} added or changed, {done.removed} removed"
        + (f"; {failed} could not be loaded, as said above" if failed else "")
        + (f"; {read.ignored} files of other formats ignored" if read.ignored else "")
        + (f"; {len(read.links)} links not followed" if read.links else "")
    )
    _tell_whether_searched(tools.name, get_settings())
    return EXIT_FAILED if failed else 0


def _tell_left_out(read: FolderRead) -> None:
    for each in read.bad:
        print(each, file=sys.stderr)
    for name in read.links:
        print(f"{name}: a link, which is not followed", file=sys.stderr)


def _check_tenant(options: argparse.Namespace, settings: Settings) -> None:
    """Raises ConfigurationError."""
    if options.action == "load" and options.tenant not in (EVERY_TENANT, *settings.auth.tenants):
        raise ConfigurationError(
            f"--tenant {options.tenant}: nobody of it can sign in, it is not among Auth__Tenants "
            f"({', '.join(settings.auth.tenants)})"
        )


def _tell_whether_searched(index: str, settings: Settings) -> None:
    if index not in (settings.azure_search.default_index, *settings.search.allowed_indexes):
        print(
            f"No search of the app asks {index}: it is not in Search__AllowedIndexes.",
            file=sys.stderr,
        )


async def _reindex(tools: Tools) -> int:
    moved = await tools.lifecycle.reindex(
        await _dimensions(tools), tools.model.embed, asyncio.sleep, Progress("documents")
    )
    print(f"{tools.name} is {moved.now} now: {moved.copied} documents copied from {moved.before},")
    print(f"which stays until ./eira cerebro drop --index {tools.name} --others --yes")
    return 0


async def _drop(tools: Tools, options: argparse.Namespace) -> int:
    held = await tools.lifecycle.held()
    doomed = [each for each in held if not (options.others and each.current)]
    if not options.yes:
        for each in doomed:
            print(f"{each.name} with {each.documents} documents would be deleted")
        print("Nothing was deleted; say --yes.", file=sys.stderr)
        return EXIT_WRONG
    lifecycle = tools.lifecycle
    deleted = await (lifecycle.drop_others() if options.others else lifecycle.drop())
    print(f"Deleted: {', '.join(deleted) or 'nothing, as there was nothing'}")
    return 0


async def _dimensions(tools: Tools) -> int:
    return len((await tools.model.embed(["Cerebro"]))[0])


if __name__ == "__main__":
    raise SystemExit(main())
