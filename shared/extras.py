"""Providers of models whose packages are installed only where they are used."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec

from shared.contracts.models import Provider
from shared.errors import ConfigurationError
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Extra:
    """`adapter` is the module of ours that imports `module`, the SDK."""

    provider: Provider
    module: str
    adapter: str


ANTHROPIC = Extra("anthropic", "anthropic", "shared.llm.anthropic_messages")
GOOGLE = Extra("google", "google.genai", "shared.llm.google_genai")


def check_installed(settings: Settings, profiled: Collection[str] = ()) -> None:
    """Raises ConfigurationError for a provider that may be asked, and whose SDK is missing.
    `profiled` are the tools that credential profiles speak of."""
    for extra in (ANTHROPIC, GOOGLE):
        if extra.provider in settings.providers or extra.provider in profiled:
            require(extra)


def require(extra: Extra) -> None:
    """Raises ConfigurationError where its SDK is missing."""
    try:
        found = find_spec(extra.module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise ConfigurationError(
            f"provider {extra.provider} of the models needs packages that are missing; "
            f"install those of requirements-{extra.provider}.txt"
        )
