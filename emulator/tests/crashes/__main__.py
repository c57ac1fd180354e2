"""`python -m emulator.tests.crashes`: the whole attack (200 workers, 50 hosts), about 8 minutes."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from emulator.tests.crashes.attack import attack
from emulator.tests.crashes.plan import WHOLE


def main(arguments: Sequence[str], prog: str = "python -m emulator.tests.crashes") -> int:
    """Print what happened; 1 when anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Kill workers and hosts under load, then check every result.",
    )
    parser.add_argument("--worker-kills", type=int, default=WHOLE.worker_kills)
    parser.add_argument("--host-kills", type=int, default=WHOLE.host_kills)
    parser.add_argument("--reloads", type=int, default=WHOLE.reloads)
    parser.add_argument("--workers", type=int, default=WHOLE.workers, help="of the host; 1")
    parser.add_argument("--seed", type=int, help="of the plan; a new one each time unless given")
    parser.add_argument("--folder", type=Path, help="for data and log; kept when given")
    options = parser.parse_args(arguments)
    effort = replace(
        WHOLE,
        worker_kills=options.worker_kills,
        host_kills=options.host_kills,
        reloads=options.reloads,
        workers=options.workers,
    )
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(attack(folder, effort, seed))
    print(report)
    for fault in report.faults:
        print(f"  {fault}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
