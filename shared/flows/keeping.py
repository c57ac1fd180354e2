"""A flow as it may be stored: whole, as a draft is, but for what was typed in for the simulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.flows.names import SIM_META
from shared.contracts.flows.nodes import NODES
from shared.flows.cleaning import Cleaning, secrets_in
from shared.flows.findings import Finding, Place, warning


@dataclass(frozen=True, slots=True)
class Kept:
    """`findings` have pointers into what was sent."""

    flow: dict[str, Any] | list[Any]
    findings: tuple[Finding, ...]


def keep(sent: dict[str, Any] | list[Any]) -> Kept | None:
    """None for what is no flow. Nodes of the simulator stay, with the names of their credentials
    and without the values; where nothing was typed in, nothing changes."""
    if not isinstance(sent, list) and not isinstance(sent.get("nodes"), list):
        return None
    work = _Keep(tuple(secrets_in(sent)))
    kept = work.cleaned(sent, ())
    match sent, kept:
        case {"meta": {"variables": dict() as told}}, {"meta": dict() as meta}:
            meta["variables"] = work.variables(told, meta["variables"])
    return Kept(kept, tuple(work.findings))


class _Keep(Cleaning):
    def cleaned(self, value: Any, place: Place) -> Any:
        match value:
            case str() if place[-1:] == ("type",) and value in NODES:
                return value
            case {"type": "credential_profile", "credentials": credentials}:
                value = {**value, "credentials": self._emptied(credentials)}
                if value["credentials"] != credentials:
                    self.findings.append(warning("sim_only_removed", (*place, "credentials")))
            case {"type": "secure_value"}:
                value = self._opaque(value, place)
            case _:
                pass
        return super().cleaned(value, place)

    def _opaque(self, node: Mapping[str, Any], place: Place) -> dict[str, Any]:
        typed = [name for name in ("value", SIM_META) if node.get(name) is not None]
        self.findings += [warning("sim_only_removed", (*place, name)) for name in typed]
        return {name: each for name, each in node.items() if name not in typed}

    def _emptied(self, value: Any) -> Any:
        match value:
            case Mapping():
                return {name: self._emptied(each) for name, each in value.items()}
            case list():
                return [self._emptied(each) for each in value]
            case str() | None:
                return value and ""
            case _:
                return ""
