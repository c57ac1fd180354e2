"""A short attack in every test run; `python -m emulator.tests.crashes` is the long one."""

from pathlib import Path

from emulator.tests.crashes.attack import attack
from emulator.tests.crashes.plan import BOUNDED


async def test_nothing_is_lost_doubled_or_wrong_when_workers_and_hosts_are_killed(
    tmp_path: Path,
) -> None:
    report = await attack(tmp_path, BOUNDED, seed=3)
    assert report.faults == [], report
    assert report.blows == {"worker": 15, "host": 5, "reload": 2}
    assert report.orchestrations > 0
