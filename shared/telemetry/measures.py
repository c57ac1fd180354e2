"""What is measured, beside the spans: counters and histograms, made once."""

from collections.abc import Sequence

from opentelemetry.metrics import Histogram, Meter

SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
FIRST_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2.4, 3.2, 4.8, 6.4, 9.6, 12.8, 25.6, 51.2)
TOKENS = tuple(4**power for power in range(14))
"""Bounds that the conventions for generative AI ask for, and ours for the first text."""


class Measures:
    def __init__(self, meter: Meter) -> None:
        self.model_seconds = _histogram(
            meter, "gen_ai.client.operation.duration", "s", "Of one call of a model.", SECONDS
        )
        self.model_first_seconds = _histogram(
            meter,
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            "From the request to the first piece of a model's answer.",
            FIRST_SECONDS,
        )
        self.tokens = _histogram(
            meter, "gen_ai.client.token.usage", "{token}", "Of one call of a model.", TOKENS
        )
        self.tool_seconds = _histogram(
            meter, "gen_ai.execute_tool.duration", "s", "Of one call of a tool.", SECONDS
        )
        self.run_seconds = _histogram(
            meter, "gen_ai.invoke_agent.duration", "s", "Of one run.", SECONDS
        )
        self.first_text_seconds = _histogram(
            meter,
            "eira.run.time_to_first_token",
            "s",
            "From the acceptance of a run to its first stored text.",
            FIRST_SECONDS,
        )
        self.queue_seconds = _histogram(
            meter,
            "eira.run.queue.duration",
            "s",
            "From the acceptance of a run to its first step.",
            SECONDS,
        )
        self.cost = meter.create_counter(
            "eira.model.cost", "{currency}", "Of calls of models, by the table of prices."
        )
        self.errors = meter.create_counter(
            "eira.errors", "{error}", "Requests that were refused and runs that failed, by code."
        )
        self.refusals = meter.create_counter(
            "eira.quota.refusals", "{refusal}", "Requests that were refused for a quota."
        )
        self.unknown_effects = meter.create_counter(
            "eira.effects.unknown", "{effect}", "Effects of which nobody knows, by tool."
        )
        self.dead_letters = meter.create_counter(
            "eira.events.dead_letters", "{event}", "ERP events that nobody can take, by reason."
        )
        self.swept = meter.create_counter(
            "eira.runs.swept", "{run}", "Runs that the sweeper gave their end."
        )
        self.purged = meter.create_counter(
            "eira.runs.purged", "{run}", "Runs whose history is gone from Durable."
        )
        self.stuck = meter.create_gauge(
            "eira.runs.stuck", "{run}", "Runs that neither end nor wait for anybody."
        )
        self.audit_troubles = meter.create_counter(
            "eira.audit.troubles", "{event}", "What the timer had to seal, or could not anchor."
        )


def _histogram(
    meter: Meter, name: str, unit: str, description: str, bounds: Sequence[float]
) -> Histogram:
    return meter.create_histogram(
        name, unit, description, explicit_bucket_boundaries_advisory=bounds
    )
