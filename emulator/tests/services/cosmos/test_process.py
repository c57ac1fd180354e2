"""The service as a process of its own: what it has confirmed survives `kill -9`."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from azure.cosmos.aio import ContainerProxy, CosmosClient

from emulator.services.tls import ensure_authority
from emulator.services.tokens import SigningKeys

from .conftest import CONFIG, StaticCredential

ROOT = Path(__file__).parents[4]


@asynccontextmanager
async def killed_at_the_end(data: Path, keys: SigningKeys) -> AsyncIterator[ContainerProxy]:
    config = data / "cloud.json"
    config.write_text(json.dumps({"services": {"cosmos": CONFIG}}))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "emulator.services", "cosmos", "--port", "0"),
        *("--config", str(config), "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        ready = await asyncio.wait_for(process.stdout.readline(), 30)
        url = ready.decode().split()[2]
        ca_file = str(ensure_authority(data / "ca").ca_file)
        async with CosmosClient(url, StaticCredential(keys), connection_verify=ca_file) as client:
            yield client.get_database_client("shop").get_container_client("orders")
            process.kill()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_confirmed_writes_survive_a_kill(data_root: Path, keys: SigningKeys) -> None:
    async with killed_at_the_end(data_root, keys) as orders:
        items = [{"id": str(number), "tenant": "a"} for number in range(20)]
        await asyncio.gather(*(orders.create_item(item) for item in items))
        last = await orders.upsert_item({"id": "0", "tenant": "a", "n": 1})
    async with killed_at_the_end(data_root, keys) as orders:
        found: list[Any] = [one async for one in orders.query_items("SELECT VALUE COUNT(1) FROM c")]
        assert found == [20]
        assert await orders.read_item("0", "a") == last
