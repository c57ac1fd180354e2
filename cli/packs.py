"""`./eira packs`: checks packs, and loads their knowledge into Cerebro."""

import argparse
import subprocess
import sys
from pathlib import Path

from .app_environment import app_environment
from .errors import CommandError

EXIT_PROBLEMS = 1
EXIT_NO_PACK = 2


def run(options: argparse.Namespace) -> int:
    """`check`: 0 when nothing is wrong, 1 with a line for each problem. `load`: 0, 1 when a service
    failed, 2 when a setting or the pack is wrong."""
    if options.packs_command == "check":
        return _check(Path(options.folder))
    command = [sys.executable, "-m", "cli.knowledge.load"]
    for name in ("index", "version"):
        if value := getattr(options, name):
            command += [f"--{name}", value]
    return subprocess.run(command, env=app_environment(), check=False).returncode


def _check(folder: Path) -> int:
    # Imported here: the help of other commands needs none of it.
    from cli.checking import check_pack
    from shared.packs.folders import versions_in
    from shared.packs.reading import MANIFEST

    # `packs/2026.11/` and `.` mean their folder, whose name is the version.
    if (folder / MANIFEST).is_file():
        packs = [(folder.resolve(), str(folder))]
    else:
        packs = [(folder / version, str(folder / version)) for version in versions_in(folder)]
    if not packs:
        what = "there is no such folder" if not folder.is_dir() else f"no {MANIFEST} in it"
        raise CommandError(
            f"{folder}: {what}; name a folder of packs or one pack.", exit_code=EXIT_NO_PACK
        )
    problems = [problem for pack, shown in packs for problem in check_pack(pack, shown)]
    for problem in problems:
        print(problem)
    if problems:
        many = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        print(f"✗ {many} in {_named(packs)}", file=sys.stderr)
        return EXIT_PROBLEMS
    print(f"✓ {_named(packs)}: nothing is wrong")
    return 0


def _named(packs: list[tuple[Path, str]]) -> str:
    return ", ".join(shown for _, shown in packs)
