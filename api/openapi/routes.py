"""Every route of the API: what it takes, what it answers, what can go wrong."""

from api.health import Health
from api.openapi import examples
from api.openapi.operations import AGENT_JSON, JSON, OF_A_RUN, Operation, Parameter, Reply
from shared.contracts.agui import AGUI_EVENTS, RunAgentInput
from shared.contracts.approvals import ApprovalDecided, ApprovalList, DecideApproval
from shared.contracts.audit import EventPage
from shared.contracts.catalog import Catalog
from shared.contracts.chat import ChatAnswer, PostChat
from shared.contracts.completions import (
    Completion,
    CompletionChunk,
    CompletionError,
    ModelList,
    PostCompletion,
)
from shared.contracts.conversations import (
    ConversationEntry,
    ConversationList,
    ConversationView,
    CreateConversation,
    PostMessage,
    RenameConversation,
)
from shared.contracts.credentials import ResolveSecureValue, SecureValueResolved
from shared.contracts.me import Me
from shared.contracts.runs import (
    PostFeedback,
    RunAnswer,
    RunList,
    RunStarted,
    RunStopping,
    RunView,
    RunWaiting,
)

FORM = (("pattern", "^[A-Za-z0-9_-]{1,100}$"),)
CONVERSATION = Parameter("id", "path", "The conversation's id.", limits=FORM)
SESSION = Parameter(
    "sessionId", "query", "Of a thread of agent calls the session, which it is bound to."
)
RUN = Parameter("runId", "path", "The run's id, a ULID.", limits=FORM)
APPROVAL = Parameter("approvalId", "path", "The approval's id, as its event has it.", limits=FORM)
PREFER = Parameter("Prefer", "header", "`respond-async`: do not wait for the run's end.")
KEY = Parameter("Idempotency-Key", "header", "The same key and body give the same run.")
NUMBER = (("minimum", 0), ("maximum", 10**9))
LAST_NUMBER = Parameter(
    "Last-Event-ID",
    "header",
    "Resume behind this event; empty is none.",
    limits=(("pattern", "^[0-9]{0,10}$"),),
)
AFTER_NUMBER = Parameter("after", "query", "The same, for who sets no headers.", "integer", NUMBER)
LAST_ENTRY = Parameter("Last-Event-ID", "header", "Resume behind this event, live.")
AFTER_ENTRY = Parameter("after", "query", "`next` of the page before, or the last event's id.")
AFTER_PAGE = Parameter("after", "query", "`next` of the page before.")
BEFORE = Parameter("before", "query", "`older` of the page before: turns before that.", limits=FORM)
STATE = Parameter("state", "query", "Only runs in this state.")
OF_CONVERSATION = Parameter("conversationId", "query", "Only those of this one.", limits=FORM)
SINCE = Parameter("since", "query", "Received then or later, RFC 3339.")
UNTIL = Parameter("until", "query", "Received before, RFC 3339.")
THREADS = Parameter("sessionId", "query", "The threads of agent calls of this session instead.")
WORDS = Parameter(
    "q", "query", "Words of the title, without case and accents.", limits=(("maxLength", 200),)
)
PAGE = (("minimum", 1), ("maximum", 100))
LIMIT = Parameter("limit", "query", "Items of a page.", "integer", PAGE)
OF_THIS_RUN = ("x-run-id", "The run's id.")
COUNTED = (
    ("X-RateLimit-Limit", "Runs that the session may start in an hour, where they are counted."),
    ("X-RateLimit-Remaining", "What is left of them."),
    ("X-RateLimit-Reset", "Seconds until all are there again."),
)
WHERE = ("Location", "Where to look.")

STARTED = Reply(
    "202",
    "Started, or waiting for a person: look at `Location`.",
    (RunStarted, RunWaiting),
    headers=(OF_THIS_RUN, WHERE, *COUNTED),
    examples=(("started", examples.STARTED), ("waiting", examples.WAITING)),
)

