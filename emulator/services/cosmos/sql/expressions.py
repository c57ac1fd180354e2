"""Parses scalar expressions by recursive descent, loosest operator first."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Literal

from .cursor import Cursor
from .errors import SqlError, syntax_error, unsupported
from .syntax import (
    Aggregate,
    Among,
    ArrayOf,
    Between,
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Junction,
    Like,
    Member,
    Name,
    ObjectOf,
    Parameter,
    Query,
    Subquery,
    Unary,
)
from .tokens import Token
from .values import UNDEFINED, Value

_COMPARISONS = ("=", "!=", "<>", "<", ">", "<=", ">=")
_CONSTANTS: dict[str, Value] = {"null": None, "true": True, "false": False, "undefined": UNDEFINED}
DEPTH_AT_MOST = 40
"""Nesting beyond this is refused, as Python's own stack would be the next limit."""


class ExpressionParser(Cursor):
    """One method a level of precedence; subqueries are left to the heir."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    @abstractmethod
    def query(self) -> Query: ...

    def expression(self) -> Expression:
        self._depth += 1
        if self._depth > DEPTH_AT_MOST:
            raise SqlError("SC3001", "The query is nested too deeply.")
        test = self._chain(self._or, "??")
        if self.accept("?"):
            then = self.expression()
            self.expect(":")
            test = Conditional(test, then, self.expression())
        self._depth -= 1
        return test

    def _or(self) -> Expression:
        return self._junction("or", self._and)

    def _and(self) -> Expression:
        return self._junction("and", self._not)

    def _junction(
        self, operator: Literal["and", "or"], operand: Callable[[], Expression]
    ) -> Expression:
        """Kept flat: the SDK writes an OR for each of up to 1,000 items that it looks up."""
        operands = [operand()]
        while self.accept(operator):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Junction(operator, tuple(operands))

    def _not(self) -> Expression:
        if self.accept("not"):
            return Unary("not", self._not())
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._concatenation()
        while True:
            if operator := self.accept(*_COMPARISONS):
                operator = "!=" if operator == "<>" else operator
                left = Binary(operator, left, self._concatenation())
            elif self.at("not", "in", "between", "like"):
                left = self._membership(left)
            else:
                return left

    def _membership(self, left: Expression) -> Expression:
        negated = self.accept("not") is not None
        found: Expression
        match self.accept("in", "between", "like"):
            case "in":
                found = Among(left, self._list("(", ")"))
            case "between":
                low = self._concatenation()
                self.expect("and")
                found = Between(left, low, self._concatenation())
            case "like":
                found = Like(left, self._concatenation(), self._escape())
            case _:
                raise self.error()
        return Unary("not", found) if negated else found

    def _escape(self) -> str:
        if self.accept("escape") is None:
            return ""
        if self.token.kind != "string" or len(self.token.text) != 1:
            raise self.error()
        return self.advance().text

    def _concatenation(self) -> Expression:
        return self._chain(self._sum, "||")

    def _sum(self) -> Expression:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._unary, "*", "/", "%")

    def _unary(self) -> Expression:
        match self.accept("-", "+"):
            case "-":
                return Unary("-", self._unary())
            case "+":
                return Unary("+", self._unary())
            case _:
                return self._members(self._primary())

    def _chain(self, operand: Callable[[], Expression], *operators: str) -> Expression:
        """`operand (operator operand)*`, grouped from the left."""
        left = operand()
        while operator := self.accept(*operators):
            left = Binary(operator, left, operand())
        return left

    def _members(self, target: Expression) -> Expression:
        while True:
            if self.accept("."):
                target = Member(target, Constant(self.word()))
            elif self.accept("["):
                target = Member(target, self.expression())
                self.expect("]")
            else:
                return target

    def _primary(self) -> Expression:
        token = self.token
        match token.kind:
            case "number":
                self.advance()
                return Constant(_number(token.text))
            case "string":
                self.advance()
                return Constant(token.text)
            case "parameter":
                self.advance()
                return Parameter(token.text)
            case "symbol":
                return self._bracketed()
            case "word":
                return self._word(token)
            case "end":
                raise self.error()

    def _bracketed(self) -> Expression:
        if self.at("["):
            return ArrayOf(self._list("[", "]"))
        if self.at("{"):
            return self._object()
        if not self.at("("):
            raise self.error()
        if self.following.keyword == "select":
            return self._subquery("scalar")
        self.expect("(")
        inner = self.expression()
        self.expect(")")
        return inner

    def _word(self, token: Token) -> Expression:
        if token.keyword in _CONSTANTS:
            self.advance()
            return Constant(_CONSTANTS[token.keyword])
        if token.keyword == "exists":
            self.advance()
            return self._subquery("exists")
        if token.keyword == "array":
            self.advance()
            return self._subquery("array")
        if self.following.keyword == "(":
            self.advance()
            return _call(token, self._list("(", ")"))
        name = self.name()
        if name.text == "udf" and self.at("."):
            raise unsupported("A user-defined function")
        return Name(name.text, name.start)

    def _subquery(self, kind: Literal["scalar", "exists", "array"]) -> Expression:
        self.expect("(")
        inner = self.query()
        self.expect(")")
        return Subquery(kind, inner)

    def _list(self, opening: str, closing: str) -> tuple[Expression, ...]:
        self.expect(opening)
        items: list[Expression] = []
        while not self.at(closing):
            items.append(self.expression())
            if self.accept(",") is None:
                break
        self.expect(closing)
        return tuple(items)

    def _object(self) -> Expression:
        self.expect("{")
        entries: list[tuple[str, Expression]] = []
        while not self.at("}"):
            key = self.advance()
            if key.kind not in ("word", "string"):
                raise syntax_error(key.text, key.start)
            self.expect(":")
            entries.append((key.text, self.expression()))
            if self.accept(",") is None:
                break
        self.expect("}")
        return ObjectOf(tuple(entries))


def _call(token: Token, arguments: tuple[Expression, ...]) -> Expression:
    match token.text.upper():
        case "COUNT" | "SUM" | "MIN" | "MAX" | "AVG" as name:
            if len(arguments) != 1:
                raise SqlError("SC2050", f"The {name} function requires exactly one argument.")
            return Aggregate(name, arguments[0])
        case name:
            return Call(name, arguments, token.start)


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)
