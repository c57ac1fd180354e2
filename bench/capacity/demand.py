"""What a turn asks of each service, from what was measured and what is assumed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from activities.drafting import MAX_TOKENS as PLAN_TOKENS
from activities.material import MAX_TOKENS as ANSWER_TOKENS
from activities.triage import MAX_TOKENS as TRIAGE_TOKENS
from bench.capacity.facts import Facts
from bench.capacity.measured import Measured, Turn

type Mix = Mapping[str, float]
"""Parts of all turns by kind; they add up to 1."""

SMALL_TALK, KNOWLEDGE, TASK = "small-talk", "knowledge", "task"
RESERVED: Mapping[str, int] = {
    SMALL_TALK: TRIAGE_TOKENS + ANSWER_TOKENS["SMALL_TALK"],
    KNOWLEDGE: TRIAGE_TOKENS + PLAN_TOKENS + ANSWER_TOKENS["FLOW_EXECUTION"],
    TASK: TRIAGE_TOKENS + PLAN_TOKENS + ANSWER_TOKENS["FLOW_EXECUTION"],
}
"""The most that a turn's calls may write: what a quota of tokens counts beforehand."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Of one turn: request units, Durable actions, tokens (`quota_tokens` as a quota counts them),
    calls, seconds of CPU and of an open stream, bytes, events."""

    actions: float
    request_units: float
    stream_units: float
    quota_tokens: float
    input_tokens: float
    output_tokens: float
    model_calls: float
    embedding_tokens: float
    rankings: float
    http_cpu: float
    steps_cpu: float
    stream_seconds: float
    executions: float
    log_bytes: float
    kept_bytes: float
    stream_bytes: float
    events: float


def demand_of(kind: str, turn: Turn, facts: Facts) -> Demand:
    http, steps = app_cpu(turn, facts)
    stored = {name: stored.bytes for name, stored in turn.stored_bytes.items()}
    return Demand(
        actions=turn.actions,
        request_units=turn.all_units,
        stream_units=turn.request_units["streams"],
        quota_tokens=turn.prompt_tokens + facts.limit("modelReserved") * RESERVED[kind],
        input_tokens=turn.prompt_tokens,
        output_tokens=turn.completion_tokens,
        model_calls=turn.model_calls,
        embedding_tokens=turn.embeddings * facts.assumed("embeddingTokens"),
        rankings=turn.searches,
        http_cpu=http,
        steps_cpu=steps,
        stream_seconds=unloaded_seconds(turn, facts),
        # Each activity, each look of the orchestrator at what has come, and the request.
        executions=turn.actions + 1,
        log_bytes=turn.span_bytes,
        kept_bytes=sum(stored.values()) - stored["streams"],
        stream_bytes=stored["streams"],
        events=facts.assumed("erpEventsPerTask") if kind == TASK else 0.0,
    )


def mean_demand(mix: Mix, measured: Measured, facts: Facts) -> Demand:
    return mean_of(mix, lambda kind: demand_of(kind, measured.of(kind), facts))


def mean_of(mix: Mix, of: Callable[[str], Demand]) -> Demand:
    """By the parts of the mix; raises ValueError unless they add up to 1."""
    if abs(sum(mix.values()) - 1) > 1e-9:
        raise ValueError(f"the parts of the mix add up to {sum(mix.values()):g}")
    demands = {kind: of(kind) for kind in mix}
    means = {
        each.name: sum(share * getattr(demands[kind], each.name) for kind, share in mix.items())
        for each in fields(Demand)
    }
    return Demand(**means)


def app_cpu(turn: Turn, facts: Facts) -> tuple[float, float]:
    """Seconds of a core of Azure that a turn takes of HTTP instances and of Durable ones.

    The host's own work is shared by both as the workers' is.
    """
    speed = facts.assumed("coreSpeed") * 1000
    http, steps, host = (turn.cpu_ms[role] for role in ("http", "steps", "host"))
    part = host / (http + steps)
    return http * (1 + part) / speed, steps * (1 + part) / speed


def unloaded_seconds(turn: Turn, facts: Facts) -> float:
    """How long a turn takes where nobody else is: its hops, its calls, the work itself."""
    first, per_second = facts.assumed("modelFirstTokenMs"), facts.assumed("modelTokensPerSecond")
    calls = sum(first / 1000 + tokens / per_second for tokens in turn.call_tokens)
    others = turn.searches * (facts.assumed("embeddingMs") + facts.assumed("semanticMs"))
    others += turn.steps.count("run_tool") * facts.assumed("erpMs")
    others += turn.activities * facts.assumed("hopMs")
    return calls + others / 1000 + sum(app_cpu(turn, facts))
