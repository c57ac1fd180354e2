"""Values of the simulator and keys, looked for all through a flow and taken out of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.flows.names import SIM_ONLY
from shared.flows.findings import Finding, Place, warning
from shared.flows.leaking import holds_sim_only, is_sim_only

LEAST_SECRET = 6
"""Characters of a value that is looked for everywhere; shorter ones are in many a text."""
NAMES = re.compile(
    r"(^|_)(api_?key|apikey|clave|contrasena|contraseña|credencial(es)?|credentials?|key|passw(or)?d"
    r"|secret|secreto|token)s?$"
)
VALUES = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,})"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.|(AccountKey|SharedAccessKey|Password)=[^;\s]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def secrets_in(sent: Any) -> Iterator[str]:
    """Every value that was typed in for the simulator; the longest hide those within them."""
    yield from sorted(
        {each for each in _typed_in(sent) if len(each) >= LEAST_SECRET}, key=lambda each: -len(each)
    )


def _typed_in(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            if value.get("type") == "credential_profile":
                yield from texts_in(value.get("credentials"))
            if value.get("type") == "secure_value":
                yield from texts_in(value.get("value"))
            if is_sim_only(value):
                yield from texts_in(value.get("value"))
            for each in value.values():
                yield from _typed_in(each)
        case list():
            for each in value:
                yield from _typed_in(each)
        case _:
            return


def texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from texts_in(each)
        case list():
            for each in value:
                yield from texts_in(each)
        case _:
            return


@dataclass(slots=True)
class Cleaning:
    """`secrets` are replaced wherever they stand; `findings` tell what was done, with pointers into
    what was sent."""

    secrets: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)

    def variables(self, told: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """Those of `meta` that are neither the simulator's nor look like credentials."""
        kept = [
            self.without(name) for name, each in told.items() if not self._is_secret(name, each)
        ]
        return {name: cleaned[name] for name in kept}

    def _is_secret(self, name: str, value: Any) -> bool:
        place = ("meta", "variables", name)
        if holds_sim_only(value):
            self.findings.append(warning("sim_only_removed", place))
            return True
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        named = NAMES.search(snake) and any(each.strip() for each in texts_in(value))
        if named or any(VALUES.search(each) for each in texts_in(value)):
            self.findings.append(warning("credential_removed", place))
            return True
        return False

    def cleaned(self, value: Any, place: Place) -> Any:
        match value:
            case str():
                shown = self.without(value)
                if shown != value:
                    self.findings.append(warning("secret_replaced", place))
                elif VALUES.search(value) and place[:2] != ("meta", "variables"):
                    self.findings.append(warning("credential_suspected", place))
                return shown
            case Mapping() if is_sim_only(value):
                self.findings.append(warning("secret_replaced", place))
                return SIM_ONLY
            case Mapping():
                return {
                    self.without(name): self.cleaned(each, (*place, name))
                    for name, each in value.items()
                }
            case list():
                return [self.cleaned(each, (*place, i)) for i, each in enumerate(value)]
            case _:
                return value

    def without(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, SIM_ONLY)
        return text
