"""`./eira smoke`: tries an app as its callers use it, and leaves nothing behind."""

import argparse
import os
import sys

from .deployment.azd import URL, deployment_values
from .deployment.findings import Finding, as_json, exit_code, in_lines, verdict
from .deployment.signing_in import azure_token
from .deployment.smoke import Smoke
from .errors import CommandError
from .identity import fetch_token
from .running import find_running

AUDIENCE = "Auth__Audience"
EXIT_WRONG = 2


def run(options: argparse.Namespace) -> int:
    """0; 1 when anything is not as it should be; 2 when it is not said what to try."""
    smoke = _chosen(options)
    found = smoke.run()
    if options.json:
        print(as_json(found))
    else:
        print(verdict(found))
    return exit_code(found)


def smoke_of(values: dict[str, str]) -> int:
    """The same for the app of a deployment, by its azd environment's values."""
    found = _deployed(values[URL], _audience(values), as_json=False).run()
    print(verdict(found), flush=True)
    return exit_code(found)


def _chosen(options: argparse.Namespace) -> Smoke:
    if options.azd is not None:
        values = deployment_values(options.azd or None)
        return _deployed(values[URL], options.audience or _audience(values), as_json=options.json)
    if options.url is not None:
        audience = options.audience or _audience(dict(os.environ))
        return _deployed(options.url, audience, as_json=options.json)
    running = find_running()
    tell = _nobody if options.json else _print
    return Smoke(running.app, lambda: fetch_token(running, options.user), tell)


def _deployed(url: str, audience: str, *, as_json: bool) -> Smoke:
    tell = _nobody if as_json else _print
    return Smoke(url.rstrip("/"), lambda: azure_token(audience), tell)


def _audience(values: dict[str, str]) -> str:
    found = next((v for k, v in values.items() if k.casefold() == AUDIENCE.casefold() and v), None)
    if found is None:
        raise CommandError(
            f"whose tokens does the app take? Say --audience, or set {AUDIENCE}.",
            exit_code=EXIT_WRONG,
        )
    return found


def _print(finding: Finding) -> None:
    stream = sys.stdout if finding.level == "ok" else sys.stderr
    print("\n".join(in_lines(finding)), file=stream, flush=True)


def _nobody(finding: Finding) -> None:
    """Who asks for JSON gets all of them at the end."""
