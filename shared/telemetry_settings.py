"""Settings of what is told to whoever operates the app."""

from typing import Annotated

from pydantic import Field

from shared.sections import Section


class PriceSettings(Section):
    """Of a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(default=0.0, ge=0)


class TelemetrySettings(Section):
    """Application Insights is set by APPLICATIONINSIGHTS_CONNECTION_STRING, as all over Azure.

    `folder`: spans and measures are written there as lines of JSON; `console`: to the worker's log.
    `sample_ratio` of the traces is recorded; with `stores` the operations on Cosmos DB as well.
    `prices` by model or deployment, in `currency`.
    """

    folder: str | None = None
    console: bool = False
    sample_ratio: float = Field(default=1.0, ge=0, le=1)
    stores: bool = False
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    prices: dict[str, PriceSettings] = Field(default={})
