"""The query language by itself: what each construct selects, undefined included."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from emulator.services.cosmos.sql.errors import SqlError
from emulator.services.cosmos.sql.paging import Document, Position, run_page
from emulator.services.cosmos.sql.plan import compile_query

FAMILY: Sequence[Mapping[str, Any]] = [
    {"id": "1", "n": 1, "name": "Ana", "tags": ["x", "y"], "at": {"city": "Lima"}, "ok": True},
    {"id": "2", "n": 2.5, "name": "beto", "tags": [], "at": None, "ok": False},
    {"id": "3", "name": "Ciro", "tags": ["y", {"k": 1, "m": 2}], "order": "last"},
    {"id": "4", "n": "2", "name": None, "tags": "x"},
]


def select(
    text: str, documents: Sequence[Mapping[str, Any]] = FAMILY, **parameters: Any
) -> list[Any]:
    stored = [Document(at, json.dumps(one).encode()) for at, one in enumerate(documents)]
    named = {f"@{name}": value for name, value in parameters.items()}
    page = run_page(compile_query(text), stored, named, Position(), 1000)
    assert page.continuation is None
    return [json.loads(result) for result in page.results]


def ids(where: str, **parameters: Any) -> str:
    return "".join(select(" ".join(["SELECT VALUE c.id FROM c WHERE", where]), **parameters))


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("c.n = 1", "1"),
        ("c.n = 1.0", "1"),
        ("c.n != 1", "24"),
        ("c.n <> 1", "24"),
        ("c.n > 0", "12"),
        ("c.n >= 1 AND c.n < 2.5", "1"),
        ("c.n > '0'", "4"),
        ("NOT c.n = 1", "24"),
        ("NOT (c.n > 0)", ""),
        ("c.missing = 1", ""),
        ("NOT (c.missing = 1)", ""),
        ("c.missing = 1 OR c.id = '3'", "3"),
        ("c.missing != null", ""),
        ("c.name = null", "4"),
        ("c.name != null", "123"),
        ("c.ok", "1"),
        ("NOT c.ok", "2"),
        ("c.ok = true", "1"),
        ("c.n = true", ""),
        ("c.n IN (1, '2')", "14"),
        ("c.n NOT IN (1)", "24"),
        ("c.missing NOT IN (1)", ""),
        ("c.n BETWEEN 1 AND 2.5", "12"),
        ("c.n NOT BETWEEN 1 AND 2", "2"),
        ("c.name LIKE '%n%'", "1"),
        ("c.name LIKE 'C_ro'", "3"),
        ("c.name LIKE '[AC]%'", "13"),
        ("c.name LIKE '[^AC]%'", "2"),
        ("c.name NOT LIKE 'A%'", "23"),
        ("c.name LIKE 'A!%' ESCAPE '!'", ""),
        ("CONTAINS(c.name, 'N')", ""),
        ("CONTAINS(c.name, 'N', true)", "1"),
        ("STARTSWITH(c.name, 'be')", "2"),
        ("ENDSWITH(c.name, 'RO', true)", "3"),
        ("STRINGEQUALS(c.name, 'ANA', true)", "1"),
        ("ARRAY_CONTAINS(c.tags, 'y')", "13"),
        ("ARRAY_CONTAINS(c.tags, {'k': 1})", ""),
        ("ARRAY_CONTAINS(c.tags, {'k': 1}, true)", "3"),
        ("IS_DEFINED(c.n)", "124"),
        ("NOT IS_DEFINED(c.n)", "3"),
        ("IS_NULL(c.at)", "2"),
        ("IS_STRING(c.n)", "4"),
        ("IS_NUMBER(c.n)", "12"),
        ("LENGTH(c.name) = 4", "23"),
        ("LOWER(c.name) = 'ana'", "1"),
        ("UPPER(c['name']) = 'ANA'", "1"),
        ("ARRAY_LENGTH(c.tags) = 0", "2"),
        ("c.at.city = 'Lima'", "1"),
        ("c.at.city.deeper = 1", ""),
        ("c.tags[0] = 'y'", "3"),
        ("c['order'] = 'last'", "3"),
        ("c.order = 'last'", "3"),
        ("EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'x')", "1"),
        ("(c.n > 1 OR c.id = '1') AND c.ok = true", "1"),
        ("REGEXMATCH(c.name, '^a', 'i')", "1"),
        ('c.id = "2" -- a comment', "2"),
        ("(c.n ?? 0) = 0", "3"),
        ("(IS_DEFINED(c.n) ? 1 : 2) = 2", "3"),
    ],
)
def test_where_selects(where: str, found: str) -> None:
    assert ids(where) == found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("-7 % 3", -1),
        ("-(2)", -2),
        ("'a' || 'b' || 'c'", "abc"),
        ("'it''s'", "it's"),
        (r"'a\'b\u00e9'", "a'bé"),
        ("{'a': 1, b: undefined, c: null}", {"a": 1, "c": None}),
        ("[1, undefined, 'x']", [1, "x"]),
        ("SUBSTRING('abcdef', 1, 3)", "bcd"),
        ("REPLACE('banana', 'a', 'o')", "bonono"),
        ("INDEX_OF('abc', 'c')", 2),
        ("LEFT('abc', 2)", "ab"),
        ("RIGHT('abc', 2)", "bc"),
        ("TOSTRING(1.0)", "1"),
        ("STRINGTONUMBER('2.50')", 2.5),
        ("CONCAT('a', 'b', 'c')", "abc"),
        ("ARRAY_SLICE([1, 2, 3], 1)", [2, 3]),
        ("ARRAY_CONCAT([1], [2, 3])", [1, 2, 3]),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("FLOOR(-1.5)", -2),
        ("ABS(-3)", 3),
        ("IIF(1 < 2, 'yes', 'no')", "yes"),
        ("1 = 1.0", True),
        ("true = 1", False),
        ("[1, {'a': [2]}] = [1, {'a': [2]}]", True),
        ("null < false", None),
        ("1 < 'a'", None),
        ("1 / 0", None),
        ("undefined = undefined", None),
        ("true AND undefined", None),
        ("false AND undefined", False),
        ("true OR undefined", True),
        ("CONTAINS(1, 'a')", None),
    ],
)
def test_an_expression_evaluates_to(expression: str, value: object) -> None:
    """None stands for undefined: the query then has no result."""
    assert select(f"SELECT VALUE {expression}") == ([] if value is None else [value])


def test_columns_are_named_by_alias_property_or_number() -> None:
    text = "SELECT c.id, c.n AS number, c.at.city town, UPPER(c.name), 1, c.none FROM c WHERE c.n=1"
    assert select(text) == [{"id": "1", "number": 1, "town": "Lima", "$1": "ANA", "$2": 1}]


def test_an_alias_may_stand_for_the_document() -> None:
    assert select("SELECT x.id FROM root AS x WHERE x.n = 1") == [{"id": "1"}]
    assert select("SELECT c FROM c WHERE c.n = 1") == [{"c": FAMILY[0]}]


def test_join_makes_a_row_for_each_element() -> None:
    text = "SELECT c.id, t FROM c JOIN t IN c.tags WHERE IS_STRING(t)"
    assert [(row["id"], row["t"]) for row in select(text)] == [("1", "x"), ("1", "y"), ("3", "y")]


def test_joins_multiply() -> None:
    text = "SELECT VALUE [a, b] FROM c JOIN a IN c.tags JOIN b IN c.tags WHERE c.id = '1'"
    assert select(text) == [["x", "x"], ["x", "y"], ["y", "x"], ["y", "y"]]


def test_join_takes_a_subquery() -> None:
    text = "SELECT VALUE t FROM c JOIN t IN (SELECT VALUE s FROM s IN c.tags WHERE s = 'y')"
    assert select(text) == ["y", "y"]


def test_from_may_begin_inside_the_document() -> None:
    assert select("SELECT VALUE t FROM t IN c.tags WHERE t = 'x'") == ["x"]
    assert select("SELECT VALUE at.city FROM c.at") == ["Lima"]


def test_a_subquery_gives_a_value_or_an_array() -> None:
    text = (
        "SELECT ARRAY(SELECT VALUE t FROM t IN c.tags WHERE t != @no) AS kept, "
        "(SELECT VALUE COUNT(1) FROM t IN c.tags) AS total FROM c WHERE c.id = '1'"
    )
    assert select(text, no="x") == [{"kept": ["y"], "total": 2}]


def test_order_by_sorts_by_type_and_then_by_value() -> None:
    assert select("SELECT VALUE c.id FROM c ORDER BY c.n") == ["3", "1", "2", "4"]
    assert select("SELECT VALUE c.id FROM c ORDER BY c.n DESC") == ["4", "2", "1", "3"]
    mixed: list[Any] = [{"a": 1}, [1], "b", "B", 2, True, False, None]
    values = [{"id": str(number), "v": value} for number, value in enumerate(mixed)]
    found = select("SELECT VALUE c.id FROM c ORDER BY c.v", [*values, {"id": "undefined"}])
    assert found == ["undefined", "7", "6", "5", "4", "3", "2", "1", "0"]


def test_order_by_takes_several_keys() -> None:
    points = [{"id": str(i), "x": i % 2, "y": i} for i in range(4)]
    assert select("SELECT VALUE c.id FROM c ORDER BY c.x DESC, c.y ASC", points) == [
        "1",
        "3",
        "0",
        "2",
    ]


def test_top_and_offset_limit_cut_the_results() -> None:
    assert select("SELECT TOP 2 VALUE c.id FROM c") == ["1", "2"]
    assert select("SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2") == ["2", "3"]
    assert select("SELECT VALUE c.id FROM c ORDER BY c.id DESC OFFSET @o LIMIT @l", o=3, l=9) == [
        "1"
    ]
    assert select("SELECT TOP @n VALUE c.n FROM c WHERE c.id != '1'", n=2) == [2.5, "2"]


def test_distinct_keeps_the_first_of_each_value() -> None:
    rows: list[dict[str, Any]] = [{"v": 1}, {"v": 1.0}, {"v": True}, {"v": "1"}, {"v": 1}, {}]
    assert select("SELECT DISTINCT VALUE c.v FROM c", rows) == [1, True, "1"]
    assert select("SELECT DISTINCT c.v FROM c", rows) == [{"v": 1}, {"v": True}, {"v": "1"}, {}]


def test_aggregates_over_everything() -> None:
    numbers = [{"n": 1}, {"n": 2}, {"n": 6}, {}]
    assert select("SELECT VALUE COUNT(1) FROM c", numbers) == [4]
    assert select("SELECT VALUE COUNT(c.n) FROM c", numbers) == [3]
    text = "SELECT SUM(c.n) AS s, AVG(c.n) AS a, MIN(c.n) AS lo, MAX(c.n) AS hi FROM c"
    assert select(text, numbers) == [{"s": 9, "a": 3, "lo": 1, "hi": 6}]
    assert select("SELECT VALUE MAX(c.n) - MIN(c.n) FROM c", numbers) == [5]


def test_aggregates_over_nothing() -> None:
    assert select("SELECT VALUE COUNT(1) FROM c", []) == [0]
    assert select("SELECT VALUE SUM(c.n) FROM c", []) == [0]
    assert select("SELECT VALUE AVG(c.n) FROM c", []) == []
    assert select("SELECT MAX(c.n) AS m, COUNT(1) AS k FROM c", []) == [{"k": 0}]


def test_a_sum_over_what_is_no_number_is_undefined() -> None:
    assert select("SELECT SUM(c.n) AS s, COUNT(c.n) AS k FROM c") == [{"k": 3}]


def test_group_by_makes_a_result_for_each_group() -> None:
    sales = [{"k": "a", "n": 1}, {"k": "b", "n": 2}, {"k": "a", "n": 3}]
    text = "SELECT c.k, COUNT(1) AS times, SUM(c.n) AS total FROM c GROUP BY c.k"
    assert select(text, sales) == [
        {"k": "a", "times": 2, "total": 4},
        {"k": "b", "times": 1, "total": 2},
    ]
    assert select("SELECT c.k FROM c GROUP BY c.k", sales) == [{"k": "a"}, {"k": "b"}]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("SELEC * FROM c", "SC1001", "near 'SELEC'"),
        ("SELECT * FROM c WHERE", "SC1001", "near 'end of query'"),
        ("SELECT * FROM c WHERE c.n = 'open", "SC1001", "near"),
        ("SELECT * FROM c LIMIT 3", "SC1001", "near 'LIMIT'"),
        ("SELECT * FROM c WHERE x.n = 1", "SC2001", "'x' could not be resolved"),
        ("SELECT VALUE NOPE(c.n) FROM c", "SC2005", "'NOPE' is not a recognized"),
        ("SELECT VALUE LOWER() FROM c", "SC2050", "LOWER"),
        ("SELECT * FROM c JOIN t IN c.tags", "SC2040", "single input set"),
        ("SELECT c.n, c.at.n FROM c", "SC2012", "'n' is used more than once"),
        ("SELECT c.id, COUNT(1) FROM c", "SC2102", "invalid in the select list"),
        ("SELECT c.n FROM c GROUP BY c.n ORDER BY c.n", "SC2103", "ORDER BY"),
        ("SELECT c.n FROM c GROUP BY c.n HAVING c.n > 1", "SC1001", "HAVING"),
        ("SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1", "SC2204", "TOP"),
        ("SELECT TOP 'x' * FROM c", "SC1001", "near"),
        ("SELECT * FROM c WHERE c.n = @missing", "SC2090", "'@missing'"),
        ("SELECT * FROM c WHERE c.x IN (SELECT @missing)", "SC1001", "near"),
        ("SELECT VALUE udf.tax(c.n) FROM c", "SC1001", "user-defined"),
        ("SELECT * FROM c WHERE " + "(" * 200 + "1" + ")" * 200, "SC3001", "nested"),
    ],
)
def test_a_wrong_query_is_refused_by_code_and_place(text: str, code: str, says: str) -> None:
    with pytest.raises(SqlError) as refused:
        select(text)
    assert refused.value.code == code
    assert says in refused.value.message


def test_a_parameter_used_in_a_subquery_only_must_be_supplied() -> None:
    with pytest.raises(SqlError, match="@x"):
        select("SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = @x)")


def test_a_thousand_alternatives_are_no_problem() -> None:
    where = " OR ".join(f"(c.id = 'x{number}' AND c.n = 1)" for number in range(1000))
    assert ids(where + " OR c.id = '3'") == "3"


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(SqlError, match="not negative"):
        select("SELECT * FROM c OFFSET 0 LIMIT @l", l=-1)
