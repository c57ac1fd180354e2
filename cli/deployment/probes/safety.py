"""Whoever judges what is said in agent calls."""

from cli.deployment.findings import Finding, error, ok
from cli.deployment.mending import ACCOUNT_KIND, DENIED, SAFETY, Need, failed_at, status_of
from cli.deployment.subject import Subject
from shared.bootstrap import build_moderation
from shared.errors import ModerationError
from shared.ports import Moderation

AREA = "moderation"
TRIED = "one word judged"


async def look(subject: Subject) -> list[Finding]:
    provider = subject.settings.moderation.provider
    if provider == "none":
        return [ok(AREA, "nobody judges agent calls, as Moderation__Provider says")]
    moderation = build_moderation(subject.settings, subject.credential)
    try:
        return [await examined(moderation, subject)]
    finally:
        await moderation.close()


async def examined(moderation: Moderation, subject: Subject) -> Finding:
    wanted = subject.settings.moderation
    try:
        await moderation.check(("Hola",), "default")
    except ModerationError as failed:
        if wanted.api_key and status_of(failed) in DENIED:
            what = "the key in Moderation__ApiKey is refused"
            return error(AREA, what, TRIED, "set Moderation__ApiKey, or take it away and use roles")
        at_azure = wanted.provider == "content-safety"
        need = Need(SAFETY, ACCOUNT_KIND, wanted.endpoint or "") if at_azure else None
        return await failed_at(AREA, TRIED, failed, subject, need)
    return ok(AREA, f"{wanted.provider} judges")
