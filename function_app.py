"""Every trigger in the app, and nothing else. Start reading here."""

import azure.durable_functions as df
import azure.functions as func

from activities.approvals import ask_approval, settle_approval
from activities.await_turn import await_turn
from activities.choose import choose
from activities.close_call import close_call
from activities.finish import finish
from activities.fold import fold
from activities.left_behind import left_behind
from activities.open_call import open_call
from activities.plan import plan
from activities.prepare import prepare
from activities.record import record, remember
from activities.respond import respond
from activities.retrieve import retrieve
from activities.run_tool import run_tool
from activities.speak import speak
from activities.use_tool import use_tool
from api import (
    agui,
    approvals,
    catalog,
    chat,
    completions,
    config,
    control,
    conversations,
    erasing,
    me,
    messages,
    regenerating,
    run_list,
    runs,
)
from api.anchoring import anchor
from api.edge import authenticated
from api.erp_events import receive
from api.health import health
from api.openai_errors import in_openais_form
from api.openapi.document import openapi
from api.purging import purge
from api.sweep import sweep
from api.watching import watch
from orchestrators.versions import CHAT, TURN, versioned
from shared.bootstrap import get_dependencies, prepare_app
from shared.contracts.activities import (
    ASK_APPROVAL,
    AWAIT_TURN,
    FINISH,
    FOLD,
    PLAN,
    PREPARE,
    RECORD,
    REMEMBER,
    RESPOND,
    RETRIEVE,
    RUN_TOOL,
    SETTLE_APPROVAL,
)
from shared.contracts.agent_activities import CHOOSE, CLOSE_CALL, OPEN_CALL, SPEAK, USE_TOOL
from shared.durable import (
    register_activity,
    register_endpoint,
    register_event_grid,
    register_timer,
)

prepare_app()

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

for name, method, route, handler in (
    ("create_conversation", "POST", "conversations", conversations.create),
    ("list_conversations", "GET", "conversations", conversations.listed),
    ("read_conversation", "GET", "conversations/{id}", conversations.read),
    ("rename_conversation", "PATCH", "conversations/{id}", conversations.rename),
    ("erase_conversation", "DELETE", "conversations/{id}", erasing.erase),
    ("post_message", "POST", "conversations/{id}/messages", messages.post),
    ("post_chat", "POST", "chat", chat.post),
    ("run_agui", "POST", agui.ROUTE, agui.post),
    ("read_me", "GET", "me", me.read),
    ("read_catalog", "GET", "catalog", catalog.read),
    ("resolve_secure_value", "POST", "config/resolve", config.resolve),
    ("conversation_events", "GET", "conversations/{id}/events", conversations.events),
    ("list_runs", "GET", "runs", run_list.listed),
    ("read_run", "GET", "runs/{runId}", runs.read),
    ("run_events", "GET", "runs/{runId}/events", runs.events),
    ("cancel_run", "POST", "runs/{runId}/cancel", control.cancel),
    ("regenerate_answer", "POST", "runs/{runId}/regenerate", regenerating.post),
    ("rate_run", "POST", "runs/{runId}/feedback", control.feedback),
    ("list_approvals", "GET", "approvals", approvals.waiting),
    ("decide_approval", "POST", "runs/{runId}/approvals/{approvalId}", approvals.decide),
):
    register_endpoint(app, name, method, route, authenticated(handler, get_dependencies))
for name, method, route, handler in (
    ("complete_chat", "POST", completions.ROUTE, completions.post),
    ("list_models", "GET", completions.MODELS, completions.models),
):
    endpoint = in_openais_form(authenticated(handler, get_dependencies))
    register_endpoint(app, name, method, route, endpoint)
register_endpoint(app, "health", "GET", "health", health(get_dependencies))
register_endpoint(app, "openapi", "GET", "openapi.json", openapi)

app.orchestration_trigger(context_name="context")(versioned("turn", TURN))
app.orchestration_trigger(context_name="context")(versioned("chat", CHAT))

register_activity(app, AWAIT_TURN, await_turn, get_dependencies)
register_activity(app, PREPARE, prepare, get_dependencies)
register_activity(app, RETRIEVE, retrieve, get_dependencies)
register_activity(app, PLAN, plan, get_dependencies)
register_activity(app, ASK_APPROVAL, ask_approval, get_dependencies)
register_activity(app, SETTLE_APPROVAL, settle_approval, get_dependencies)
register_activity(app, RUN_TOOL, run_tool, get_dependencies)
register_activity(app, RESPOND, respond, get_dependencies)
register_activity(app, RECORD, record, get_dependencies)
register_activity(app, REMEMBER, remember, get_dependencies)
register_activity(app, FOLD, fold, get_dependencies)
register_activity(app, FINISH, finish, get_dependencies)

register_activity(app, OPEN_CALL, open_call, get_dependencies)
register_activity(app, SPEAK, speak, get_dependencies)
register_activity(app, USE_TOOL, use_tool, get_dependencies)
register_activity(app, CHOOSE, choose, get_dependencies)
register_activity(app, CLOSE_CALL, close_call, get_dependencies)

register_event_grid(app, "erp_event", lambda event: receive(event, get_dependencies()))
register_timer(
    app, "sweeper", "*/15 * * * * *", lambda seen: sweep(seen, get_dependencies(), left_behind)
)
register_timer(
    app, "purger", "15 */10 * * * *", lambda seen: purge(seen, get_dependencies(), left_behind)
)
register_timer(app, "watch", "5 */5 * * * *", lambda seen: watch(seen, get_dependencies()))
register_timer(app, "anchor", "30 */5 * * * *", lambda _: anchor(get_dependencies()))
register_timer(
    app, "eraser", "45 */5 * * * *", lambda seen: erasing.resume(seen, get_dependencies())
)
