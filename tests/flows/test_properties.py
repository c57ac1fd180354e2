"""What holds of all flows, templates and expressions, not only of those somebody thought of."""

import json
import math
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.flows.nodes import NODES, CredentialProfileNode, UseProfileNode
from shared.contracts.flows.running import Say
from shared.contracts.flows.stored import document_of
from shared.flows.checking import check, program_of
from shared.flows.evaluating import EvaluationError, evaluate
from shared.flows.exporting import export
from shared.flows.expressions import ExpressionError
from shared.flows.graph import Program
from shared.flows.json_values import json_of, number_text
from shared.flows.keeping import keep
from shared.flows.profiles import profile_of
from shared.flows.reading import read
from shared.flows.templates import MissingVariableError, TemplateError, escaped, render, resolve
from tests.flows.driving import drive
from tests.flows.naive import walk

NAMES = ("a", "b", "c")
SLOW = settings(max_examples=60, deadline=None)
QUICK = settings(max_examples=150, deadline=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
names = st.sampled_from(NAMES)
secrets = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=10, max_size=20).map("cnry".__add__)


# --- templates and numbers ------------------------------------------------------------------------


@QUICK
@given(st.text())
def test_an_escaped_text_renders_to_itself(text: str) -> None:
    assert render(escaped(text), {}) == text


@QUICK
@given(st.text(alphabet='ab.[]{}$\\"0 ', max_size=30), st.dictionaries(names, json_values))
def test_a_template_renders_or_says_what_is_wrong(text: str, variables: dict[str, Any]) -> None:
    try:
        found = render(text, variables)
    except TemplateError as refused:
        found = refused.code
    except MissingVariableError as refused:
        found = refused.path
    json.dumps(found)


@QUICK
@given(json_values)
def test_one_placeholder_alone_is_the_value_and_beside_a_text_its_json(value: Any) -> None:
    assert render("${a}", {"a": value}) == value
    beside = render("-${a}", {"a": value})
    assert beside == "-" + (value if isinstance(value, str) else json_of(value))


@QUICK
@given(json_values)
def test_what_is_written_as_json_is_read_as_the_same(value: Any) -> None:
    # In JavaScript every number is a double.
    assert json.loads(json_of(value), parse_int=float) == value


@QUICK
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_is_that_number(number: float) -> None:
    assert float(number_text(number)) == number
    assert not number_text(number).endswith(".0")


@QUICK
@given(
    st.text(alphabet="ab1 +-*/%()[]{}<>=!&|?:.,'\"", max_size=24),
    st.dictionaries(names, json_values),
)
def test_an_expression_is_a_json_value_or_says_what_is_wrong(
    text: str, variables: dict[str, Any]
) -> None:
    try:
        found = evaluate(text, variables)
    except (ExpressionError, EvaluationError) as refused:
        found = refused.detail
    json.dumps(found, allow_nan=False)


@QUICK
@given(json_values, json_values)
def test_equality_is_that_of_json(left: Any, right: Any) -> None:
    assert evaluate("a == a && b == b", {"a": left, "b": right})
    assert evaluate("(a == b) == (b == a)", {"a": left, "b": right})


@QUICK
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_numbers_are_counted_as_doubles(left: float, right: float) -> None:
    given_them = {"a": left, "b": right}
    assert evaluate("a + b == b + a", given_them)
    found = evaluate("a * b - a", given_them)
    assert math.isclose(found, left * right - left, rel_tol=0, abs_tol=0)


# --- runs -----------------------------------------------------------------------------------------


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(("x", "${a}", "${b}-${c}", "{{a}}!", "${item}"))


def said() -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"type": st.just("response"), "text": texts()})


def assigned(mode: str | None = None) -> st.SearchStrategy[Any]:
    fields = {"type": st.just("assign_var"), "name": names, "value": texts()}
    if mode is not None:
        fields |= {"mode": st.just(mode), "name": st.just("list")}
    return st.fixed_dictionaries(fields)


