"""Names and limits of the flow language."""

import re
from typing import Annotated, Any

from pydantic import Field

type Json = Any
"""What JSON can hold."""
type JsonObject = dict[str, Any]

MAX_NODES = 500
"""Of a flow, those in blocks included."""
MAX_DEPTH = 8
"""Blocks within blocks."""
MAX_ITERATIONS = 1_000
DEFAULT_ITERATIONS = 100
MAX_PARALLEL = 8
DEFAULT_PARALLEL = 4
MAX_STEPS = 10_000
"""Nodes and rounds of loops that one run goes through."""
MAX_TEXT = 8_000
"""Characters of a text with templates, as it is written."""
MAX_EXPRESSION = 1_000
MAX_EXPRESSIONS = 20_000
"""Characters of all expressions of a flow: the slowest ones take 50 µs a character to read."""
MAX_TEMPLATES = 200_000
"""Characters of all texts with templates of a flow; a character takes 1 µs."""
MAX_VARIABLES_BYTES = 2_000_000
"""What a run may keep, as JSON: its variables, and those of all its branches."""

SIM_ONLY = "***SIM-ONLY***"
"""What stands in a request in place of a value that must not leave the simulator."""
SIM_KEY = "__sim_only"
SIM_META = "__meta"

PLACEHOLDER = re.compile(r"\$\{|\{\{")
"""The beginning of one; what is escaped counts too, since only the reader of templates can tell."""

RESERVED = frozenset(
    "as break const continue else false for function if import in let loop namespace null package "
    "return true var vars void while".split()
)
"""Words of CEL, and `vars`, by which an expression reaches all variables."""

type VariableName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
type NodeId = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
"""As it is written. A node without one is called by its place: `@3`, in a block `@3.0`."""
type ProfileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$")]
type Template = Annotated[str, Field(max_length=MAX_TEXT)]
"""A text in which `${path}` and `{{path}}` stand for values of variables."""
type Expression = Annotated[str, Field(min_length=1, max_length=MAX_EXPRESSION)]
"""CEL over the variables."""


def is_blank(text: str) -> bool:
    return not text.strip(" \t\r\n")


def is_templated(value: object) -> bool:
    """Whether its form can be judged only when the variables are known."""
    return isinstance(value, str) and PLACEHOLDER.search(value) is not None
