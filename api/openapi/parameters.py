"""What routes take besides a body, and headers of their answers."""

from api.openapi.operations import Parameter

FORM = (("pattern", "^[A-Za-z0-9_-]{1,100}$"),)
CONVERSATION = Parameter("id", "path", "The conversation's id.", limits=FORM)
SESSION = Parameter(
    "sessionId", "query", "Of a thread of agent calls the session, which it is bound to."
)
RUN = Parameter("runId", "path", "The run's id, a ULID.", limits=FORM)
APPROVAL = Parameter("approvalId", "path", "The approval's id, as its event has it.", limits=FORM)
PREFER = Parameter("Prefer", "header", "`respond-async`: do not wait for the run's end.")
KEY = Parameter("Idempotency-Key", "header", "The same key and body give the same run.")
SIMULATOR_KEYS = Parameter(
    "x-sim-credentials",
    "header",
    "Development alone: JSON with a key by tool, for this one call; 403 elsewhere.",
)
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
