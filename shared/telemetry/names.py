"""Names of attributes and measures: OpenTelemetry's where it has them, else `eira.`.

Of the semantic conventions 1.41 (HTTP, databases) and those for generative AI, which are in
development still: their names may change, and stand here alone for that.
"""

from shared.contracts.models import Provider
from shared.contracts.tools import ToolKind

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
STREAM = "gen_ai.request.stream"
MAX_TOKENS = "gen_ai.request.max_tokens"
TEMPERATURE = "gen_ai.request.temperature"
TOP_P = "gen_ai.request.top_p"
TOP_K = "gen_ai.request.top_k"
OUTPUT_TYPE = "gen_ai.output.type"
FINISH_REASONS = "gen_ai.response.finish_reasons"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
KIND_OF_TOKENS = "gen_ai.token.type"
CONVERSATION = "gen_ai.conversation.id"
AGENT_NAME = "gen_ai.agent.name"
DATA_SOURCE = "gen_ai.data_source.id"
TOOL_NAME = "gen_ai.tool.name"
TOOL_TYPE = "gen_ai.tool.type"

ERROR_TYPE = "error.type"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
DB_SYSTEM = "db.system.name"
DB_OPERATION = "db.operation.name"
DB_COLLECTION = "db.collection.name"

RUN = "eira.run.id"
TENANT = "eira.tenant.id"
STEP = "eira.step"
ORCHESTRATION = "eira.orchestration"
RUN_STATE = "eira.run.state"
FINISH_REASON = "eira.run.finish_reason"
EFFECT = "eira.effect.id"
EFFECT_STATE = "eira.effect.state"
FOUND = "eira.retrieval.found"
COST = "eira.cost"
CURRENCY = "eira.cost.currency"
QUOTA = "eira.quota"
ERROR_CODE = "eira.error.code"
ERROR_SOURCE = "eira.error.source"
TOOL_STATUS = "eira.tool.status"
AUDIT_TROUBLE = "eira.audit.trouble"
DEAD_LETTER = "eira.events.dead_letter.reason"

FIRST_TEXT = "eira.run.time_to_first_token"

SPANS_FILE = "spans.jsonl"
MEASURES_FILE = "measures.jsonl"
AGENT = "eira"
"""The name of the agent whose runs are told as `invoke_agent`."""
PROVIDERS: dict[Provider, str] = {
    "azure-openai": "azure.ai.openai",
    "openai": "openai",
    # A gateway, which speaks OpenAI's language whatever stands behind it.
    "proxy": "openai",
    "anthropic": "anthropic",
    "google": "gcp.gemini",
}
TOOL_TYPES: dict[ToolKind, str] = {
    "rest": "extension",
    "http": "extension",
    "mcp": "extension",
    "cerebro": "datastore",
}
