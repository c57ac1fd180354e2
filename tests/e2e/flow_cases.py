"""Cases of the conformance suite as the local platform runs them: a stand-in is behind calls."""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from shared.flows.checking import program_of
from shared.flows.flow import Node
from shared.flows.graph import Program
from shared.flows.json_values import equal
from tests.flows.cases import Case, called

NOT_RUN: Mapping[str, str] = {
    "runs_agents: an answer keeps citations, usage, thread, steps and handoffs": (
        "the answer is made up whole, with ids and counts that are the platform's own; "
        "`test_what_an_answer_has_is_there` shows those of a real one"
    ),
    "runs_agents: an answer that should be JSON and is not is a text": (
        "an agent of the platform is held to what it was asked for: such a call fails"
    ),
    "runs_outside: a value of the simulator is in no request, and its call is to be made up": (
        "a secure value is a handle wherever a flow runs durably, whatever its mode; the cases "
        "beside it are given such a value from outside"
    ),
    "runs_outside: a value in a path is percent-encoded, and a slash is too": (
        "the tool http sends no slash that hides in a path"
    ),
}
"""The only ones that the platform cannot run, by their nature, and why."""

PROFILES = ("a", "b", "p", "prod", "staging", "testing-real")
"""Credential profiles that the cases name."""
WEB = re.compile(r"^https?://")
ONE_VALUE = re.compile(r"^\$\{(\w+)\}$")
THREAD = re.compile(r'"(thr-\d+)"')
MARK = re.compile(r" ?\[\[say:[^\s]+\]\]")
MADE_ANEW = ("h_", "t_")
"""What handles and threads of the suite begin with."""
SHORT_MS = 1_000
"""The shortest that a call may take, for one that is not answered."""
LONG_MS = 60_000
"""What every call of REST may take here: it is held back until somebody has looked at it."""


def threads_in(case: Case) -> tuple[str, ...]:
    """Threads that its calls go on with."""
    return tuple(sorted(set(THREAD.findall(json.dumps(case)))))


def with_threads(case: Case, real: Mapping[str, str]) -> Case:
    text = json.dumps(case)
    for made_up, thread in real.items():
        text = text.replace(f'"{made_up}"', f'"{thread}"')
    found: Case = json.loads(text)
    return found


def same(found: Any, wanted: Any) -> bool:
    """Equal, where the suite says something: a real answer has its usage and ids as well. Handles
    and threads are made anew in each run."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and same(found[name], each) for name, each in wanted.items())
    return _same(found, wanted)


def equal_but_handles(found: Any, wanted: Any) -> bool:
    """What is sent: no member more."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        names = found.keys() == wanted.keys()
        return names and all(equal_but_handles(found[n], each) for n, each in wanted.items())
    return _same(found, wanted)


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = zip(found, wanted, strict=False)
        return len(found) == len(wanted) and all(same(a, b) for a, b in pairs)
    if isinstance(wanted, str) and wanted.startswith(MADE_ANEW):
        return isinstance(found, str) and len(found) > len(wanted)
    return equal(found, wanted)


def expected_of(case: Case) -> dict[str, Any]:
    """What the suite says of the end. It has calls made up that nothing of the simulator may be
    sent with; the platform, which makes nothing up, refuses them by the places."""
    wanted: dict[str, Any] = case["expected"]
    for action in wanted.get("actions", ()):
        if leaks := action.get("leaks"):
            key = action.get("key", "@0")
            failure = {"code": "NOT_ALLOWED", "node": key}
            return {**wanted, "status": "failed", "failure": failure, "leaks": leaks}
    return wanted


@dataclass(frozen=True, slots=True)
class Call:
    """How the stand-in knows a node's calls: by the case, the node and the rounds it is in."""

    case: str
    node: str
    rounds: tuple[str, ...]

    @property
    def mark(self) -> str:
        """With templates for the rounds."""
        return "".join((f"{self.case}/{self.node}", *(f":${{{each}}}" for each in self.rounds)))


