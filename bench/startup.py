"""How long it takes until something answers: imports, host and worker, the whole cloud; and how
much is deployed, which has to be there before."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import package
from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50
from bench.host.running import running_host
from bench.stand import INSTANT, BenchError, Stand
from bench.turn_kinds import SMALL_TALK
from tests.architecture.deployed import ROOT, deployed_files

SECTION = "start-up"
IMPORT_TARGET = Target("at most", 1.0)
READY_TARGET = Target("at most", 10.0)


NO_BYTE_CODE = {"PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True, slots=True)
class Import:
    """Seconds of a fresh interpreter: `wall` from its start to its end, `cpu` without its end."""

    wall: float
    cpu: float


async def measure(stand: Stand, effort: Effort) -> Report:
    bare, whole, cold = await _imports(stand.cloud.environment, effort.imports)
    imported, unpacked = _beyond(whole, bare), _beyond(cold, bare)
    await stand.pace(INSTANT)
    starts = [await _host_seconds(stand) for _ in range(effort.starts)]
    ready, health, answer = (p50(column) for column in zip(*starts, strict=True))
    figures = [
        Figure(SECTION, "import function_app", imported.wall, "s", IMPORT_TARGET),
        Figure(SECTION, "import function_app: CPU", imported.cpu, "s"),
        Figure(SECTION, "the same, just unpacked (no byte code of ours)", unpacked.wall, "s"),
        Figure(SECTION, "host and 1 worker: READY", ready, "s"),
        Figure(SECTION, "host and 1 worker: first answer (health)", health, "s"),
        Figure(SECTION, "host and 1 worker: first turn's end (small talk)", answer, "s"),
        Figure(SECTION, "all services, host, knowledge", stand.ready_seconds, "s", READY_TARGET),
        *package.figures(),
    ]
    imports = {"imports": whole, "importsUnpacked": cold, "bareInterpreter": bare}
    walls = {name: [each.wall for each in some] for name, some in imports.items()}
    return Report(figures, {**walls, "starts": starts})


async def _imports(
    environment: Mapping[str, str], count: int
) -> tuple[list[Import], list[Import], list[Import]]:
    """Of nothing, of the app here, and of the app as an instance finds it; in turn."""
    bare, whole, cold = [], [], []
    program = "import function_app"
    with TemporaryDirectory(prefix="eira-bench-") as folder:
        for file in deployed_files():
            copy = Path(folder) / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, copy)
        for _ in range(count):
            bare.append(await _python("pass", {}))
            whole.append(await _python(program, environment))
            cold.append(await _python(program, {**environment, **NO_BYTE_CODE}, Path(folder)))
    return bare, whole, cold


def _beyond(some: Sequence[Import], bare: Sequence[Import]) -> Import:
    """The medians, without those of a bare interpreter."""
    return Import(
        median(each.wall for each in some) - median(each.wall for each in bare),
        median(each.cpu for each in some) - median(each.cpu for each in bare),
    )


async def _python(
    program: str, environment: Mapping[str, str], folder: Path | None = None
) -> Import:
    begin = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"{program}; import time; print(time.process_time())"),
        env={**os.environ, **environment},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise BenchError(f"python -c {program!r} failed; the reason is above.")
    return Import(time.monotonic() - begin, float(said.split()[-1]))


async def _host_seconds(stand: Stand) -> tuple[float, float, float]:
    """A host of its own on the stand's services: READY, an answer, the end of a first turn."""
    async with running_host(Path(), stand.cloud.environment) as host:
        ready = time.monotonic() - host.began
        async with stand.session.get(f"{host.url}/api/health") as response:
            await response.read()
        health = time.monotonic() - host.began
        other = stand.with_app(host.url)
        await other.turn(await other.conversation(), SMALL_TALK.message(1))
        return ready, health, time.monotonic() - host.began
