"""The routes of flows: the language, and flows that are kept."""

from api.openapi import flow_examples
from api.openapi.operations import Operation, Parameter, Reply
from api.openapi.parameters import AFTER_PAGE, FORM, LIMIT
from shared.contracts.flows.document import FlowChecked, FlowExported, FlowSchemas, PostFlow
from shared.contracts.flows.stored import FlowPage, FlowVersions, FlowView, SaveFlow

FLOW = Parameter("flowId", "path", "The flow's id.", limits=FORM)
NUMBER = (("minimum", 1), ("maximum", 10**9))
OF_PATH = Parameter("version", "path", "The version's number.", "integer", NUMBER)
VERSION = Parameter("version", "query", "That version, not the newest.", "integer", NUMBER)
BEFORE = Parameter("before", "query", "`older` of the page before.", "integer", NUMBER)
NAMED = Parameter(
    "q", "query", "Words of the name, without case and accents.", limits=(("maxLength", 200),)
)
EDITED = Parameter(
    "If-Match",
    "header",
    "The ETag of the version that was edited, or `*` for whichever is the newest.",
)
TAG = ("ETag", "The version's number in quotes.")

FLOW_ROUTES = (
    Operation(
        "get",
        "/flows/schema",
        "readFlowSchema",
        "The language of flows, as JSON Schemas",
        (
            Reply(
                "200",
                "Of a flow, and of each node by its type.",
                (FlowSchemas,),
                examples=(("a node", flow_examples.FLOW_SCHEMAS),),
            ),
        ),
    ),
    Operation(
        "post",
        "/flows/validate",
        "validateFlow",
        "Find what is wrong with a flow",
        (
            Reply(
                "200",
                "All of it, with pointers into the flow; none of it keeps anything.",
                (FlowChecked,),
                examples=(("a warning", flow_examples.FLOW_CHECKED),),
            ),
        ),
        body=PostFlow,
        examples=flow_examples.FLOWS,
    ),
    Operation(
        "post",
        "/flows/export",
        "exportFlow",
        "Take out of a flow what is for the simulator only",
        (
            Reply(
                "200",
                "The flow without it; what was taken out, and what is wrong with what is left.",
                (FlowExported,),
                examples=(("without keys", flow_examples.FLOW_EXPORTED),),
            ),
        ),
        body=PostFlow,
        examples=flow_examples.FLOWS,
    ),
    Operation(
        "post",
        "/flows",
        "createFlow",
        "Keep a flow",
        (
            Reply(
                "201",
                "Kept, whatever is wrong with it, as version 1.",
                (FlowView,),
                headers=(("Location", "Where the flow is."), TAG),
                examples=(("a draft", flow_examples.VIEW),),
            ),
        ),
        body=SaveFlow,
        examples=flow_examples.SAVED,
        errors=("403",),
    ),
    Operation(
        "get",
        "/flows",
        "listFlows",
        "The flows of the tenant",
        (
            Reply(
                "200",
                "A page, those saved last first.",
                (FlowPage,),
                examples=(("one", {"items": [flow_examples.ENTRY]}),),
            ),
        ),
        (NAMED, AFTER_PAGE, LIMIT),
        errors=("403",),
    ),
    Operation(
        "get",
        "/flows/{flowId}",
        "readFlow",
        "Read a flow",
        (
            Reply(
                "200",
                "It as it was saved, and what is wrong with it by what I may name.",
                (FlowView,),
                headers=(TAG,),
                examples=(("a draft", flow_examples.VIEW),),
            ),
        ),
        (FLOW, VERSION),
        errors=("403",),
    ),
    Operation(
        "put",
        "/flows/{flowId}",
        "saveFlow",
        "Save a flow: a new version",
        (
            Reply(
                "200",
                "Saved, whatever is wrong with it.",
                (FlowView,),
                headers=(TAG,),
                examples=(("the second", flow_examples.SECOND),),
            ),
        ),
        (FLOW, EDITED),
        SaveFlow,
        examples=flow_examples.SAVED,
        errors=("403", "412", "428"),
    ),
    Operation(
        "delete",
        "/flows/{flowId}",
        "deleteFlow",
        "Delete a flow with all its versions; runs under way go on",
        (Reply("204", "Deleted, now or before."),),
        (FLOW, EDITED),
        errors=("400", "403", "412"),
    ),
    Operation(
        "get",
        "/flows/{flowId}/versions",
        "listFlowVersions",
        "Who saved what of a flow when",
        (
            Reply(
                "200",
                "A page, the newest first.",
                (FlowVersions,),
                examples=(("one", {"items": [flow_examples.VERSION]}),),
            ),
        ),
        (FLOW, BEFORE, LIMIT),
        errors=("403",),
    ),
    Operation(
        "post",
        "/flows/{flowId}/versions/{version}/restore",
        "restoreFlow",
        "Make an earlier version the newest",
        (
            Reply(
                "200",
                "A new version, with what the earlier one has.",
                (FlowView,),
                headers=(TAG,),
                examples=(("the first again", flow_examples.RESTORED),),
            ),
        ),
        (FLOW, OF_PATH, EDITED),
        errors=("400", "403", "412", "428"),
    ),
)
