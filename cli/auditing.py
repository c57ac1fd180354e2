"""Whether the audit's chains hold, with the settings in the environment: `./eira audit verify`."""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.bootstrap import opened_audit_chains
from shared.contracts.chain import ANCHORS
from shared.contracts.chain_check import Break, Checked, check_anchors, check_chain
from shared.errors import ConfigurationError, DependencyError
from shared.ports import AuditChains
from shared.settings import get_settings
from shared.starting import check_settings

EXIT_BROKEN = 1
EXIT_WRONG = 2
AT_ONCE = 8
LOOKED_AGAIN_AFTER_SECONDS = 1.0
"""A replica may be behind: what is broken stays so."""

ANCHOR = re.compile(r"(\d{1,12}):([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`held` is an anchor that somebody has kept: its number and digest."""

    tenant_id: str
    conversation: str | None = None
    held: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked of a tenant. Breaks are with the conversation in which they are."""

    wanted: Wanted
    conversations: Mapping[str, Checked] = field(default_factory=dict)
    anchors: Checked = field(default_factory=Checked)
    breaks: tuple[tuple[str, Break], ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0; 1 when something does not hold, or the store could not be asked; 2 for a
    setting or an argument that is wrong."""
    options = _parser().parse_args(arguments)
    try:
        check_settings()
        return asyncio.run(_run(options))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG
    except DependencyError as error:
        print(f"./eira audit {options.action}: {error}", file=sys.stderr)
        return EXIT_BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira audit", description="The audit: docs/audit.md says what its chains promise."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="check the chains; prints the first break, exits 1")
    verify.add_argument("--tenant", metavar="ID", help="only this one (all of Auth__Tenants)")
    verify.add_argument("--conversation", metavar="ID", help="only this one")
    verify.add_argument(
        "--anchor",
        type=_held,
        metavar="NUMBER:DIGEST",
        help="an anchor as the app's log has it: the tenant's must be the same",
    )
    return parser


def _held(text: str) -> tuple[int, str]:
    if (found := ANCHOR.fullmatch(text)) is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no number and digest, as in 7:9f86d0…")
    return int(found[1]), found[2]


async def _run(options: argparse.Namespace) -> int:
    tenants = (options.tenant,) if options.tenant else get_settings().auth.tenants
    if options.anchor is not None and len(tenants) > 1:
        raise ConfigurationError("--anchor is of one tenant: name it with --tenant")
    whole = True
    async with opened_audit_chains(get_settings()) as chains:
        for tenant in tenants:
            wanted = Wanted(tenant, options.conversation, options.anchor)
            verified = await verify(chains, wanted)
            print("\n".join(told(verified, time.time())), flush=True)
            whole = whole and not verified.breaks
    print("Everything that was checked holds." if whole else "The audit is BROKEN.")
    return 0 if whole else EXIT_BROKEN


async def verify(chains: AuditChains, wanted: Wanted) -> Verified:
    """Of a tenant, looked at twice where something does not hold. Raises StoreError."""
    verified = await _verified(chains, wanted)
    if verified.breaks:
        await asyncio.sleep(LOOKED_AGAIN_AFTER_SECONDS)
        verified = await _verified(chains, wanted)
    return verified


async def _verified(chains: AuditChains, wanted: Wanted) -> Verified:
    tenant, only = wanted.tenant_id, wanted.conversation
    # Before the links: these are never older than an anchor that holds them.
    anchors = await chains.items(tenant, ANCHORS)
    names = (only,) if only else await chains.conversations(tenant)
    limit = asyncio.Semaphore(AT_ONCE)

    async def check(conversation: str) -> Checked:
        async with limit:
            return check_chain(await chains.items(tenant, conversation), time.time())

    found = dict(zip(names, await asyncio.gather(*map(check, names)), strict=True))
    digests = {name: checked.digests for name, checked in found.items()}
    held = check_anchors(anchors, digests, only)
    breaks = [(name, each) for name, checked in found.items() for each in checked.breaks]
    breaks += ((ANCHORS, each) for each in (*held.breaks, *_not_held(wanted.held, held)))
    return Verified(wanted, found, held, tuple(breaks))


def _not_held(wanted: tuple[int, str] | None, anchors: Checked) -> Iterator[Break]:
    if wanted is not None and anchors.digests.get(wanted[0]) != wanted[1]:
        yield Break(f"anchor-{wanted[0]:012}", "it is not the one that was kept, or is missing")


def told(verified: Verified, now: float) -> Iterator[str]:
    """In lines: what was checked, what is not sealed yet, and the first break."""
    every = verified.conversations.values()
    events, erased = sum(each.events for each in every), sum(each.erased for each in every)
    links = sum(len(each.digests) for each in every)
    yield (
        f"Tenant {verified.wanted.tenant_id}: conversations {len(every)}, events {events} "
        f"(erased {erased}), links {links}, anchors {verified.anchors.events}"
    )
    if verified.anchors.digests:
        newest = max(verified.anchors.digests)
        yield f"  newest anchor {newest}:{verified.anchors.digests[newest]}"
    unsealed = [second for each in every for second in each.unsealed.values()]
    if unsealed:
        age = max(now - min(unsealed), 0)
        yield f"  not sealed yet: events {len(unsealed)}, the oldest for {age:.0f} s"
    late = [(where, one) for where, each in verified.conversations.items() for one in each.late]
    if late:
        where, event = late[0]
        yield f"  sealed late: events {len(late)}, which a crash left or somebody has put in,"
        yield f"  such as {event!a} in conversation {where!a}"
    if verified.breaks:
        (where, first), *others = verified.breaks
        place = "among the anchors" if where == ANCHORS else f"in conversation {where}"
        yield f"  BROKEN {place}, at {first.item}: {first.what}"
        if others:
            yield f"  and {len(others)} more"


if __name__ == "__main__":
    raise SystemExit(main())