class Rewritten:
    """The flow, with the stand-in behind each call."""

    def __init__(self, case: Case, url: str, name: str) -> None:
        program = program_of(case["flow"], "es")
        assert isinstance(program, Program), program
        self._case, self._url, self._name = case, url, name
        self.flow = copy.deepcopy(case["flow"])
        self.inputs: dict[str, Any] = copy.deepcopy(case.get("inputs", {}))
        self._timeouts: dict[str, int | None] = {}
        for node in program.flow.nodes.values():
            call = Call(name, node.id, _rounds(node, program))
            if node.type == "agent_call":
                self._speak(self._written(node), call)
            elif node.type == "rest_call":
                self._lead(self._written(node), call)

    def key(self, key: str) -> str:
        """The stand-in's, of an execution."""
        return f"{self._name}/{key.replace('[', ':').replace(']', '')}"

    def _written(self, node: Node) -> dict[str, Any]:
        found = self.flow
        for part in node.place:
            found = found[part]
        assert isinstance(found, dict)
        return found

    def _speak(self, node: dict[str, Any], call: Call) -> None:
        failure = self._case["expected"].get("failure", {})
        if (failure.get("node"), failure.get("code")) == (call.node, "message_missing"):
            return
        evidence_only = node.get("agent_profile") == "retrieval"
        prompt = "systemPrompt" if "systemPrompt" in node else "system_prompt"
        field = "message" if evidence_only else prompt
        node[field] = f"{node.get(field) or ''} [[say:{call.mark}]]".lstrip()
        answers = self._case.get("answers", {})
        told = [each for key, each in answers.items() if key.partition("[")[0] == call.node]
        if any(map(is_late, told)):
            node["runtime"] = {"timeout_ms": SHORT_MS}

    def _lead(self, node: dict[str, Any], call: Call) -> None:
        """What is behind the name of the host stays as it is."""
        field = "timeoutMs" if "timeoutMs" in node else "timeout_ms"
        self._timeouts[call.node] = node.get(field)
        node[field] = LONG_MS
        if alone := ONE_VALUE.match(node["url"]):
            assert not call.rounds
            self.inputs[alone[1]] = self._led(str(self.inputs[alone[1]]), call)
        else:
            node["url"] = self._led(node["url"], call)

    def _led(self, url: str, call: Call) -> str:
        return WEB.sub(f"{self._url}/rest/{call.mark}/", url)

    def unmarked(self, action: dict[str, Any]) -> dict[str, Any]:
        """An action of the rewritten flow as the case has it."""
        request = dict(action.get("request", {}))
        for field in ("system_prompt", "message"):
            if field in request and not (text := MARK.sub("", str(request[field]))):
                del request[field]
            elif field in request:
                request[field] = text
        if request.get("runtime") == {"timeout_ms": SHORT_MS}:
            del request["runtime"]
        found = {**action, "request": request} if "request" in action else action
        if "url" in found:
            prefix = f"{self._url}/rest/{self.key(found['key'])}/"
            assert found["url"].startswith(prefix), found["url"]
            assert found["timeoutMs"] == LONG_MS
            url = f"https://{found['url'].removeprefix(prefix)}"
            found = {**found, "url": url, "timeoutMs": self._timeouts[found["node"]]}
        return found


def is_late(answer: Any) -> bool:
    """Whether its call is never answered, and may end before it is even sent."""
    failed = answer.get("failed", {}) if isinstance(answer, dict) else {}
    return bool(failed.get("code") == "TIMEOUT")


def _rounds(node: Node, program: Program) -> tuple[str, ...]:
    """Names of the variables that number them, which an inner loop may not take again."""
    loops = [program.flow.nodes[each] for each in program.graph.loops[node.id]]
    names = tuple(str(getattr(each.form, "index_as", None) or "index") for each in loops)
    assert len(set(names)) == len(names), "rounds of inner loops need names of their own"
    return names


def name_of(case: Case) -> str:
    """As a part of an address, and no run's but this one's."""
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', called(case))[:60].strip('-')}-{uuid4().hex[:8]}"
