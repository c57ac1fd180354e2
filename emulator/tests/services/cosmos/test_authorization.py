"""Only tokens for the account open it, in the shape the SDK sends them."""

from collections.abc import Mapping

import pytest

from emulator.services.tokens import SigningKeys

from .conftest import Account


async def status_with(account: Account, headers: Mapping[str, str]) -> tuple[int, str]:
    async with account.http() as http:
        http.headers.popall("authorization")
        async with http.get("/dbs/shop/colls/orders", headers=headers) as answer:
            return answer.status, await answer.text()


def header(token: str) -> dict[str, str]:
    return {"authorization": f"type%3Daad%26ver%3D1.0%26sig%3D{token}"}


@pytest.mark.parametrize(
    "audience", ["https://localhost/.default", "https://127.0.0.1", "https://cosmos.azure.com/"]
)
async def test_a_token_for_the_account_is_accepted(account: Account, audience: str) -> None:
    assert (await status_with(account, header(account.token(audience))))[0] == 200


async def test_a_token_for_another_audience_answers_401(account: Account) -> None:
    status, text = await status_with(account, header(account.token("https://vault.azure.net")))
    assert status == 401
    assert "https://vault.azure.net" in text


async def test_an_expired_token_answers_401(account: Account) -> None:
    expired = account.keys.sign({"aud": "https://localhost", "exp": 1_000_000_000})
    status, text = await status_with(account, header(expired))
    assert (status, "expired" in text) == (401, True)


async def test_a_token_of_another_issuer_answers_401(
    account: Account, tmp_path_factory: pytest.TempPathFactory
) -> None:
    others = SigningKeys.load_or_create(tmp_path_factory.mktemp("others"))
    status, _ = await status_with(account, header(others.sign({"aud": "https://localhost"})))
    assert status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "nonsense"},
        {"authorization": "type%3Dmaster%26ver%3D1.0%26sig%3Dabc"},
        {"authorization": "Bearer abc"},
    ],
)
async def test_anything_but_a_token_answers_401(account: Account, headers: dict[str, str]) -> None:
    status, text = await status_with(account, headers)
    assert status == 401
    assert "Unauthorized" in text