def blocks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=3)
    condition = st.fixed_dictionaries(
        {
            "type": st.just("condition"),
            "expression": st.sampled_from(("a == 'x'", "size(string(b)) > 1", "true", "c != a")),
            "then": some,
            "else": some,
        }
    )
    loop = st.fixed_dictionaries(
        {
            "type": st.just("loop"),
            "over": st.lists(st.sampled_from(("u", "v", 1)), max_size=3),
            "item_as": st.sampled_from(("item", "a")),
            "index_as": st.sampled_from(("index", "b")),
            "body": some,
            "collect": texts(),
            "save_as": st.sampled_from(("rs", "c")),
        }
    )
    return condition | loop


flows = st.lists(
    st.recursive(said() | assigned() | assigned("append"), blocks, max_leaves=10), max_size=5
)
START = {"a": "x", "b": 2, "c": "y", "item": "afuera"}


@SLOW
@given(flows)
def test_a_run_ends_and_comes_to_what_a_plain_walk_comes_to(nodes: list[Any]) -> None:
    program = program_of(nodes, "es")
    assert isinstance(program, Program)
    driven = drive(program, START, {})
    assert driven.state.status == "done", driven.state.failure
    variables: dict[str, Any] = dict(START)
    assert [each.text for each in driven.actions if isinstance(each, Say)] == walk(nodes, variables)
    assert driven.state.variables == variables


@SLOW
@given(flows)
def test_a_list_and_its_edges_are_one_flow(nodes: list[Any]) -> None:
    named = [{**node, "id": f"n{index}"} for index, node in enumerate(nodes)]
    pairs = pairwise(named)
    edges = [{"from": one["id"], "to": other["id"]} for one, other in pairs]
    drawn = {"nodes": list(reversed(named)), "edges": edges}
    programs = (program_of(named, "es"), program_of(drawn, "es"))
    runs = [drive(each, START, {}) for each in programs if isinstance(each, Program)]
    assert len(runs) == 2
    if nodes:
        assert runs[0].trace == runs[1].trace
        assert runs[0].state == runs[1].state


@SLOW
@given(
    st.lists(st.integers(0, 9), max_size=6), st.randoms(use_true_random=False), st.integers(1, 4)
)
def test_rounds_side_by_side_come_to_the_same_in_whatever_order_they_end(
    items: list[int], chance: Any, at_once: int
) -> None:
    body = [
        {"type": "agent_call", "id": "x", "message": "${item}", "save_as": "r"},
        {"type": "assign_var", "name": "all", "value": "${r.text}${index}", "mode": "append"},
    ]
    loop = {
        "type": "loop",
        "over": "${items}",
        "body": body,
        "collect": "${r.text}",
        "save_as": "rs",
    }
    beside = {**loop, "parallel": True, "max_parallel": at_once}
    answers = {f"x[{index}]": {"text": f"t{item}"} for index, item in enumerate(items)}
    order = list(answers)
    chance.shuffle(order)
    found = []
    for each in (loop, beside):
        program = program_of([each], "es")
        assert isinstance(program, Program)
        shuffled = tuple(order[:at_once]) if each is beside else ()
        driven = drive(program, {"items": items}, answers, shuffled)
        assert driven.state.status == "done"
        found.append({name: driven.state.variables.get(name) for name in ("all", "rs")})
    assert found[0] == found[1]


# --- profiles, checks and exports -----------------------------------------------------------------


@QUICK
@given(st.lists(names), st.none() | names, st.none() | names)
def test_the_nearest_profile_holds_then_that_of_meta_then_the_default(
    before: list[str], of_meta: str | None, typed_in: str | None
) -> None:
    nodes = [{"type": "use_profile", "profile": each} for each in before]
    if typed_in is not None:
        nodes.insert(0, {"type": "credential_profile", "profile": typed_in})
    meta = {"default_credential_profile": of_meta} if of_meta else {}
    flow = read({"meta": meta, "nodes": nodes}).flow
    assert flow is not None
    named = [form.profile for _, form in flow.of_type(UseProfileNode)]
    assert len(list(flow.of_type(CredentialProfileNode))) == (typed_in is not None)
    found = profile_of(flow, named[-1] if named else None)
    assert found.profile == (before[-1] if before else of_meta or typed_in or "default")
    assert found.fell_back == (not before and of_meta is None and typed_in is None)


