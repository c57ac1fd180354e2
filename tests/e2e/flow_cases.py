"""Cases of the conformance suite as the local platform runs them: a stand-in is behind calls."""

import re
from typing import Any

from shared.flows.json_values import equal
from tests.e2e.people import Person
from tests.e2e.waiting import until
from tests.flows.cases import Case

HOST = re.compile(r"^https?://[^/?#]+")
CALLING = ("agent_call", "rest_call")
PROFILES = frozenset({"prod", "staging"})
"""Credential profiles that the local platform has."""
OF_THE_SIMULATOR = ("simOnly", "__sim_only")


def runnable(case: Case) -> bool:
    """Whether all that it calls can be served: texts of agents, answers of addresses. Handles are
    made anew in each run, failures and the order in which things end are made up by the suite."""
    answers, text = case.get("answers", {}), str(case)
    if case["expected"]["status"] == "running" or "order" in case or "secure_value" in text:
        return False
    if any(each in text for each in OF_THE_SIMULATOR) or "response_format" in text:
        return False
    named = {str(each.get("profile")) for each in _nodes(case["flow"]) if "profile" in each}
    if not named <= PROFILES:
        return False
    return all(_is_served(key, each) for key, each in answers.items()) and _calls_are_known(case)


def _is_served(key: str, answer: Any) -> bool:
    if not isinstance(answer, dict) or "failed" in answer or key.count("[") > 1:
        return False
    return set(answer) <= {"text"} or set(answer) <= {"status", "json", "text"}


def _calls_are_known(case: Case) -> bool:
    calls = [
        each for each in _nodes(case["flow"]) if each.get("type") in ("agent_call", "rest_call")
    ]
    return not calls or bool(case.get("answers"))


def _nodes(value: Any) -> list[dict[str, Any]]:
    """Of a flow and of all its blocks."""
    match value:
        case {"nodes": nodes}:
            return _nodes(nodes)
        case list():
            return [found for each in value for found in _nodes(each)]
        case dict():
            blocks = (value.get(name) for name in ("then", "else", "body"))
            return [value, *(found for block in blocks for found in _nodes(block))]
        case _:
            return []


def same(found: Any, wanted: Any) -> bool:
    """Equal, where the suite says something: a real answer has its usage and ids as well."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and same(found[name], each) for name, each in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = zip(found, wanted, strict=False)
        return len(found) == len(wanted) and all(same(a, b) for a, b in pairs)
    return equal(found, wanted)


class Rewritten:
    """The flow, with the stand-in behind each call; `script` is what that answers."""

    def __init__(self, case: Case, url: str) -> None:
        self._case, self._url = case, url
        self._name = re.sub(r"\W+", "-", str(case["id"]))
        self.script: dict[str, Any] = {}
        for key, answer in case.get("answers", {}).items():
            told = answer["text"] if set(answer) <= {"text"} else answer
            self.script[f"{self._name}/{key}"] = told
        self.flow = self._flow(case["flow"], "@", "index")

    def _flow(self, flow: Any, place: str, index: str) -> Any:
        if isinstance(flow, dict):
            return {**flow, "nodes": self._block(flow["nodes"], place, index)}
        return self._block(flow, place, index)

    def _block(self, nodes: list[Any], place: str, index: str) -> list[Any]:
        return [self._node(each, f"{place}{nth}", index) for nth, each in enumerate(nodes)]

    def _node(self, node: dict[str, Any], place: str, index: str) -> dict[str, Any]:
        name = str(node.get("id") or place)
        inner = str(node.get("index_as", "index"))
        blocks = {"then": ".", "else": ".e", "body": "."}
        found = {
            part: self._block(block, f"{place}{blocks[part]}", inner)
            for part, block in node.items()
            if part in blocks and isinstance(block, list)
        }
        node = {**node, **found}
        match node.get("type"):
            case "agent_call":
                key = self._key(name, index)
                return {**node, "agent_profile": "normal", "system_prompt": f"[[say:{key}]]",
                        "model": {**node.get("model", {}), "provider": "proxy"}}  # fmt: skip
            case "rest_call":
                return {**node, "url": f"{self._url}/rest/{self._key(name, index)}"}
            case _:
                return node

    def _key(self, name: str, index: str) -> str:
        """Of a node in a loop the number of the round stands in it."""
        answers = self._case.get("answers", {})
        repeated = any(key.startswith(f"{name}[") for key in answers)
        return f"{self._name}/{name}[${{{index}}}]" if repeated else f"{self._name}/{name}"

    async def talk(self, ana: Person, run_id: str) -> None:
        """Say what the case answers to what the flow asks."""
        asked = {each["key"] for each in self._case["expected"].get("actions", ())
                 if each["kind"] == "ask" and "key" in each}  # fmt: skip
        questions = [each for each in _nodes(self._case["flow"]) if each.get("wait")]
        if not questions:
            return
        for key, answer in self._case["answers"].items():
            if key not in asked and not self._is_question(key):
                continue

            async def waits(key: str = key) -> bool:
                view = await ana.get(f"/runs/{run_id}/flow")
                return bool(view.body.get("waiting") == key)

            await until(waits)
            body = {"message": answer["text"], "key": key}
            taken = await ana.ask("POST", f"/runs/{run_id}/input", json=body)
            assert taken.status == 202, taken.body

    def _is_question(self, key: str) -> bool:
        name = key.partition("[")[0]
        if name.startswith("@"):
            nodes = self._case["flow"]
            return bool(isinstance(nodes, list) and nodes[int(name[1:])].get("wait"))
        return any(
            each.get("id") == name and each.get("wait") for each in _nodes(self._case["flow"])
        )
