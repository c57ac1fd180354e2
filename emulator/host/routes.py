"""Route templates of HTTP triggers: matching, constraints and precedence as ASP.NET has them.

Source: "Routing in ASP.NET Core", route templates and route constraints, which the Functions
host uses; what a parameter sees of escapes is as recorded from it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from emulator.host.invocation import FunctionInfo

type Check = Callable[[str], bool]

_PARAMETER = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>\w+)(?P<checks>(?::[^{}=?]+(?:\{[^{}]*\}[^{}=?]*)*)*)"
    r"(?:=(?P<default>[^}]*))?(?P<optional>\??)\}"
)
_CHECK = re.compile(r":(\w+)(?:\((.*?)\))?(?=:|$)")


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP function and the requests it answers; no methods means all."""

    function: FunctionInfo
    methods: frozenset[str]
    pattern: re.Pattern[str]
    checks: tuple[tuple[str, Check], ...]
    defaults: Mapping[str, str]
    rank: tuple[int, ...]

    def match(self, path: str) -> Mapping[str, str] | None:
        """The parameters when `path` (decoded, except %2F) is this route's."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        given = {name: value for name, value in found.groupdict().items() if value}
        if all(name not in given or check(given[name]) for name, check in self.checks):
            return {**self.defaults, **given}
        return None


class RouteTable:
    """All routes of an app, the most specific first."""

    def __init__(self, functions: Iterable[FunctionInfo], prefix: str) -> None:
        routes = [route_of(function, prefix) for function in functions]
        self._routes = sorted(routes, key=lambda route: route.rank)

    def find(self, method: str, raw_path: str) -> tuple[FunctionInfo, Mapping[str, str]] | None:
        """The function for a request and its route parameters; None answers 404."""
        path = decoded(raw_path)
        for route in self._routes:
            if route.methods and method not in route.methods:
                continue
            parameters = route.match(path)
            if parameters is not None:
                return route.function, parameters
        return None


def route_of(function: FunctionInfo, prefix: str) -> Route:
    """Compile the template of an HTTP trigger; raises ValueError for an unknown constraint."""
    template = str(function.trigger.get("route") or function.name).strip("/")
    whole = "/".join(part for part in (prefix.strip("/"), template) if part)
    checks: list[tuple[str, Check]] = []
    defaults: dict[str, str] = {}
    pattern, rank = "", []
    for segment in whole.split("/"):
        text, weight = _segment(segment, checks, defaults)
        pattern += text
        rank.append(weight)
    listed = function.trigger.get("methods")
    methods = frozenset(str(m).upper() for m in listed) if isinstance(listed, list) else frozenset()
    compiled = re.compile(f"{pattern}/?", re.IGNORECASE | re.DOTALL)
    return Route(function, methods, compiled, tuple(checks), defaults, tuple(rank))


def decoded(raw_path: str) -> str:
    """The path without escapes, except that an escaped slash stays as it came."""
    return unquote(re.sub("%2f", lambda found: f"%25{found[0][1:]}", raw_path, flags=re.I))


def _segment(
    segment: str, checks: list[tuple[str, Check]], defaults: dict[str, str]
) -> tuple[str, int]:
    """The pattern of one segment with its slash, and its rank: literals come first."""
    parameters = list(_PARAMETER.finditer(segment))
    if not parameters:
        return "/" + re.escape(segment), 1
    pattern, end, constrained = "", 0, False
    for found in parameters:
        named = list(_checks_of(found))
        constrained = constrained or bool(named)
        checks += named
        if found["default"] is not None:
            defaults[found["name"]] = found["default"]
        one = ".*" if found["star"] else "[^/]+?"
        pattern += re.escape(segment[end : found.start()]) + f"(?P<{found['name']}>{one})"
        end = found.end()
    pattern += re.escape(segment[end:])
    last = parameters[-1]
    if last["star"]:
        return f"(?:/{pattern})?", 4 if constrained else 5
    may_be_left_out = last["optional"] or last["default"] is not None
    if may_be_left_out and len(parameters) == 1:
        return f"(?:/{pattern})?", 2 if constrained else 3
    return "/" + pattern, 2 if constrained or len(segment) > len(last[0]) else 3


def _checks_of(parameter: re.Match[str]) -> Iterable[tuple[str, Check]]:
    for found in _CHECK.finditer(parameter["checks"] or ""):
        yield parameter["name"], _constraint(found[1].lower(), found[2] or "")


def _constraint(name: str, argument: str) -> Check:
    if name == "regex":
        found = re.compile(argument, re.IGNORECASE)
        return lambda text: found.search(text) is not None
    if name in _INTEGERS:
        return _between(*_INTEGERS[name])
    if name in _PATTERNS:
        whole = _PATTERNS[name]
        return lambda text: whole.fullmatch(text) is not None
    if name in _BOUNDED:
        bounds = [int(text) for text in argument.split(",")]
        return _BOUNDED[name](*bounds)
    raise ValueError(f"unknown route constraint {name!r}")


_NUMBER = r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?"
_INTEGERS = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
_PATTERNS = {
    "bool": re.compile("true|false", re.I),
    "alpha": re.compile("[a-z]*", re.I),
    "guid": re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.I),
    "decimal": re.compile(_NUMBER),
    "double": re.compile(_NUMBER, re.I),
    "float": re.compile(_NUMBER, re.I),
    "datetime": re.compile(r"\d{1,4}-\d{1,2}-\d{1,4}(?:[T ]\d{1,2}:\d{2}.*)?"),
    "required": re.compile(".+", re.S),
}


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else None


def _between(low: int | None, high: int | None) -> Check:
    def check(text: str) -> bool:
        number = _number(text)
        if number is None:
            return False
        return (low is None or number >= low) and (high is None or number <= high)

    return check


_BOUNDED: Mapping[str, Callable[..., Check]] = {
    "min": lambda low: _between(low, None),
    "max": lambda high: _between(None, high),
    "range": _between,
    "length": lambda low, high=None: lambda text: low <= len(text) <= (high or low),
    "minlength": lambda low: lambda text: len(text) >= low,
    "maxlength": lambda high: lambda text: len(text) <= high,
}
