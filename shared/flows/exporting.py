"""A flow as it may leave the simulator: without its nodes, its values, and anybody's keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.flows.names import SIM_KEY, SIM_META
from shared.contracts.flows.nodes import BLOCKS
from shared.flows.bypassing import bypassed
from shared.flows.cleaning import Cleaning, secrets_in
from shared.flows.findings import Finding, Place, warning
from shared.flows.graph import build
from shared.flows.profiles import without_profile
from shared.flows.reading import read

KEPT_OF_SECURE_VALUE = ("type", "id", "label", "ui", "source", "alias", "save_as", "saveAs")


@dataclass(frozen=True, slots=True)
class Exported:
    """`findings` have pointers into what was sent."""

    flow: dict[str, Any]
    findings: tuple[Finding, ...]


def export(sent: object) -> Exported | None:
    """None for what is no flow. What else is wrong with it stays as it is; exporting what was
    exported changes nothing."""
    match sent:
        case list():
            flow: dict[str, Any] = {"nodes": sent}
            root: Place = ()
        case {"nodes": list()} if isinstance(sent, dict):
            flow, root = sent, ("nodes",)
        case _:
            return None
    work = _Export(tuple(secrets_in(sent)))
    cleaned = {name: work.cleaned(each, (name,)) for name, each in flow.items() if name != "nodes"}
    meta = work.meta(flow, cleaned, _profile_to_set(sent))
    nodes = work.block(flow["nodes"], root)
    if isinstance(cleaned.get("edges"), list):
        nodes, cleaned["edges"] = bypassed(flow, nodes, cleaned["edges"])
    rest = {name: each for name, each in cleaned.items() if name != "meta"}
    ordered = {**({"meta": meta} if meta is not None else {}), "nodes": nodes, **rest}
    return Exported(ordered, tuple(work.findings))


def _profile_to_set(sent: object) -> str | None:
    """The profile of the simulator's keys, where a call would be left without any."""
    flow = read(sent).flow
    if flow is None or flow.meta.default_credential_profile is not None:
        return None
    alone = next(iter(without_profile(flow, build(flow)[0])), None)
    return flow.simulated_profile if alone is not None else None


def is_sim_only_node(node: Any) -> bool:
    return isinstance(node, Mapping) and (
        node.get("type") == "credential_profile" or node.get(SIM_KEY) is True
    )


class _Export(Cleaning):
    def meta(self, flow: Mapping[str, Any], cleaned: Mapping[str, Any], profile: str | None) -> Any:
        meta = cleaned.get("meta")
        if isinstance(meta, dict) and isinstance(meta.get("variables"), dict):
            meta["variables"] = self.variables(flow["meta"]["variables"], meta["variables"])
        if profile is not None and (meta is None or isinstance(meta, dict)):
            self.findings.append(warning("default_profile_set", ("meta",), profile=profile))
            return {**(meta or {}), "default_credential_profile": profile}
        return meta

    def block(self, nodes: list[Any], place: Place) -> list[Any]:
        kept = []
        for index, node in enumerate(nodes):
            if is_sim_only_node(node):
                self.findings.append(warning("sim_only_removed", (*place, index)))
            else:
                kept.append(self.node(node, (*place, index)))
        return kept

    def node(self, node: Any, place: Place) -> Any:
        if not isinstance(node, Mapping):
            return self.cleaned(node, place)
        kind = node.get("type")
        if kind == "secure_value" and _is_for_simulator(node):
            self.findings.append(warning("made_opaque", place))
            node = {n: e for n, e in node.items() if n in KEPT_OF_SECURE_VALUE} | {"mode": "opaque"}
        blocks = BLOCKS.get(kind, {}) if isinstance(kind, str) else {}
        found: dict[str, Any] = {}
        for name, each in node.items():
            where = (*place, name)
            if name == "type":
                found[name] = each
            elif name in blocks and isinstance(each, list):
                found[name] = self.block(each, where)
            elif not (kind == "agent_call" and name in ("tools", "runtime") and _is_empty(each)):
                found[self.without(name)] = self.cleaned(each, where)
        return found


def _is_for_simulator(node: Mapping[str, Any]) -> bool:
    plain = node.get("mode") == "plaintext"
    return plain or any(node.get(each) is not None for each in ("value", SIM_META))


def _is_empty(value: Any) -> bool:
    """`runtime` and `tools` are written only where they say something."""
    if isinstance(value, Mapping):
        return all(each is None for each in value.values())
    return value in (None, [])
