"""Every trigger in the app, and nothing else. Start reading here."""

from collections.abc import Callable

import azure.durable_functions as df
import azure.functions as func

from shared.late_imports import late
from shared.starting import prepare_app
from shared.triggers import (
    Endpoint,
    register_activity,
    register_endpoint,
    register_event_grid,
    register_orchestrator,
    register_timer,
)

# Run when a function is first called, or a second after the start: hence every `lambda` below.
with late("activities", "api", "orchestrators", "shared"):
    from activities import (
        advance_flow,
        await_turn,
        choose,
        close_call,
        close_flow,
        finish,
        fold,
        left_behind,
        open_call,
        plan,
        prepare,
        record,
        respond,
        retrieve,
        run_tool,
        seal_value,
        speak,
        use_tool,
    )
    from activities import approvals as asking
    from api import (
        agui,
        anchoring,
        approvals,
        catalog,
        chat,
        completions,
        config,
        control,
        conversations,
        edge,
        erasing,
        erp_events,
        flow_inputs,
        flow_runs,
        flows,
        health,
        kept_flows,
        me,
        messages,
        openai_errors,
        purging,
        regenerating,
        run_list,
        runs,
        sweep,
        watching,
    )
    from api.openapi import document
    from orchestrators import versions
    from shared import bootstrap, ports
    from shared.contracts import activities as steps
    from shared.contracts import agent_activities as agent_steps
    from shared.contracts.flows import runs as flow_steps

prepare_app()

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def __dir__() -> list[str]:
    """Where the worker looks for the app: a look at a late module would run it."""
    return ["app"]


def get_dependencies() -> "ports.Dependencies":
    return bootstrap.get_dependencies()


def signed_in(load: "Callable[[], edge.Handler]") -> Callable[[], Endpoint]:
    return lambda: edge.authenticated(load(), get_dependencies)


def in_openais_form(load: Callable[[], Endpoint]) -> Callable[[], Endpoint]:
    return lambda: openai_errors.in_openais_form(load())


for name, method, route, load in (
    ("create_conversation", "POST", "conversations", lambda: conversations.create),
    ("list_conversations", "GET", "conversations", lambda: conversations.listed),
    ("read_conversation", "GET", "conversations/{id}", lambda: conversations.read),
    ("rename_conversation", "PATCH", "conversations/{id}", lambda: conversations.rename),
    ("erase_conversation", "DELETE", "conversations/{id}", lambda: erasing.erase),
    ("post_message", "POST", "conversations/{id}/messages", lambda: messages.post),
    ("post_chat", "POST", "chat", lambda: chat.post),
    ("run_agui", "POST", "agui", lambda: agui.post),
    ("read_me", "GET", "me", lambda: me.read),
    ("read_catalog", "GET", "catalog", lambda: catalog.read),
    ("resolve_secure_value", "POST", "config/resolve", lambda: config.resolve),
    ("read_flow_schema", "GET", "flows/schema", lambda: flows.schema),
    ("validate_flow", "POST", "flows/validate", lambda: flows.validate),
    ("export_flow", "POST", "flows/export", lambda: flows.export),
    ("run_flow", "POST", "flows/runs", lambda: flow_runs.post),
    ("create_flow", "POST", "flows", lambda: kept_flows.create),
    ("list_flows", "GET", "flows", lambda: kept_flows.listed),
    ("read_flow", "GET", "flows/{flowId}", lambda: kept_flows.read),
    ("save_flow", "PUT", "flows/{flowId}", lambda: kept_flows.save),
    ("delete_flow", "DELETE", "flows/{flowId}", lambda: kept_flows.delete),
    ("list_flow_versions", "GET", "flows/{flowId}/versions", lambda: kept_flows.versions),
    (
        "restore_flow",
        "POST",
        "flows/{flowId}/versions/{version}/restore",
        lambda: kept_flows.restore,
    ),
    ("conversation_events", "GET", "conversations/{id}/events", lambda: conversations.events),
    ("list_runs", "GET", "runs", lambda: run_list.listed),
    ("read_run", "GET", "runs/{runId}", lambda: runs.read),
    ("run_events", "GET", "runs/{runId}/events", lambda: runs.events),
    ("read_run_flow", "GET", "runs/{runId}/flow", lambda: flow_inputs.read),
    ("post_input", "POST", "runs/{runId}/input", lambda: flow_inputs.say_to),
    ("cancel_run", "POST", "runs/{runId}/cancel", lambda: control.cancel),
    ("regenerate_answer", "POST", "runs/{runId}/regenerate", lambda: regenerating.post),
    ("rate_run", "POST", "runs/{runId}/feedback", lambda: control.feedback),
    ("list_approvals", "GET", "approvals", lambda: approvals.waiting),
    ("decide_approval", "POST", "runs/{runId}/approvals/{approvalId}", lambda: approvals.decide),
):
    register_endpoint(app, name, method, route, signed_in(load))
