"""The paper on the flow language says what the code does."""

import re

from shared.contracts.flow_wording import OF_FLOWS
from shared.contracts.flows.nodes import NODES
from tests.flows.cases import cases
from tests.flows.reference import PAPER, written

NOT_IN_A_CASE = {"too_many_nodes", "templates_too_long"}
"""They take files of 501 nodes and of 200 kB; `test_limits` has them."""


def test_the_reference_is_that_of_the_contracts() -> None:
    paper = PAPER.read_text("utf-8")
    assert paper == written(paper), "run: python -m tests.flows.reference"


def test_every_node_and_every_code_is_in_a_case() -> None:
    told = {problem[1] for case in cases("check") for problem in case["problems"]}
    told |= {warning[0] for case in cases("export") for warning in case["warnings"]}
    told |= {case["expected"].get("failure", {}).get("code") for case in cases("run")}
    told |= {
        case["error"]
        for kind in ("template", "expression")
        for case in cases(kind)
        if "error" in case
    }
    assert {key.removeprefix("flow_") for key in OF_FLOWS} - told == NOT_IN_A_CASE
    flows = str([case["flow"] for case in cases("run")])
    assert {kind for kind in NODES if f"'type': '{kind}'" not in flows} == set()


def test_what_the_paper_calls_by_name_exists() -> None:
    paper = PAPER.read_text("utf-8")
    for name in re.findall(r"`(shared/[\w/.]+|tests/[\w/.]+)`", paper):
        assert (PAPER.parents[1] / name).exists(), name
