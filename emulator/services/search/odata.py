"""Parses OData filters with odata-query, its lexer mended where names begin like keywords."""

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from emulator.services.search.errors import invalid


class FilterLexer(ODataLexer):
    """The stock lexer reads `allowedRoles` as the keyword `all` and a name `owedRoles`."""

    tokens = ODataLexer.tokens
    # sly lets a pattern replace a token's method and keeps the method's action.
    NULL = r"null\b"  # type: ignore[assignment]
    BOOLEAN = r"(?:true|false)\b"  # type: ignore[assignment]
    ANY = r"any(?=\s*\()"  # type: ignore[assignment]
    ALL = r"all(?=\s*\()"  # type: ignore[assignment]
    NOT = r"not(?:\s+|(?=\())"  # type: ignore[assignment]


def parse_filter(text: str) -> ast._Node:
    """The syntax tree of a filter; raises SearchError (400) when it cannot be read."""
    try:
        tree = ODataParser().parse(FilterLexer().tokenize(text.strip()))
    except ODataException as error:
        raise invalid(f"Invalid expression: {error}", "$filter") from None
    if not isinstance(tree, ast._Node):
        raise invalid("Invalid expression: the filter is empty.", "$filter")
    return tree


def function_name(call: ast.Call) -> str:
    """The full name of the function called, such as `search.in`."""
    return ".".join((*call.func.namespace, call.func.name))