for name, method, route, load in (
    ("complete_chat", "POST", "v1/chat/completions", lambda: completions.post),
    ("list_models", "GET", "v1/models", lambda: completions.models),
):
    register_endpoint(app, name, method, route, in_openais_form(signed_in(load)))
register_endpoint(app, "health", "GET", "health", lambda: health.health(get_dependencies))
register_endpoint(app, "openapi", "GET", "openapi.json", lambda: document.openapi)

register_orchestrator(app, "turn", lambda: versions.versioned("turn", versions.TURN))
register_orchestrator(app, "chat", lambda: versions.versioned("chat", versions.CHAT))
register_orchestrator(app, "flow", lambda: versions.versioned("flow", versions.FLOW))

register_activity(
    app, "await_turn", lambda: (steps.AWAIT_TURN, await_turn.await_turn), get_dependencies
)
register_activity(app, "prepare", lambda: (steps.PREPARE, prepare.prepare), get_dependencies)
register_activity(app, "retrieve", lambda: (steps.RETRIEVE, retrieve.retrieve), get_dependencies)
register_activity(app, "plan", lambda: (steps.PLAN, plan.plan), get_dependencies)
register_activity(
    app, "ask_approval", lambda: (steps.ASK_APPROVAL, asking.ask_approval), get_dependencies
)
register_activity(
    app,
    "settle_approval",
    lambda: (steps.SETTLE_APPROVAL, asking.settle_approval),
    get_dependencies,
)
register_activity(app, "run_tool", lambda: (steps.RUN_TOOL, run_tool.run_tool), get_dependencies)
register_activity(app, "respond", lambda: (steps.RESPOND, respond.respond), get_dependencies)
register_activity(app, "record", lambda: (steps.RECORD, record.record), get_dependencies)
register_activity(app, "remember", lambda: (steps.REMEMBER, record.remember), get_dependencies)
register_activity(app, "fold", lambda: (steps.FOLD, fold.fold), get_dependencies)
register_activity(app, "finish", lambda: (steps.FINISH, finish.finish), get_dependencies)

register_activity(
    app, "open_call", lambda: (agent_steps.OPEN_CALL, open_call.open_call), get_dependencies
)
register_activity(app, "speak", lambda: (agent_steps.SPEAK, speak.speak), get_dependencies)
register_activity(
    app, "use_tool", lambda: (agent_steps.USE_TOOL, use_tool.use_tool), get_dependencies
)
register_activity(app, "choose", lambda: (agent_steps.CHOOSE, choose.choose), get_dependencies)
register_activity(
    app, "close_call", lambda: (agent_steps.CLOSE_CALL, close_call.close_call), get_dependencies
)

register_activity(
    app,
    "advance_flow",
    lambda: (flow_steps.ADVANCE_FLOW, advance_flow.advance_flow),
    get_dependencies,
)
register_activity(
    app, "seal_value", lambda: (flow_steps.SEAL_VALUE, seal_value.seal_value), get_dependencies
)
register_activity(
    app, "close_flow", lambda: (flow_steps.CLOSE_FLOW, close_flow.close_flow), get_dependencies
)

register_event_grid(app, "erp_event", lambda event: erp_events.receive(event, get_dependencies()))
register_timer(
    app,
    "sweeper",
    "*/15 * * * * *",
    lambda seen: sweep.sweep(seen, get_dependencies(), left_behind.left_behind),
)
register_timer(
    app,
    "purger",
    "15 */10 * * * *",
    lambda seen: purging.purge(seen, get_dependencies(), left_behind.left_behind),
)
register_timer(app, "watch", "5 */5 * * * *", lambda seen: watching.watch(seen, get_dependencies()))
register_timer(app, "anchor", "30 */5 * * * *", lambda _: anchoring.anchor(get_dependencies()))
register_timer(
    app, "eraser", "45 */5 * * * *", lambda seen: erasing.resume(seen, get_dependencies())
)
