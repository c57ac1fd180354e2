"""The app's table of routes with its handlers, read from function_app without loading the app."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from api.edge import Handler
from api.openapi.operations import Operation
from api.openapi.routes import ROUTES

SOURCE = Path(__file__).parents[3] / "function_app.py"


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table, with the operation that the OpenAPI document has for it."""

    name: str
    method: str
    path: str
    handler: Handler
    operation: Operation

    @property
    def ids(self) -> tuple[str, ...]:
        """The parameters in the path, in their order."""
        parts = (part for part in self.path.split("/") if part.startswith("{"))
        return tuple(part.strip("{}") for part in parts)

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The first example of what is sent to it; None where nothing is."""
        if self.operation.body is None:
            return None
        return dict(self.operation.examples[0][1])


def table() -> tuple[Route, ...]:
    """Every route that wants to know who asks."""
    return tuple(_route(line) for line in _lines(ast.parse(SOURCE.read_text("utf-8"))))


def _lines(tree: ast.Module) -> list[tuple[ast.expr, ...]]:
    """What is registered: the lines that a loop goes through, and single calls, whose handler is
    inside of what is put around it."""
    found: list[tuple[ast.expr, ...]] = []
    for node in tree.body:
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            found += [tuple(line.elts) for line in node.iter.elts if isinstance(line, ast.Tuple)]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            inner = [each for each in ast.walk(call) if _is_signed_in(each)]
            if ast.unparse(call.func) == "register_endpoint" and inner:
                assert isinstance(inner[0], ast.Call)
                found.append((*call.args[1:4], inner[0].args[0]))
    return found


def _is_signed_in(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "signed_in"


def _route(line: tuple[ast.expr, ...]) -> Route:
    name, method, path = (str(_value(each)) for each in line[:3])
    operation = next(
        each for each in ROUTES if (each.method, each.path) == (method.lower(), f"/{path}")
    )
    return Route(name, method, path, _value(line[3]), operation)


def _value(expression: ast.expr) -> Any:
    """A constant, or `lambda: module.NAME` of a module of api."""
    if isinstance(expression, ast.Constant):
        return expression.value
    assert isinstance(expression, ast.Lambda), "what a function does is loaded when it is called"
    expression = expression.body
    module, _, name = ast.unparse(expression).partition(".")
    return getattr(import_module(f"api.{module}"), name)
