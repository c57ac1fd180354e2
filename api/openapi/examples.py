"""Examples of what is sent and answered; each is checked against its contract by a test."""

from typing import Any

RUN_ID = "01KATZ5D9M0Z5R5J0GQ1W3F7CX"
THREAD_ID = "01KATZ5D9MB7N4S2V8Y6TQXK3E"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AT = "2026-11-22T10:00:00Z"

CHATS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "least",
        {"sessionId": "abc-123", "message": "¿Cómo renuevo mi licencia?", "agent": "normal"},
    ),
    (
        "answers from documents",
        {
            "sessionId": "abc-123",
            "message": "Requisitos para renovar la licencia",
            "agent_profile": "rag",
            "model": {"temperature": 0.3, "max_tokens": 600},
            "search": {"mode": "hybrid", "topK": 5, "queryLanguage": "es"},
            "runtime": {"timeout_ms": 30_000},
        },
    ),
    (
        "several agents",
        {
            "sessionId": "abc-123",
            "threadId": THREAD_ID,
            "message": "¿Qué plazo tengo y quién lo tramita?",
            "mode": "group_chat",
            "participants": ["Coordinator", "RetrievalAgent", "DomainExpert"],
            "max_turns": 4,
            "return_trace": True,
        },
    ),
)

CITATION = {
    "number": 1,
    "source": "https://docs.example/licencias",
    "title": "Renovación de licencias",
    "url": "https://docs.example/licencias",
    "snippet": "Debe presentar su documento de identidad.",
    "score": 0.87,
    "index": "cerebro",
    "documentId": "licencias-3",
    "verified": True,
}
ANSWER: dict[str, Any] = {
    "text": "Debe presentar su documento de identidad [1].",
    "citations": [CITATION],
    "usage": {"promptTokens": 123, "completionTokens": 456, "totalTokens": 579},
    "threadId": THREAD_ID,
    "runId": RUN_ID,
    "state": "DONE",
    "finishReason": "stop",
    "warnings": [],
}
CHAT_ANSWER: dict[str, Any] = ANSWER | {
    "steps": [
        {"speaker": "RetrievalAgent", "text": "", "tool": "ai_search"},
        {"speaker": "RetrievalAgent", "text": "Debe presentar su documento de identidad [1]."},
    ],
    "handoffTrace": [{"from": "Coordinator", "to": "RetrievalAgent"}],
}
COMPLETIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "a conversation that the client keeps",
        {
            "model": "rag",
            "messages": [
                {"role": "system", "content": "Responde en una frase."},
                {"role": "user", "content": "Hola"},
                {"role": "assistant", "content": "Buenas, ¿en qué ayudo?"},
                {"role": "user", "content": "¿Qué necesito para renovar la licencia?"},
            ],
            "user": "abc-123",
        },
    ),
    (
        "live",
        {
            "model": "normal/gpt-4o-mini",
            "messages": [{"role": "user", "content": "Hola"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    ),
)
AGUI: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "answers from documents",
        {
            "threadId": "abc-123",
            "runId": "run-1",
            "messages": [
                {"id": "m1", "role": "user", "content": "¿Qué necesito para renovar la licencia?"}
            ],
            "tools": [],
            "context": [{"description": "Página", "value": "Trámites"}],
            "state": {},
            "forwardedProps": {"agent_profile": "rag", "search": {"mode": "hybrid"}},
        },
    ),
)
COMPLETION: dict[str, Any] = {
    "id": f"chatcmpl-{RUN_ID}",
    "object": "chat.completion",
    "created": 1_795_341_600,
    "model": "rag",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Debe presentar su documento de identidad [1].",
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 123, "completion_tokens": 456, "total_tokens": 579},
    "citations": [CITATION],
}
MODELS: dict[str, Any] = {
    "object": "list",
    "data": [
        {"id": name, "object": "model", "created": 0, "owned_by": "eira"}
        for name in ("rag", "gpt-4o")
    ],
}
STARTED = {"runId": RUN_ID}
APPROVAL = {
    "approvalId": "approval-0",
    "tool": "createUser",
    "args": {"name": "Ana López", "email": "***"},
    "confirmation": "Crear el usuario «Ana López»",
    "payloadHash": HASH,
    "expiresAt": AT,
}
WAITING: dict[str, Any] = {
    "runId": RUN_ID,
    "threadId": THREAD_ID,
    "state": "WAITING_APPROVAL",
    "approval": APPROVAL,
    "approvals": [APPROVAL],
}
DECIDED = {"approvalId": "approval-0", "runId": RUN_ID, "state": "approved"}
CONVERSATION: dict[str, Any] = {
    "conversationId": THREAD_ID,
    "title": "Tareas de la semana",
    "language": "es",
    "timeZone": "Europe/Madrid",
    "packVersion": "2026.11",
    "createdAt": AT,
    "updatedAt": AT,
    "turns": [],
    "active": [],
}
ME: dict[str, Any] = {
    "userId": "a1000000-0000-4000-8000-000000000001",
    "name": "Ana López",
    "tenantId": "11111111-1111-4111-8111-111111111111",
    "roles": ["employee"],
    "rights": ["tasks:read", "tasks:write"],
    "languages": ["es", "en"],
}
ENTRY: dict[str, Any] = {
    "conversationId": THREAD_ID,
    "title": "Tareas de la semana",
    "language": "es",
    "createdAt": AT,
    "updatedAt": AT,
}
RUN_ENTRY: dict[str, Any] = {
    "runId": RUN_ID,
    "conversationId": THREAD_ID,
    "userId": "a1000000-0000-4000-8000-000000000001",
    "userName": "Ana Prieto",
    "state": "DONE",
    "isAgentCall": False,
    "isFlow": False,
    "receivedAt": AT,
    "endedAt": AT,
    "finishReason": "stop",
    "correlationId": "5b1f0c1d8c7a4f0f9a41",
}
RUN: dict[str, Any] = {
    "runId": RUN_ID,
    "conversationId": THREAD_ID,
    "userId": "a1000000-0000-4000-8000-000000000001",
    "userName": "Ana Prieto",
    "state": "PLANNED",
    "states": [{"state": "RECEIVED", "since": AT}, {"state": "PLANNED", "since": AT}],
    "receivedAt": AT,
    "usage": {"promptTokens": 0, "completionTokens": 0, "totalTokens": 0},
    "warnings": [],
    "citations": [],
    "effects": [],
    "approvals": [],
    "memory": "none",
    "correlationId": "5b1f0c1d8c7a4f0f9a41",
}
CATALOG: dict[str, Any] = {
    "agentProfiles": [
        {"name": "normal", "indexes": [], "participants": ["Coordinator"]},
        {"name": "rag", "indexes": ["cerebro"], "participants": ["RetrievalAgent"]},
    ],
    "participants": ["Coordinator", "RetrievalAgent"],
    "modes": ["sequential", "fanout", "group_chat"],
    "indexes": ["cerebro"],
    "semanticConfigurations": ["cerebro-semantic"],
    "providers": ["azure-openai"],
    "models": ["gpt-4o-mini"],
    "tools": ["ai_search", "mcp"],
    "mcpServers": [{"name": "corp-tools", "methods": ["getCase"]}],
    "aliases": ["kv-search"],
    "profiles": ["default", "staging"],
    "toolForms": [
        {
            "name": "ai_search",
            "label": "Buscar en la documentación",
            "arguments": [{"name": "query", "label": "consulta", "required": True, "choices": []}],
        }
    ],
    "credentialProfiles": [
        {"name": "default", "tools": []},
        {"name": "staging", "tools": [{"tool": "openai", "settings": ["secret", "endpoint"]}]},
    ],
    "limits": {
        "messageCharacters": 8000,
        "contextBytes": 65536,
        "indexes": 3,
        "topK": 10,
        "participants": 8,
        "tools": 16,
        "tokens": 4096,
        "turns": 12,
        "internalSteps": 16,
        "retries": 5,
        "timeoutMs": 120000,
    },
    "simulatorKeys": False,
}
HANDLE: dict[str, Any] = {
    "handleId": "h_AfPk0wq2…",
    "expiresAt": "2026-11-22T10:15:00Z",
}
RESOLVES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("by its alias", {"source": "key_vault", "alias": "kv-search", "sessionId": "s-1"}),
    (
        "by alias and secret",
        {
            "source": "key_vault",
            "alias": "kv-search",
            "secret": "secrets/search-api-key",
            "mode": "opaque",
        },
    ),
)
HEALTH: dict[str, Any] = {"status": "ok", "packVersion": "2026.11", "indexes": ["cerebro"]}

