"""Examines a deployment, or this machine, with the settings in the environment: `./eira doctor`."""

import argparse
import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from cli.deployment.azure_cli import azure_cli
from cli.deployment.examining import SECONDS, Check, Tell, examine, show
from cli.deployment.findings import Finding, as_json, exit_code, in_lines, verdict, warning
from cli.deployment.probes import (
    app,
    configured,
    cosmos,
    erp,
    identity,
    machine,
    models,
    network,
    platform,
    safety,
    search,
    vault,
)
from cli.deployment.subject import Az, Place, Shared, Subject
from shared.bootstrap import build_credential
from shared.settings import get_settings

THINKING = 2.0
"""A reasoning model thinks before it says a word: its check has so many times as long."""
_SECRET = re.compile(r"(key|secret|token|password|connection_?string|header)$", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
SHORTEST_SECRET = 6
HIDDEN = "<hidden>"


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 when anything is an error."""
    options = _parser().parse_args(arguments)
    # What SDKs say of their own tries is not for people, and the findings say the rest.
    logging.disable(logging.CRITICAL)
    place = Place(os.environ, options.app, options.local)
    az = azure_cli(place.value("AZURE_SUBSCRIPTION_ID"))
    wanted = Wanted(options.machine, options.grid, options.seconds)
    found = asyncio.run(diagnose(place, az, wanted, show))
    print(as_json(found) if options.json else "\n".join(in_words(found)))
    return exit_code(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cli.deployment.doctor")
    parser.add_argument("--app", help="its URL")
    parser.add_argument("--local", action="store_true", help="everything runs on this machine")
    parser.add_argument("--machine", action="store_true", help="look at this machine, too")
    parser.add_argument("--grid", help="URL of the local Event Grid")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each check")
    parser.add_argument("--json", action="store_true")
    return parser


def in_words(found: Sequence[Finding]) -> Iterator[str]:
    for each in found:
        yield from in_lines(each)
    yield verdict(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether this machine is looked at, too; the URL of the local Event Grid; what each check may
    take."""

    machine: bool = False
    grid: str | None = None
    seconds: float = SECONDS


async def diagnose(place: Place, az: Az | None, wanted: Wanted, tell: Tell) -> list[Finding]:
    """All findings, in the order in which they are best mended, and no secret in them."""
    first = [*(machine.look() if wanted.machine else ()), *configured.look(place)]
    if exit_code(first):
        # Without settings no service is known; the app may have others.
        checks = [Check(app.AREA, partial(app.look, place, None), wanted.seconds)]
        found = [*first, *await examine(checks, tell)]
    else:
        async with _opened(place, az) as subject:
            found = [*first, *await examine(_checks(subject, wanted), tell)]
    hidden = _secrets(place.environment)
    return [_without(each, hidden) for each in found]


@asynccontextmanager
async def _opened(place: Place, az: Az | None) -> AsyncIterator[Subject]:
    settings = get_settings()
    async with build_credential() as credential:
        who = Shared(identity.find_out(credential))
        dimensions = Shared(models.measured(settings, credential))
        try:
            yield Subject(place, settings, credential, who, dimensions, az)
        finally:
            await who.end()
            await dimensions.end()


def _checks(subject: Subject, wanted: Wanted) -> list[Check]:
    place = subject.place
    every = (
        Check("identity", partial(identity.look, subject)),
        Check(network.AREA, partial(network.look, subject)),
        Check(app.AREA, partial(app.look, place, subject.settings)),
        *_of_platform(subject, wanted.grid),
        Check(cosmos.AREA, partial(cosmos.look, subject)),
        Check(search.AREA, partial(search.look, subject)),
        Check(models.AREA, partial(models.look, subject)),
        Check(vault.AREA, partial(vault.look, subject)),
        Check(erp.AREA, partial(erp.look, subject)),
        Check(safety.AREA, partial(safety.look, subject)),
    )
    patient, signed_in = wanted.seconds * THINKING, identity.asks_with_it(subject.settings)
    return [
        Check(
            each.area,
            partial(_if_signed_in, subject, each) if each.area in signed_in else each.look,
            patient if each.area == models.AREA else wanted.seconds,
        )
        for each in every
    ]


async def _if_signed_in(subject: Subject, check: Check) -> Iterable[Finding]:
    """What else would be said of each service, says the finding on identity once."""
    return await check.look() if await subject.who is not None else ()


def _of_platform(subject: Subject, grid: str | None) -> Iterator[Check]:
    """What Azure's management knows, or what stands for it here."""
    place, az = subject.place, subject.az
    if place.local:
        yield Check(platform.HUB, partial(_hub, place))
        if grid is not None:
            yield Check(platform.EVENTS, partial(platform.look_at_local_events, grid))
    elif az is None or not place.value("AZURE_RESOURCE_GROUP"):
        yield Check(platform.ROLES, _untold)
    else:
        yield Check(platform.ROLES, partial(platform.look_at_roles, subject, az))
        yield Check(platform.EVENTS, partial(platform.look_at_events, place, az))
        yield Check(platform.HUB, partial(platform.look_at_hub, place, az))


async def _hub(place: Place) -> list[Finding]:
    return [await platform.ask_hub(place, {})]


async def _untold() -> list[Finding]:
    what = "the app's roles, its event subscription and Durable's hub were not looked at"
    mend = "./eira doctor --azd where the Azure CLI (az) is installed and signed in"
    return [warning(platform.ROLES, what, "az, and AZURE_RESOURCE_GROUP of azd", mend)]


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values of settings that are secrets by their names, the longest first."""
    found = {
        value
        for name, value in environment.items()
        if len(value) >= SHORTEST_SECRET
        and (_SECRET.search(name) or name.lower().startswith("credentials__"))
    }
    return tuple(sorted(found, key=len, reverse=True))


def _without(finding: Finding, hidden: Iterable[str]) -> Finding:
    def clean(text: str) -> str:
        for each in hidden:
            text = text.replace(each, HIDDEN)
        return _IN_URL.sub(f"{HIDDEN}@", text)

    return replace(
        finding,
        what=clean(finding.what),
        tried=clean(finding.tried),
        mend=tuple(map(clean, finding.mend)),
    )


if __name__ == "__main__":
    raise SystemExit(main())
