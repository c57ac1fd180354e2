"""What a worker does once, when it loads the app, before anything is asked of it."""

import asyncio
import importlib
import logging
import os
import threading

from shared.credentialing import read_credentials
from shared.extras import check_installed
from shared.late_imports import late, load_late
from shared.log_masking import mask_logs
from shared.packs import PACKS, FolderPacks
from shared.settings import get_settings, our_settings, unknown_settings
from shared.start_checks import check_secure, check_told_by_us, read_settings
from shared.telemetry.recording import record_with, recorder

with late("shared"):
    from shared import bootstrap, observing

log = logging.getLogger("eira.start")

CHATTY = ("anthropic", "azure", "google_genai", "httpx", "httpx2", "openai")
"""Libraries that log a line for every request they make."""

SDKS = (
    "azure.cosmos.aio",
    "azure.identity.aio",
    "jsonschema",
    "rapidfuzz.fuzz",
    "rapidfuzz.process",
    "shared.identity.entra",
    "shared.llm.openai_compatible",
    "shared.search.cerebro",
    "shared.stores.cosmos",
)
CONTENT_SAFETY = "shared.moderation.content_safety"
KEY_VAULT = ("shared.credentials.handles", "shared.credentials.key_vault")
WARM_UP_AFTER_SECONDS = 1.0


def check_settings() -> None:
    """Stop the start of an app that is not configured. Raises ConfigurationError."""
    written = dict(our_settings())
    settings = read_settings(written, os.environ)
    check_secure(settings, written, os.environ)
    check_told_by_us(settings)
    check_installed(settings, read_credentials(settings).tools)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It logs what it cannot read of an answer, with the answer in it; we tell of it ourselves.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    if unknown := unknown_settings():
        log.warning("these settings are none of this version: %s", ", ".join(unknown))


def prepare_app() -> None:
    """Raises ConfigurationError: for a setting, or for a file of the packs."""
    mask_logs()
    check_settings()
    packs = FolderPacks(PACKS, get_settings().packs.version)
    packs.get(packs.current)
    record_with(lambda: observing.build_telemetry(get_settings()))
    # Behind the indexing of the functions, and before the first message rather than with it.
    timer = threading.Timer(WARM_UP_AFTER_SECONDS, _warm_up)
    timer.daemon = True
    timer.start()


def _warm_up() -> None:
    settings = get_settings()
    load_late()
    judges = settings.moderation.provider == "content-safety"
    vault = read_credentials(settings).uses_vault
    for name in (*SDKS, *([CONTENT_SAFETY] if judges else []), *(KEY_VAULT if vault else ())):
        importlib.import_module(name)
    # And the one for telemetry, where anybody is told.
    recorder()
    if vault:
        asyncio.run(bootstrap.look_for_secrets())
