"""A flow as it may leave the simulator: without its nodes, its values, and anybody's keys."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.flows.names import SIM_KEY, SIM_META, SIM_ONLY
from shared.contracts.flows.nodes import BLOCKS
from shared.flows.bypassing import bypassed
from shared.flows.findings import Finding, Place, warning
from shared.flows.graph import build
from shared.flows.leaking import holds_sim_only, is_sim_only
from shared.flows.profiles import without_profile
from shared.flows.reading import read

LEAST_SECRET = 6
"""Characters of a value that is looked for everywhere; shorter ones are in many a text."""
KEPT_OF_SECURE_VALUE = ("type", "id", "label", "ui", "source", "alias", "save_as", "saveAs")
NAMES = re.compile(
    r"(^|_)(api_?key|apikey|clave|contrasena|contraseña|credencial(es)?|credentials?|key|passw(or)?d"
    r"|secret|secreto|token)s?$"
)
VALUES = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,})"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.|(AccountKey|SharedAccessKey|Password)=[^;\s]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


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
    work = _Export(tuple(_secrets(sent)))
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


def _secrets(sent: Any) -> Iterator[str]:
    """Every value that was typed in for the simulator; the longest hide those within them."""
    yield from sorted(
        {each for each in _typed_in(sent) if len(each) >= LEAST_SECRET}, key=lambda each: -len(each)
    )


def _typed_in(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            if value.get("type") == "credential_profile":
                yield from _texts(value.get("credentials"))
            if value.get("type") == "secure_value":
                yield from _texts(value.get("value"))
            if is_sim_only(value):
                yield from _texts(value.get("value"))
            for each in value.values():
                yield from _typed_in(each)
        case list():
            for each in value:
                yield from _typed_in(each)
        case _:
            return


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case _:
            return


def is_sim_only_node(node: Any) -> bool:
    return isinstance(node, Mapping) and (
        node.get("type") == "credential_profile" or node.get(SIM_KEY) is True
    )


@dataclass(slots=True)
class _Export:
    secrets: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)

    def meta(self, flow: Mapping[str, Any], cleaned: Mapping[str, Any], profile: str | None) -> Any:
        meta = cleaned.get("meta")
        if isinstance(meta, dict) and isinstance(meta.get("variables"), dict):
            told = flow["meta"]["variables"]
            meta["variables"] = {
                name: each
                for name, each in meta["variables"].items()
                if not self._is_secret(name, told[name])
            }
        if profile is not None and (meta is None or isinstance(meta, dict)):
            self.findings.append(warning("default_profile_set", ("meta",), profile=profile))
            return {**(meta or {}), "default_credential_profile": profile}
        return meta

    def _is_secret(self, name: str, value: Any) -> bool:
        place = ("meta", "variables", name)
        if holds_sim_only(value):
            self.findings.append(warning("sim_only_removed", place))
            return True
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        named = NAMES.search(snake) and any(each.strip() for each in _texts(value))
        if named or any(VALUES.search(each) for each in _texts(value)):
            self.findings.append(warning("credential_removed", place))
            return True
        return False

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
                found[self._without(name)] = self.cleaned(each, where)
        return found

    def cleaned(self, value: Any, place: Place) -> Any:
        match value:
            case str():
                shown = self._without(value)
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
                    self._without(name): self.cleaned(each, (*place, name))
                    for name, each in value.items()
                }
            case list():
                return [self.cleaned(each, (*place, i)) for i, each in enumerate(value)]
            case _:
                return value

    def _without(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, SIM_ONLY)
        return text


def _is_for_simulator(node: Mapping[str, Any]) -> bool:
    plain = node.get("mode") == "plaintext"
    return plain or any(node.get(each) is not None for each in ("value", SIM_META))


def _is_empty(value: Any) -> bool:
    """`runtime` and `tools` are written only where they say something."""
    if isinstance(value, Mapping):
        return all(each is None for each in value.values())
    return value in (None, [])
