"""The authority is made once and shared by everybody who asks."""

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from emulator.services.serving import ServiceContext
from emulator.services.tls import Authority, ensure_authority
from emulator.tests.services.conftest import StartService


def create_empty(_: ServiceContext) -> web.Application:
    return web.Application()


def test_the_authority_is_reused(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path / "ca")
    before = first.ca_file.read_bytes()
    assert ensure_authority(tmp_path / "ca") == first
    assert first.ca_file.read_bytes() == before


def test_several_askers_at_once_get_one_authority(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def ask() -> bytes:
        together.wait()
        return ensure_authority(tmp_path / "ca").ca_file.read_bytes()

    with ThreadPoolExecutor(4) as pool:
        seen = {asked.result() for asked in [pool.submit(ask) for _ in range(4)]}
    assert len(seen) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


def test_the_bundle_trusts_public_authorities_too(authority: Authority) -> None:
    ours = ssl.create_default_context(cafile=authority.ca_file).cert_store_stats()["x509_ca"]
    both = ssl.create_default_context(cafile=authority.bundle_file).cert_store_stats()["x509_ca"]
    assert ours == 1
    assert both > 50


def test_the_private_key_is_readable_by_its_owner_only(authority: Authority) -> None:
    assert authority.key_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_service_is_trusted_under_both_names(
    start_service: StartService, http: aiohttp.ClientSession, host: str
) -> None:
    service = await start_service(create_empty, "empty")
    url = service.url.replace("localhost", host)
    async with http.get(f"{url}/_emulator/health") as response:
        assert response.status == 200


async def test_a_client_without_the_authority_refuses_the_service(
    start_service: StartService,
) -> None:
    service = await start_service(create_empty, "empty")
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await stranger.get(f"{service.url}/_emulator/health")
