"""`./eira bench effects`: the whole attack, until 300 runs were hit, on a cloud of its own."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

import aiohttp

from tests.e2e.cloud import Services, running_host, running_services
from tests.e2e.people import Person
from tests.e2e.stores import opened_stores
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.attack import Battlefield, Report, attack
from tests.e2e.under_fire.plan import BOUNDED, WHOLE, Effort

SIGN_IN = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_COSMOS_AAD_SCOPE_OVERRIDE")


def main(arguments: Sequence[str]) -> int:
    """Print what happened; 1 when too few were hit, or anything was doubled, lost or untrue."""
    parser = argparse.ArgumentParser(
        prog="./eira bench effects",
        description="Kill workers and let the ERP fail under load, then check every run.",
    )
    parser.add_argument("--quick", action="store_true", help="12 runs, as in every test run")
    parser.add_argument("--hits", type=int, help="runs to be hit between plan and record")
    parser.add_argument("--workers", type=int, help="of the host")
    parser.add_argument("--seed", type=int, help="of the plan; a new one each time unless given")
    parser.add_argument("--folder", type=Path, help="for data and logs; kept when given")
    options = parser.parse_args(arguments)
    effort = BOUNDED if options.quick else WHOLE
    effort = replace(
        effort,
        workers=options.workers or effort.workers,
        hits=effort.hits if options.hits is None else options.hits,
    )
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with running_services(folder / "cloud") as services:
            os.environ.update({name: services.environment[name] for name in SIGN_IN})
            report = asyncio.run(_attack(services, folder, effort, seed))
    print(report)
    return 0 if report.is_proof else 1


async def _attack(services: Services, folder: Path, effort: Effort, seed: int) -> Report:
    connector = aiohttp.TCPConnector(ssl=services.trust(), limit=0)
    with running_host(services, folder / "host", workers=effort.workers) as host:
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            opened_stores(services) as stores,
        ):
            around = Surroundings(http, services.urls)
            people = {
                user: Person(http, host.url, await around.token(user))
                for user in ("luis", "marta", "ana")
            }
            field = Battlefield(
                host=host,
                around=around,
                stores=stores,
                employee=people["luis"],
                admin=people["marta"],
                manager=people["ana"],
            )
            return await attack(field, effort, seed, _progress)


def _progress(ended: int, hits: int) -> None:
    if ended % 25 == 0:
        print(f"{ended} runs have ended, {hits} were hit", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
