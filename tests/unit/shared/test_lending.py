"""A client is one for all, and nobody who uses it loses it to a newer version."""

import asyncio
from dataclasses import dataclass, field

from shared.lending import Lending


@dataclass
class Client:
    version: str
    closed: bool = False


@dataclass
class Scene:
    made: list[Client] = field(default_factory=list)
    slowly: bool = False

    def __post_init__(self) -> None:
        self.lending = Lending[str, Client](self.close)

    async def close(self, client: Client) -> None:
        if self.slowly:
            await asyncio.sleep(0)
        assert not client.closed
        client.closed = True

    def make(self, version: str) -> Client:
        self.made.append(Client(version))
        return self.made[-1]

    async def use(self, version: str) -> None:
        async with self.lending.lent("here", version, lambda: self.make(version)) as client:
            for _ in range(3):
                assert (client.version, client.closed) == (version, False)
                await asyncio.sleep(0)


async def test_all_share_the_client_of_one_version() -> None:
    scene = Scene()
    await asyncio.gather(*(scene.use("1") for _ in range(5)))
    await scene.use("1")
    assert scene.made == [Client("1", closed=False)]


async def test_another_version_takes_its_place_once_it_is_unused() -> None:
    scene = Scene()
    async with scene.lending.lent("here", "1", lambda: scene.make("1")) as before:
        await scene.use("2")
        assert not before.closed
    assert before.closed
    assert [client.closed for client in scene.made] == [True, False]


async def test_nobody_loses_his_client_while_versions_change_back_and_forth() -> None:
    scene = Scene(slowly=True)
    await scene.use("1")
    await asyncio.gather(*(scene.use(str(number % 2)) for number in range(8)))
    assert [client.closed for client in scene.made[:-1]] == [True] * (len(scene.made) - 1)


async def test_in_the_end_all_are_closed_once() -> None:
    scene = Scene()
    await scene.use("1")
    await scene.use("2")
    await scene.lending.close()
    await scene.lending.close()
    assert all(client.closed for client in scene.made)
