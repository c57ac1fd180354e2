"""Clients that do not give up: they ask again until the app answers, as its contract allows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp

from tests.e2e.people import TERMINAL, Answer, Event, Person
from tests.e2e.under_fire.plan import Order

ASK_AGAIN_SECONDS = 0.4
"""As a considerate client: while all workers are dead, everybody asks again and again."""
MOST_SECONDS = 180.0
"""Nothing takes so long; it only ends an attack on an app that never answers again."""

type Verdict = Literal["approved", "rejected"]
type Watch = Callable[[str, Event], None]
"""Told of each event as it comes, and of which run it is."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order's run, and what was done to it: the decision that was accepted, the stop too."""

    order: Order
    run_id: str
    conversation: str
    decision: Verdict | None = None
    stopped: bool = False


async def place(order: Order, asks: Person, decides: Person, watch: Watch) -> Placed:
    """Post the order, stop it or decide on it in the midst of everything, see it end."""
    async with asyncio.timeout(MOST_SECONDS):
        opened = await insist(lambda: asks.ask("POST", "/conversations", json={}), {201})
        conversation = str(opened.body["conversationId"])
        headers = {"Idempotency-Key": order.marks[0], "Prefer": "respond-async"}
        path = f"/conversations/{conversation}/messages"
        taken = await insist(
            lambda: asks.ask("POST", path, json={"message": order.message}, headers=headers), {202}
        )
        run_id = str(taken.body["runId"])
        (decision, stopped), _ = await asyncio.gather(
            _interfere(order, run_id, asks, decides), _see_it_end(run_id, asks, watch)
        )
        return Placed(order, run_id, conversation, decision, stopped)


async def _interfere(
    order: Order, run_id: str, asks: Person, decides: Person
) -> tuple[Verdict | None, bool]:
    """The decision that was accepted, and whether a stop was."""
    match order.kind:
        case "one task" | "two tasks" | "project with tasks":
            return None, False
        case "stopped":
            await asyncio.sleep(order.pause)
            return None, await _stop(asks, run_id)
        case "approved" | "rejected":
            return await _decide(order, run_id, asks, decides), False
        case "approval stopped":
            return await asyncio.gather(
                _decide(order, run_id, asks, decides), _stop_when_asked(order, run_id, asks)
            )


async def _see_it_end(run_id: str, who: Person, watch: Watch) -> None:
    """Read the run's events to the last; come back whenever the connection is lost."""
    last = None
    while True:
        try:
            async with who.watching(run_id, last_event_id=last) as stream:
                async for event in stream:
                    watch(run_id, event)
                    last = event.number
                    if event.type in TERMINAL:
                        return
        except aiohttp.ClientError:
            await asyncio.sleep(ASK_AGAIN_SECONDS)


async def insist(ask: Callable[[], Awaitable[Answer]], wanted: set[int]) -> Answer:
    """Ask until the answer is one of these; a worker may die under any request."""
    while True:
        try:
            answer = await ask()
        except aiohttp.ClientError:
            answer = None
        if answer is not None and answer.status in wanted:
            return answer
        await asyncio.sleep(ASK_AGAIN_SECONDS)


async def view_of(run_id: str, who: Person) -> dict[str, Any]:
    return dict((await insist(lambda: who.get(f"/runs/{run_id}"), {200})).body)


async def _stop(who: Person, run_id: str) -> bool:
    """Whether it was accepted; 409 says that the run was over."""
    answer = await insist(lambda: who.ask("POST", f"/runs/{run_id}/cancel"), {202, 409})
    return answer.status == 202


async def _stop_when_asked(order: Order, run_id: str, who: Person) -> bool:
    await _asked(run_id, who)
    await asyncio.sleep(order.pause / 3)
    return await _stop(who, run_id)


async def _decide(order: Order, run_id: str, asks: Person, decides: Person) -> Verdict | None:
    """None when the run had ended, or the approval had been closed, before the decision came."""
    approval = await _asked(run_id, asks)
    if approval is None:
        return None
    await asyncio.sleep(order.pause / 3)
    decision = "reject" if order.kind == "rejected" else "approve"
    path = f"/runs/{run_id}/approvals/{approval['approvalId']}"
    body = {"decision": decision, "payloadHash": approval["payloadHash"]}
    answer = await insist(lambda: decides.ask("POST", path, json=body), {200, 409, 410})
    if answer.status != 200 and order.kind != "approval stopped":
        # An earlier attempt was taken and its answer lost; the run shows the decision as its own.
        state = (await view_of(run_id, asks))["approvals"][0]["state"]
        taken: dict[str, Verdict] = {"used": "approved", "rejected": "rejected"}
        return taken.get(state)
    if answer.status != 200:
        return None
    return "rejected" if decision == "reject" else "approved"


async def _asked(run_id: str, who: Person) -> dict[str, Any] | None:
    """The approval that a run asks for; None when it ended without asking."""
    while True:
        view = await view_of(run_id, who)
        if view["approvals"]:
            return dict(view["approvals"][0])
        if "endedAt" in view:
            return None
        await asyncio.sleep(ASK_AGAIN_SECONDS)
