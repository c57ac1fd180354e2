"""Secrets are remembered for a while; rotation is noticed, and the vault may be away meanwhile."""

import asyncio
from dataclasses import dataclass, field

import pytest

from shared.credentials.caching import AGAIN_SECONDS, FRESH, CachedSecrets
from shared.errors import SecretError
from shared.ports import Secret
from tests.fakes.credentials import FakeSecrets

SECONDS = 600.0


@dataclass
class Scene:
    vault: FakeSecrets = field(default_factory=lambda: FakeSecrets({"key": ["old"]}))
    time: float = 1_000.0

    def __post_init__(self) -> None:
        self.cached = CachedSecrets(self.vault, SECONDS, lambda: self.time)

    async def value(self) -> str:
        return (await self.cached.get("key")).value

    async def rest(self) -> None:
        """Let what goes on in the background come to its end."""
        for _ in range(5):
            await asyncio.sleep(0)


async def test_a_secret_is_asked_for_once() -> None:
    scene = Scene()
    assert await asyncio.gather(*(scene.value() for _ in range(20))) == ["old"] * 20
    scene.time += SECONDS * FRESH - 1
    assert await scene.value() == "old"
    assert scene.vault.asked == [("key", None)]


async def test_near_its_end_it_is_asked_for_in_the_background() -> None:
    scene = Scene()
    await scene.value()
    scene.vault.values["key"].append("new")
    scene.time += SECONDS * FRESH
    assert await scene.value() == "old"
    await scene.rest()
    assert await scene.value() == "new"
    assert len(scene.vault.asked) == 2


async def test_a_rotation_is_noticed_when_the_time_is_over() -> None:
    scene = Scene()
    await scene.value()
    scene.vault.values["key"].append("new")
    scene.time += SECONDS
    assert await scene.value() == "new"


async def test_while_the_vault_is_away_the_value_holds_for_its_time_and_no_longer() -> None:
    scene = Scene()
    await scene.value()
    scene.vault.failure = SecretError("away")
    scene.time += SECONDS - 1
    assert await scene.value() == "old"
    await scene.rest()
    assert await scene.value() == "old"
    scene.time += 1
    with pytest.raises(SecretError):
        await scene.value()
    scene.vault.failure = None
    assert await scene.value() == "old"


async def test_a_vault_that_is_away_is_not_asked_with_every_call() -> None:
    scene = Scene()
    await scene.value()
    scene.vault.failure = SecretError("away")
    scene.time += SECONDS * FRESH
    for _ in range(10):
        await scene.value()
        await scene.rest()
    assert len(scene.vault.asked) == 2
    scene.time += AGAIN_SECONDS
    await scene.value()
    await scene.rest()
    assert len(scene.vault.asked) == 3


async def test_a_secret_that_was_withdrawn_holds_no_longer() -> None:
    scene = Scene()
    await scene.value()
    scene.vault.failure = SecretError("deleted", retryable=False)
    scene.time += SECONDS * FRESH
    await scene.value()
    await scene.rest()
    with pytest.raises(SecretError):
        await scene.value()


async def test_a_secret_that_was_refused_is_asked_for_at_once() -> None:
    scene = Scene()
    seen = await scene.cached.get("key")
    scene.vault.values["key"].append("new")
    both = await asyncio.gather(scene.cached.renewed(seen), scene.cached.renewed(seen))
    fresh = next(each for each in both if each is not None)
    assert fresh.value == "new"
    assert await scene.value() == "new"
    assert len(scene.vault.asked) == 2


async def test_a_secret_that_is_refused_again_and_again_is_not_asked_for_each_time() -> None:
    scene = Scene()
    seen = await scene.cached.get("key")
    assert [await scene.cached.renewed(seen) for _ in range(9)] == [None] * 9
    assert len(scene.vault.asked) == 2
    scene.time += AGAIN_SECONDS
    scene.vault.values["key"].append("new")
    fresh = await scene.cached.renewed(seen)
    assert fresh is not None
    assert fresh.value == "new"


async def test_who_was_refused_before_somebody_else_noticed_gets_what_is_known() -> None:
    scene = Scene()
    seen = await scene.cached.get("key")
    scene.vault.values["key"].append("new")
    await scene.cached.renewed(seen)
    fresh = await scene.cached.renewed(seen)
    assert isinstance(fresh, Secret)
    assert len(scene.vault.asked) == 2


async def test_versions_are_remembered_apart() -> None:
    scene = Scene()
    scene.vault.values["key"].append("new")
    assert (await scene.cached.get("key", f"{1:032x}")).value == "old"
    assert await scene.value() == "new"


async def test_versions_that_somebody_made_up_leave_nothing_behind() -> None:
    scene = Scene()
    await scene.value()
    for made_up in range(100, 110):
        with pytest.raises(SecretError):
            await scene.cached.get("key", f"{made_up:032x}")
    kept = (getattr(scene.cached, each) for each in vars(scene.cached))
    assert all(len(each) <= 1 for each in kept if isinstance(each, dict))


async def test_who_gives_up_does_not_take_it_from_the_others() -> None:
    scene = Scene()
    first, second = (asyncio.create_task(scene.value()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "old"


async def test_no_value_is_in_a_repr() -> None:
    assert "old" not in repr(await Scene().cached.get("key"))
