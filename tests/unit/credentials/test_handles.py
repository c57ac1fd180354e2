"""A handle is of use to its holder, for its time, as it was given; and holds no secret."""

import base64
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.contracts.credentials import Holder, SecretRef, SecureAlias
from shared.credentials.caching import CachedSecrets
from shared.credentials.handles import MOST_MADE_UP, Handles
from shared.errors import SecretError
from tests.fakes.credentials import FakeSecrets
from tests.fakes.services import FakeClock

OLD, NEW = (base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))
HOLDER = Holder("tenant-a", "user-ana", "s1")
REF = SecretRef(source="key_vault", name="search-api-key")
START = FakeClock().now
ALIAS = SecureAlias("kv-search", REF, ("ai_search",))


@dataclass
class Scene:
    vault: FakeSecrets = field(
        default_factory=lambda: FakeSecrets({"key": [OLD], "search-api-key": ["made-up-secret"]})
    )
    clock: FakeClock = field(default_factory=FakeClock)

    def handles(self) -> Handles:
        """As another worker would have them, with nothing remembered."""
        return Handles(CachedSecrets(self.vault, 600), "key", 900, self.clock)

    async def sealed(self) -> str:
        return (await self.handles().seal(ALIAS, HOLDER)).handle


async def test_its_holder_opens_it_in_any_worker() -> None:
    scene = Scene()
    sealed = await scene.handles().seal(ALIAS, HOLDER)
    opened = await scene.handles().open(sealed.handle, HOLDER)
    assert opened is not None
    assert (opened.alias, opened.secret) == ("kv-search", REF)
    assert sealed.expires_at == START + timedelta(seconds=900)


async def test_it_is_opaque_and_never_the_same_twice() -> None:
    scene = Scene()
    one, two = await scene.sealed(), await scene.sealed()
    assert one != two
    assert one.startswith("h_")
    raw = base64.urlsafe_b64decode(one[2:] + "=" * (-len(one[2:]) % 4))
    for word in (b"kv-search", b"search-api-key", b"made-up-secret", b"tenant-a"):
        assert word not in raw
    # What it stands for was not even read.
    assert {name for name, _ in scene.vault.asked} == {"key"}


@pytest.mark.parametrize(
    "other",
    [
        replace(HOLDER, tenant_id="tenant-b"),
        replace(HOLDER, user_id="user-luis"),
        replace(HOLDER, session_id="s2"),
        replace(HOLDER, session_id=""),
        Holder("tenant-a", "user-anas", "1"),
    ],
)
async def test_nobody_else_opens_it(other: Holder) -> None:
    scene = Scene()
    assert await scene.handles().open(await scene.sealed(), other) is None


async def test_it_is_of_no_use_when_its_time_is_over() -> None:
    scene = Scene()
    handle, handles = await scene.sealed(), scene.handles()
    scene.clock.now = START + timedelta(seconds=899)
    assert await handles.open(handle, HOLDER) is not None
    scene.clock.now = START + timedelta(seconds=900)
    assert await handles.open(handle, HOLDER) is None


async def test_one_that_was_changed_anywhere_is_none() -> None:
    scene = Scene()
    handle = await scene.sealed()
    raw = bytearray(base64.urlsafe_b64decode(handle[2:] + "=" * (-len(handle[2:]) % 4)))
    handles = scene.handles()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        forged = "h_" + base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert await handles.open(forged, HOLDER) is None, place


@pytest.mark.parametrize(
    "nonsense", ["", "h_", "h_abc", "x_" + "A" * 120, "h_" + "A" * 120, "h_" + "ñ" * 120, "h_A==="]
)
async def test_what_looks_like_none_is_none(nonsense: str) -> None:
    assert await Scene().handles().open(nonsense, HOLDER) is None


async def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    scene = Scene()
    before = await scene.sealed()
    scene.vault.values["key"].append(NEW)
    handles = scene.handles()
    after = (await handles.seal(ALIAS, HOLDER)).handle
    assert before[2:25] != after[2:25]
    assert await handles.open(before, HOLDER) is not None
    assert await handles.open(after, HOLDER) is not None


async def test_a_key_that_cannot_be_had_for_now_is_no_refusal() -> None:
    scene = Scene()
    handle = await scene.sealed()
    scene.vault.failure = SecretError("away")
    with pytest.raises(SecretError):
        await scene.handles().open(handle, HOLDER)


async def test_who_makes_up_keys_does_not_use_up_the_vault() -> None:
    scene = Scene()
    handles, before = scene.handles(), await scene.sealed()
    scene.vault.values["key"].append(NEW)

    def made_up(number: int) -> str:
        raw = bytes([1]) + number.to_bytes(16) + bytes(40)
        return "h_" + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    for number in range(100, 100 + MOST_MADE_UP):
        assert await handles.open(made_up(number), HOLDER) is None
    asked = len(scene.vault.asked)
    for handle in (made_up(1_000), before):
        with pytest.raises(SecretError) as caught:
            await handles.open(handle, HOLDER)
        assert caught.value.retryable
    assert len(scene.vault.asked) == asked
    after = (await handles.seal(ALIAS, HOLDER)).handle
    assert await handles.open(after, HOLDER) is not None
    scene.clock.now += timedelta(minutes=1)
    assert await handles.open(before, HOLDER) is not None


@pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"short").decode(), ""])
async def test_what_is_no_key_seals_nothing_and_is_not_told(key: str) -> None:
    scene = Scene(FakeSecrets({"key": [key]}))
    with pytest.raises(SecretError) as caught:
        await scene.sealed()
    assert not caught.value.retryable
    assert key == "" or key not in str(caught.value)
