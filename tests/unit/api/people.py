"""Ana at the API, with conversations that really run."""

from dataclasses import dataclass, field

from api import conversations, messages, runs
from tests.fakes.http import Answer, Caller
from tests.fakes.running import RunningOrchestrations
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import World

SMALL_TALK = {
    "route": "SMALL_TALK", "reason": "greeting", "confidence": 1, "continues_open_question": False
}  # fmt: skip


@dataclass
class Desk:
    """One world, its orchestrations, and the people who call."""

    world: World = field(default_factory=World)
    orchestrations: FakeOrchestrations = field(default_factory=FakeOrchestrations)

    def person(self, token: str | None = "ana") -> Caller:
        return Caller(self.world.deps(), self.orchestrations, token)

    async def conversation(self, **body: object) -> str:
        answer = await self.person().call(conversations.create, "POST", body)
        assert answer.status == 201
        return str(answer.json["conversationId"])

    async def post(
        self,
        conversation: str,
        message: object = "Hola",
        *,
        token: str | None = "ana",
        **headers: str,
    ) -> Answer:
        """Keyword arguments are headers, with `_` for `-`."""
        body = message if isinstance(message, dict) else {"message": message}
        return await self.person(token).call(
            messages.post,
            "POST",
            body,
            path={"id": conversation},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    async def run(self, run_id: str, token: str = "ana") -> Answer:
        return await self.person(token).call(runs.read, path={"runId": run_id})

    async def events(self, run_id: str, token: str = "ana", **headers: str) -> Answer:
        return await self.person(token).call(
            runs.events,
            path={"runId": run_id},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def running_desk(crashing: frozenset[str] = frozenset(), **answers: object) -> Desk:
    """Turns run to their end; without answers of the model everything is small talk."""
    world = World()
    world.model.answers = {"triage": [answers.get("triage", SMALL_TALK)]}
    if "plan" in answers:
        world.model.answers["plan"] = [answers["plan"]]
    return Desk(world, RunningOrchestrations(deps=world.deps(), crashing=crashing))


ASYNC = {"prefer": "respond-async"}
SSE = {"accept": "text/event-stream"}
