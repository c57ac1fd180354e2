"""Every route of the API: what it takes, what it answers, what can go wrong."""

from api.health import Health
from api.openapi import examples
from api.openapi.flow_routes import FLOW_ROUTES
from api.openapi.flow_run_routes import FLOW_RUN_ROUTES
from api.openapi.operations import AGENT_JSON, JSON, OF_A_RUN, Operation, Reply
from api.openapi.parameters import (
    AFTER_ENTRY,
    AFTER_NUMBER,
    AFTER_PAGE,
    APPROVAL,
    BEFORE,
    CONVERSATION,
    COUNTED,
    KEY,
    LAST_ENTRY,
    LAST_NUMBER,
    LIMIT,
    OF_CONVERSATION,
    OF_THIS_RUN,
    PREFER,
    RUN,
    SESSION,
    SIMULATOR_KEYS,
    SINCE,
    STATE,
    THREADS,
    UNTIL,
    WHERE,
    WORDS,
)
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
        (KEY, PREFER, SIMULATOR_KEYS),
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
    *FLOW_ROUTES,
    *FLOW_RUN_ROUTES,
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
