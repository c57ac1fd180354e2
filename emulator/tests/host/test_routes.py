"""Route templates: matching, constraints, precedence."""

import pytest

from emulator.host.invocation import FunctionInfo
from emulator.host.routes import RouteTable, route_of


def http_function(
    name: str, route: str | None = None, methods: list[str] | None = None
) -> FunctionInfo:
    trigger: dict[str, object] = {"type": "httpTrigger", "name": "req"}
    if route is not None:
        trigger["route"] = route
    if methods is not None:
        trigger["methods"] = methods
    return FunctionInfo(name, trigger, (trigger,))


def found(table: RouteTable, path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    match = table.find(method, path)
    return None if match is None else (match[0].name, dict(match[1]))


def matches(template: str, path: str) -> bool:
    return found(RouteTable([http_function("f", template)], "api"), path) is not None


def test_a_function_without_a_route_answers_under_its_name() -> None:
    table = RouteTable([http_function("hello")], "api")
    assert found(table, "/api/hello") == ("hello", {})
    assert found(table, "/API/Hello/") == ("hello", {})
    assert found(table, "/hello") is None


@pytest.mark.parametrize("prefix", ["", "/"])
def test_an_empty_prefix_puts_functions_at_the_root(prefix: str) -> None:
    assert found(RouteTable([http_function("hello")], prefix), "/hello") == ("hello", {})


def test_parameters_are_decoded_except_for_an_escaped_slash() -> None:
    table = RouteTable([http_function("f", "echo/{a}/{b?}")], "api")
    assert found(table, "/api/echo/a%2Fb/%C3%A9%20x") == ("f", {"a": "a%2Fb", "b": "é x"})
    assert found(table, "/api/echo/a+b") == ("f", {"a": "a+b"})


def test_an_optional_parameter_may_be_left_out_and_a_required_one_may_not() -> None:
    table = RouteTable([http_function("f", "echo/{a}/{b?}")], "api")
    assert found(table, "/api/echo/1/") == ("f", {"a": "1"})
    assert found(table, "/api/echo") is None
    assert found(table, "/api/echo/1/2/3") is None
    assert found(table, "/api//echo/1") is None


def test_a_default_fills_a_parameter_that_is_left_out() -> None:
    table = RouteTable([http_function("f", "page/{number=1}")], "api")
    assert found(table, "/api/page") == ("f", {"number": "1"})
    assert found(table, "/api/page/7") == ("f", {"number": "7"})


def test_a_catch_all_takes_any_number_of_segments() -> None:
    table = RouteTable([http_function("f", "files/{*rest}")], "api")
    assert found(table, "/api/files/a/b/c.txt") == ("f", {"rest": "a/b/c.txt"})
    assert found(table, "/api/files") == ("f", {})


def test_the_more_specific_route_wins_whatever_the_order() -> None:
    table = RouteTable(
        [
            http_function("rest", "pick/{*rest}"),
            http_function("any", "pick/{x}"),
            http_function("number", "pick/{x:int}"),
            http_function("fixed", "pick/fixed"),
        ],
        "api",
    )
    assert found(table, "/api/pick/fixed") == ("fixed", {})
    assert found(table, "/api/pick/7") == ("number", {"x": "7"})
    assert found(table, "/api/pick/other") == ("any", {"x": "other"})
    assert found(table, "/api/pick/a/b") == ("rest", {"rest": "a/b"})


def test_the_method_chooses_between_functions_of_one_route() -> None:
    table = RouteTable(
        [http_function("get", "same", ["GET"]), http_function("post", "same", ["POST"])], "api"
    )
    assert found(table, "/api/same") == ("get", {})
    assert found(table, "/api/same", "POST") == ("post", {})
    assert found(table, "/api/same", "PUT") is None
    assert found(table, "/api/same", "HEAD") is None


def test_a_segment_may_mix_text_and_parameters() -> None:
    table = RouteTable([http_function("f", "files/{name}.{kind}")], "api")
    assert found(table, "/api/files/report.pdf") == ("f", {"name": "report", "kind": "pdf"})


@pytest.mark.parametrize(
    ("constraint", "good", "bad"),
    [
        ("int", "-5", "abc"),
        ("int", "2147483647", "2147483648"),
        ("long", "2147483648", "1.5"),
        ("bool", "True", "yes"),
        ("alpha", "abc", "ab1"),
        ("guid", "0AF76519-16cd-43dd-8448-eb211c80319c", "0af7"),
        ("double", "1.5e3", "x"),
        ("datetime", "2026-11-22", "today"),
        ("length(3)", "abc", "ab"),
        ("length(2,3)", "ab", "abcd"),
        ("minlength(2)", "ab", "a"),
        ("maxlength(2)", "ab", "abc"),
        ("min(18)", "18", "17"),
        ("max(18)", "18", "19"),
        ("range(1,9)", "9", "10"),
        ("regex(^a.c$)", "abc", "abd"),
    ],
)
def test_a_constraint_lets_only_fitting_values_through(
    constraint: str, good: str, bad: str
) -> None:
    assert matches(f"x/{{value:{constraint}}}", f"/api/x/{good}")
    assert not matches(f"x/{{value:{constraint}}}", f"/api/x/{bad}")


def test_several_constraints_must_all_hold() -> None:
    assert matches("x/{value:int:min(5)?}", "/api/x/5")
    assert matches("x/{value:int:min(5)?}", "/api/x")
    assert not matches("x/{value:int:min(5)?}", "/api/x/4")


def test_an_unknown_constraint_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown route constraint 'sorcery'"):
        route_of(http_function("f", "x/{value:sorcery}"), "api")
