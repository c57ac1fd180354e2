"""Flows that are kept: each with all its versions, of which none is changed afterwards."""

import json
from datetime import datetime
from typing import Any

from pydantic import Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.flows.document import FlowProblem
from shared.contracts.flows.versions import Editor, FlowVersion

MAX_NAME = 200
"""Characters of a name that lists show; that of the flow itself may be wrong, and longer."""


class StoredFlow(Contract):
    """One version of a flow. `document` is the flow as JSON text: a store of objects keeps neither
    the order of their members nor how numbers were written."""

    flow_id: str
    tenant_id: str
    created_at: datetime
    created_by: Editor
    about: FlowVersion
    document: str = Field(repr=False)

    @property
    def flow(self) -> Any:
        return json.loads(self.document)


class FlowHead(Contract):
    """A flow in a list: `newest` is its newest version."""

    flow_id: str
    tenant_id: str
    newest: FlowVersion
    created_at: datetime
    created_by: Editor


def document_of(flow: object) -> str:
    """The JSON text that is stored: without blanks, members in their order."""
    return json.dumps(flow, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def name_of(flow: object) -> str | None:
    """The name in `meta`, if there is one that can be shown."""
    match flow:
        case {"meta": {"name": str() as name}} if name.strip():
            return name.strip()[:MAX_NAME]
        case _:
            return None


class SaveFlow(Inbound):
    """A flow that is kept, whatever is wrong with it: drafts have problems. What was typed in for
    the simulator is not kept."""

    flow: dict[str, Any] | list[Any] = Field(repr=False)


class FlowEntry(FlowVersion):
    """One line of the list of flows: what is told of its newest version."""

    flow_id: str
    created_at: datetime
    created_by: Editor


class FlowPage(Contract):
    """Those saved last first; `next` is the `after` of the following page."""

    items: tuple[FlowEntry, ...]
    next: str | None = None


class FlowVersions(Contract):
    """The newest first; `older` is the `before` of the following page."""

    items: tuple[FlowVersion, ...]
    older: int | None = None


class FlowView(FlowEntry):
    """A version with the flow itself, and what is wrong with it by what its reader may name.
    `warnings` say what was not kept of what was just sent, with pointers into that."""

    newest: int
    flow: dict[str, Any] | list[Any]
    valid: bool
    problems: tuple[FlowProblem, ...]
    warnings: tuple[FlowProblem, ...] = ()