EVENTS = """: every 15 seconds of silence, so that proxies keep the connection

id: 1
event: state
data: {"type":"state","state":"RECEIVED","correlationId":"5b1f0c1d8c7a4f0f9a41"}

id: 2
event: tool
data: {"type":"tool","name":"ai_search","args":{"query":"…"},"status":"started","callId":"c1"}

id: 3
event: text
data: {"type":"text","text":"Debe presentar su documento","attempt":1}

id: 4
event: done
data: {"type":"done","usage":{"promptTokens":123,"completionTokens":456,"totalTokens":579},\
"threadId":"01KATZ5D9MB7N4S2V8Y6TQXK3E","runId":"01KATZ5D9M0Z5R5J0GQ1W3F7CX",\
"finishReason":"stop","memory":"stored"}

"""
TIMELINE = """id: 0
event: notification
data: {"type":"notification","kind":"task.updated","entity":{"type":"task","id":"T-7"},\
"text":"En el ERP ha cambiado la tarea «Revisar contrato»."}

"""


CHUNKS = """data: {"id":"chatcmpl-01KATZ5D9M0Z5R5J0GQ1W3F7CX","object":"chat.completion.chunk",\
"created":1795341600,"model":"normal","choices":[{"index":0,"delta":{"content":"Buenas"},\
"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-01KATZ5D9M0Z5R5J0GQ1W3F7CX","object":"chat.completion.chunk",\
"created":1795341600,"model":"normal","choices":[{"index":0,"delta":{},"logprobs":null,\
"finish_reason":"stop"}],"citations":[]}

data: [DONE]

"""
AGUI_FRAMES = """data: {"type":"RUN_STARTED","threadId":"abc-123","runId":"run-1",\
"protocolVersion":"1.0"}

data: {"type":"TEXT_MESSAGE_START","messageId":"01KATZ5D9M0Z5R5J0GQ1W3F7CX-1",\
"role":"assistant"}

data: {"type":"TEXT_MESSAGE_CONTENT","messageId":"01KATZ5D9M0Z5R5J0GQ1W3F7CX-1",\
"delta":"Debe presentar"}

data: {"type":"TEXT_MESSAGE_END","messageId":"01KATZ5D9M0Z5R5J0GQ1W3F7CX-1"}

data: {"type":"RUN_FINISHED","threadId":"abc-123","runId":"run-1","result":{"finishReason":"stop"},\
"usage":[{"inputTokens":123,"outputTokens":456,"totalTokens":579}]}

"""
FRAMES = {
    "RunEvent": EVENTS,
    "TimelineEvent": TIMELINE,
    "CompletionChunk": CHUNKS,
    "AguiRunStarted": AGUI_FRAMES,
}


def problem(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """A refusal as callers get it."""
    told: dict[str, Any] = {
        "type": f"urn:eira:problem:{code.lower().replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "retryable": status in (429, 503, 504),
        "correlationId": "5b1f0c1d8c7a4f0f9a41",
    }
    if code == "INVALID_REQUEST":
        told["errors"] = [{"pointer": "/message", "message": "falta"}]
    return told
