"""What is sent and answered about flows."""

from typing import Any

FLOW_ID = "01KBN6QH2Y8V4T1C9D3E5F7G0H"
ANA: dict[str, Any] = {"userId": "a1000000-0000-4000-8000-000000000001", "name": "Ana López"}
LUIS: dict[str, Any] = {"userId": "a1000000-0000-4000-8000-000000000002", "name": "Luis Prieto"}
GREETING: dict[str, Any] = {
    "meta": {"name": "Licencias"},
    "nodes": [
        {"type": "agent_call", "message": "Hola", "save_as": "r1"},
        {"type": "response", "text": "El agente dijo: ${r1.text}"},
    ],
}
SAVED: tuple[tuple[str, dict[str, Any]], ...] = (("a draft", {"flow": GREETING}),)
VERSION: dict[str, Any] = {
    "version": 1,
    "name": "Licencias",
    "savedAt": "2026-11-22T09:30:00Z",
    "savedBy": ANA,
}
ENTRY: dict[str, Any] = VERSION | {
    "flowId": FLOW_ID,
    "createdAt": "2026-11-22T09:30:00Z",
    "createdBy": ANA,
}
VIEW: dict[str, Any] = ENTRY | {
    "newest": 1,
    "flow": GREETING,
    "valid": True,
    "problems": [
        {
            "severity": "warning",
            "code": "default_profile",
            "pointer": "/nodes/0",
            "message": "Nadie nombra un perfil de credenciales: se usará «default».",
        }
    ],
    "warnings": [],
}
LATER: dict[str, Any] = {"savedAt": "2026-11-22T10:00:00Z", "savedBy": LUIS}
SECOND: dict[str, Any] = VIEW | LATER | {"version": 2, "newest": 2}
RESTORED: dict[str, Any] = VIEW | LATER | {"version": 3, "newest": 3, "restored": 1}
FLOWS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "with keys of the simulator",
        {
            "flow": [
                {
                    "type": "credential_profile",
                    "profile": "testing",
                    "credentials": {"openai": "paste-here"},
                    "__sim_only": True,
                },
                {"type": "agent_call", "message": "Hola", "save_as": "r1"},
                {"type": "response", "text": "El agente dijo: ${r1.text}"},
            ]
        },
    ),
)
FLOW_CHECKED: dict[str, Any] = {
    "valid": True,
    "problems": [
        {
            "severity": "warning",
            "code": "sim_only_node",
            "pointer": "/0",
            "message": "Este nodo solo funciona en el simulador. No se exportará.",
        }
    ],
}
FLOW_EXPORTED: dict[str, Any] = {
    "flow": {
        "meta": {"default_credential_profile": "testing"},
        "nodes": [
            {"type": "agent_call", "message": "Hola", "save_as": "r1"},
            {"type": "response", "text": "El agente dijo: ${r1.text}"},
        ],
    },
    "warnings": [
        {
            "severity": "warning",
            "code": "sim_only_removed",
            "pointer": "/0",
            "message": "Se ha quitado: solo es del simulador.",
        }
    ],
    "problems": [],
}
FLOW_SCHEMAS: dict[str, Any] = {
    "flow": {"anyOf": [{"type": "object"}, {"type": "array"}]},
    "nodes": {"use_profile": {"type": "object", "required": ["type", "profile"]}},
    "limits": {"nodes": 500},
}
