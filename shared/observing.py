"""Settings → who is told of spans and measures; and the adapters that tell of what they do."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.ports import Dependencies, Knowledge
from shared.settings import Settings
from shared.telemetry.prices import Price, Prices
from shared.telemetry.recording import Recorder, recorder
from shared.telemetry.records import TracedDeadLetters, TracedEffects
from shared.telemetry.services import TracedKnowledge, TracedTools
from shared.telemetry.steps import TracedLog

if TYPE_CHECKING:
    import aiohttp
    from azure.core.pipeline.policies import SansIOHTTPPolicy


def build_telemetry(settings: Settings) -> Recorder | None:
    """What this process records with; None where nobody is told. Imports the SDK, which takes a
    while, so not when the worker indexes the app."""
    wanted = settings.telemetry
    if not (settings.application_insights or wanted.folder or wanted.console):
        return None
    from shared.telemetry.exporting import Exports, build_recorder

    table = {name: Price(each.input, each.output) for name, each in wanted.prices.items()}
    return build_recorder(
        Exports(
            connection=settings.application_insights,
            folder=Path(wanted.folder) if wanted.folder else None,
            console=wanted.console,
            ratio=wanted.sample_ratio,
            prices=Prices(wanted.currency, table),
            stores=wanted.stores,
        )
    )


def traced(deps: Dependencies) -> Dependencies:
    """The same, telling of tools, of the log, of effects and dead letters, if anybody is told.
    Models and Cerebro are traced where they are made: each model has its provider and name, and
    tools ask Cerebro, too."""
    if recorder() is None:
        return deps
    return replace(
        deps,
        tools=TracedTools(deps.tools),
        log=TracedLog(deps.log),
        effects=TracedEffects(deps.effects),
        dead_letters=TracedDeadLetters(deps.dead_letters),
    )


def traced_knowledge(knowledge: Knowledge, endpoint: str) -> Knowledge:
    return knowledge if recorder() is None else TracedKnowledge(knowledge, endpoint)


def erp_watchers() -> "list[aiohttp.TraceConfig]":
    """Of the requests to the ERP."""
    if recorder() is None:
        return []
    from shared.telemetry.outgoing import traced_requests

    return [traced_requests()]


def search_policies() -> "Sequence[SansIOHTTPPolicy[Any, Any]]":
    """Of the requests to Azure AI Search."""
    if recorder() is None:
        return ()
    from shared.telemetry.outgoing import TraceparentPolicy

    return (TraceparentPolicy(),)