ROUTES = (
    Operation(
        "post",
        "/chat",
        "callAgent",
        "Call an agent, alone or with others",
        (
            Reply(
                "200",
                "The answer; live as events for who accepts `text/event-stream`.",
                (ChatAnswer,),
                "RunEvent",
                (OF_THIS_RUN, *COUNTED),
                (("answer", examples.CHAT_ANSWER),),
            ),
            STARTED,
        ),
        (KEY, PREFER),
        PostChat,
        (JSON, AGENT_JSON),
        examples=examples.CHATS,
        errors=OF_A_RUN,
    ),
    Operation(
        "post",
        "/v1/chat/completions",
        "completeChat",
        "Call an agent in the words of OpenAI's chat completions",
        (
            Reply(
                "200",
                "The answer; with `stream` as chunks, `[DONE]` behind the last.",
                (Completion,),
                (CompletionChunk, CompletionError),
                (OF_THIS_RUN, *COUNTED),
                (("answer", examples.COMPLETION),),
                "[DONE]",
            ),
        ),
        (KEY,),
        PostCompletion,
        examples=examples.COMPLETIONS,
        errors=OF_A_RUN,
        told_as=CompletionError,
    ),
    Operation(
        "get",
        "/v1/models",
        "listModels",
        "What I may name as `model`, in the words of OpenAI",
        (Reply("200", "Ids only.", (ModelList,), examples=(("two", examples.MODELS),)),),
        told_as=CompletionError,
    ),
    Operation(
        "post",
        "/agui",
        "runAgent",
        "Call an agent in the words of AG-UI",
        (
            Reply(
                "200",
                "The run's events, live until its end.",
                (),
                AGUI_EVENTS,
                (OF_THIS_RUN, *COUNTED),
            ),
        ),
        (KEY,),
        RunAgentInput,
        examples=examples.AGUI,
        errors=OF_A_RUN,
    ),
    Operation(
        "get",
        "/me",
        "readMe",
        "Who I am here, and what I may do",
        (Reply("200", "With the rights of my roles.", (Me,), examples=(("ana", examples.ME),)),),
    ),
    Operation(
        "get",
        "/catalog",
        "readCatalog",
        "What I may name in a call of an agent",
        (
            Reply(
                "200",
                "Names only.",
                (Catalog,),
                examples=(("of an employee", examples.CATALOG),),
            ),
        ),
    ),
    Operation(
        "post",
        "/config/resolve",
        "resolveSecureValue",
        "Get a handle that stands for a secret",
        (
            Reply(
                "200",
                "The handle; no secret is ever answered.",
                (SecureValueResolved,),
                examples=(("handle", examples.HANDLE),),
            ),
        ),
        body=ResolveSecureValue,
        examples=examples.RESOLVES,
        errors=("403", "429"),
    ),
    Operation(
        "post",
        "/conversations",
        "createConversation",
        "Create a conversation",
        (
            Reply(
                "201",
                "Created.",
                (ConversationView,),
                headers=(("Location", "Where the conversation is."),),
                examples=(("new", examples.CONVERSATION),),
            ),
        ),
        body=CreateConversation,
        body_required=False,
        examples=(("in Spanish", {"title": "Tareas de la semana", "language": "es"}),),
    ),
    Operation(
        "get",
        "/conversations",
        "listConversations",
        "My conversations",
        (
            Reply(
                "200",
                "A page, those used last first.",
                (ConversationList,),
                examples=(("one", {"items": [examples.ENTRY]}),),
            ),
        ),
        (WORDS, THREADS, AFTER_PAGE, LIMIT),
    ),
    Operation(
        "patch",
        "/conversations/{id}",
        "renameConversation",
        "Give a conversation another title",
        (
            Reply(
                "200",
                "It has the title.",
                (ConversationEntry,),
                examples=(("renamed", examples.ENTRY),),
            ),
        ),
        (CONVERSATION, SESSION),
        RenameConversation,
        examples=(("a week", {"title": "Tareas de la semana"}),),
    ),
    Operation(
        "delete",
        "/conversations/{id}",
        "eraseConversation",
        "Erase a conversation: all that was said in it, everywhere",
        (Reply("204", "Erased, now or before."),),
        (CONVERSATION, SESSION),
        errors=("409",),
    ),
    Operation(
        "get",
        "/conversations/{id}",
        "readConversation",
        "Read a conversation",
        (
            Reply(
                "200",
                "The conversation, its newest turns, and the summary of older ones.",
                (ConversationView,),
                examples=(("new", examples.CONVERSATION),),
            ),
        ),
        (CONVERSATION, SESSION, BEFORE, LIMIT),
    ),
    Operation(
        "post",
        "/conversations/{id}/messages",
        "sendMessage",
        "Send a message: one run",
        (
            Reply(
                "200",
                "The answer; live as events for who accepts `text/event-stream`.",
                (RunAnswer,),
                "RunEvent",
                (OF_THIS_RUN, *COUNTED),
                (("answer", examples.ANSWER),),
            ),
            STARTED,
        ),
        (CONVERSATION, KEY, PREFER),
        PostMessage,
        examples=(("task", {"message": "Crea una tarea «Revisar contrato» para el viernes"}),),
        errors=OF_A_RUN,
    ),
    Operation(
        "get",
        "/conversations/{id}/events",
        "readTimeline",
        "Audit timeline, live as SSE",
        (
            Reply(
                "200",
                "A page, oldest first; live as events for who accepts `text/event-stream`.",
                (EventPage,),
                "TimelineEvent",
                examples=(("empty", {"items": []}),),
            ),
        ),
        (CONVERSATION, SESSION, AFTER_ENTRY, LIMIT, LAST_ENTRY),
    ),
    Operation(
        "get",
        "/runs",
        "listRuns",
        "Runs of the tenant, for who operates them",
        (
            Reply(
                "200",
                "A page, the newest first; it may hold fewer than asked for and have a next one.",
                (RunList,),
                examples=(("one", {"items": [examples.RUN_ENTRY]}),),
            ),
        ),
        (STATE, OF_CONVERSATION, SINCE, UNTIL, AFTER_PAGE, LIMIT),
        errors=("403",),
    ),
    Operation(
        "get",
        "/runs/{runId}",
        "readRun",
        "Read a run",
        (
            Reply(
                "200",
                "Its state, and what it has done.",
                (RunView,),
                headers=(OF_THIS_RUN,),
                examples=(("under way", examples.RUN),),
            ),
        ),
        (RUN,),
        errors=("410",),
    ),
    Operation(
        "get",
        "/runs/{runId}/events",
        "followRun",
        "Follow a run",
        (
            Reply("200", "Its events, live until its end.", (), "RunEvent", (OF_THIS_RUN,)),
            Reply("204", "It is over, and all was told: do not reconnect.", headers=(OF_THIS_RUN,)),
        ),
        (RUN, LAST_NUMBER, AFTER_NUMBER),
    ),
    Operation(
        "post",
        "/runs/{runId}/cancel",
        "cancelRun",
        "Stop a run",
        (
            Reply(
                "202",
                "It ends as soon as its present step gives up, also one that waits for its turn "
                "or for a person: open approvals are withdrawn. No effect is begun any more; what "
                "was begun comes to its end, and what was done stays and is told. Asking again "
                "changes nothing. A run that is left alone is not stopped by that: it goes on, "
                "unless it was started with `onDisconnect: cancel`, which stops it in this way "
                "once nobody follows it. For who started it, and who holds `runs:operate`.",
                (RunStopping,),
                headers=(OF_THIS_RUN, WHERE),
                examples=(("stopping", {"runId": examples.RUN_ID, "state": "CANCELLING"}),),
            ),
        ),
        (RUN,),
        errors=("409",),
    ),
    Operation(
        "post",
        "/runs/{runId}/regenerate",
        "regenerateAnswer",
        "Have the newest answer of a conversation given again: no tool is called",
        (
            Reply(
                "200",
                "The answer; live as events for who accepts `text/event-stream`.",
                (RunAnswer,),
                "RunEvent",
                (OF_THIS_RUN, *COUNTED),
                (("answer", examples.ANSWER),),
            ),
            STARTED,
        ),
        (RUN, KEY, PREFER),
        errors=OF_A_RUN,
    ),
    Operation(
        "post",
        "/runs/{runId}/feedback",
        "rateRun",
        "Say what you think of it",
        (Reply("204", "Stored.", headers=(OF_THIS_RUN,)),),
        (RUN,),
        PostFeedback,
        examples=(("good", {"rating": "up", "tags": ["clear"]}),),
    ),
    Operation(
        "post",
        "/runs/{runId}/approvals/{approvalId}",
        "decideApproval",
        "Decide on one exact payload",
        (
            Reply(
                "200",
                "Decided.",
                (ApprovalDecided,),
                headers=(OF_THIS_RUN,),
                examples=(("approved", examples.DECIDED),),
            ),
        ),
        (RUN, APPROVAL),
        DecideApproval,
        examples=(("approve", {"decision": "approve", "payloadHash": examples.HASH}),),
        errors=("403", "409", "410"),
    ),
    Operation(
        "get",
        "/approvals",
        "listApprovals",
        "What waits for me",
        (
            Reply(
                "200",
                "What I may decide on, the oldest first.",
                (ApprovalList,),
                examples=(("nothing", {"items": []}),),
            ),
        ),
    ),
    Operation(
        "get",
        "/health",
        "health",
        "Liveness",
        (
            Reply(
                "200",
                "Alive, and what is configured.",
                (Health,),
                examples=(("alive", examples.HEALTH),),
            ),
        ),
        open=True,
    ),
    Operation(
        "get", "/openapi.json", "openapi", "This document", (Reply("200", "It."),), open=True
    ),
)