FIELDS = sorted({name for model in NODES.values() for name in model.model_fields} | {"else"})
odd_nodes = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4).flatmap(
    lambda fields: st.sampled_from(sorted(NODES)).map(lambda kind: {**fields, "type": kind})
)
odd_edges = st.dictionaries(st.sampled_from(("from", "to", "port", "id")), json_values)
odd_flows = st.fixed_dictionaries(
    {"nodes": st.lists(odd_nodes | json_values, max_size=4)},
    optional={"edges": json_values | st.lists(odd_edges, max_size=3), "meta": json_values},
)


@QUICK
@given(json_values | odd_flows | st.lists(odd_nodes, max_size=3))
def test_whatever_is_sent_something_is_said_of_it(sent: Any) -> None:
    assert all(each.message for each in check(sent, "en"))
    exported = export(sent)
    if exported is not None:
        again = export(exported.flow)
        assert again is not None
        assert again.flow == exported.flow
    if isinstance(sent, dict | list) and (kept := keep(sent)) is not None:
        again_kept = keep(kept.flow)
        assert again_kept is not None
        assert document_of(again_kept.flow) == document_of(kept.flow)


@QUICK
@given(flows, json_values)
def test_what_has_nothing_of_the_simulator_is_kept_as_it_is(nodes: list[Any], ui: Any) -> None:
    for flow in (nodes, {"nodes": nodes, "ui": ui, "unknown": {"b": 1.0, "a": None}}):
        kept = keep(flow)
        assert kept is not None
        assert (document_of(kept.flow), kept.findings) == (document_of(flow), ())


@SLOW
@given(flows, secrets, secrets, secrets, st.integers(0, 5), st.booleans())
def test_an_export_is_free_of_secrets_and_changes_nothing_when_it_is_done_again(
    nodes: list[Any], typed: str, made_up: str, in_a_variable: str, place: int, drawn: bool
) -> None:
    keys = {"type": "credential_profile", "profile": "p", "credentials": {"openai": typed}}
    value = {"type": "secure_value", "source": "app_settings", "alias": "a", "save_as": "k",
             "mode": "plaintext", "value": made_up}  # fmt: skip
    leak = {"type": "response", "text": f"{typed} {made_up} {in_a_variable}"}
    every = [*nodes[:place], keys, value, {"type": "loop", "over": [1], "body": [keys, leak]}]
    named = [{**node, "id": f"n{index}"} for index, node in enumerate(every)]
    pairs = pairwise(named)
    marked = {"value": in_a_variable, "__meta": {"simOnly": True}}
    flow: dict[str, Any] = {"meta": {"variables": {"v": marked}}, "nodes": named}
    if drawn:
        flow["edges"] = [{"from": one["id"], "to": other["id"]} for one, other in pairs]
    found = export(flow)
    assert found is not None
    written = json.dumps(found.flow)
    assert not any(secret in written for secret in (typed, made_up, in_a_variable))
    kept = keep(flow)
    assert kept is not None
    written = document_of(kept.flow)
    assert not any(secret in written for secret in (typed, made_up, in_a_variable))
    again = export(found.flow)
    assert again is not None
    assert again.flow == found.flow
    assert again.findings == ()
    assert not any(each.severity == "error" for each in check(found.flow, "es"))


@SLOW
@given(flows, json_values)
def test_what_templates_resolve_to_has_no_template_left_to_resolve(
    nodes: list[Any], value: Any
) -> None:
    variables = {"a": value, "b": value, "c": value, "item": value}
    resolved = resolve(nodes, variables)
    assert len(resolved) == len(nodes)
    assert [each["type"] for each in resolved] == [each["type"] for each in nodes]
