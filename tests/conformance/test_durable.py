"""Durable: each recorded scenario, from its start to its final status, on the local host."""

from aiohttp import ClientSession

from tests.conformance import durable_shapes
from tests.conformance.comparing import Case, Masks, recorded_masks
from tests.conformance.conftest import Conform
from tests.conformance.durable_scenarios import Observed, Player, scenarios
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json

# Several answers are on their way at once here: which come together in one episode, and in which
# order, differs from run to run on the real host too.
_CONCURRENT = {
    "fan_out_3",
    "fail_in_task_all",
    "retry_inside_task_all",
    "sub_two_parallel",
    "entity_fan_out",
    "continue_as_new_events_kept",
    "two_events_same_name",
}


def _shape(name: str, observed: Observed, masks: Masks) -> Json:
    return durable_shapes.scenario(observed, masks, gathered=name in _CONCURRENT)


async def test_scenarios_run_as_recorded(durable_probe: Probe, conform: Conform) -> None:
    recorded = scenarios()
    async with ClientSession() as http:
        played = await Player(durable_probe, http).play_all(recorded)
    cases = []
    for said, observed in zip(recorded, played, strict=True):
        name = str(said["scenario"])
        times = name not in _CONCURRENT
        ours = Masks(
            {
                durable_probe.url.removeprefix("http://"): "<main>",
                **{key: name for name, key in durable_probe.keys().items()},
                "x" * 61440: "{{x*61440}}",
            },
            times=times,
        )
        cases.append(
            Case(
                name,
                _shape(name, durable_shapes.recorded(said), recorded_masks(times=times)),
                _shape(name, observed, ours),
            )
        )
    conform("durable: scenarios", cases)
