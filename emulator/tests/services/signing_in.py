"""A browser that signs in at the identity service, and the people and applications there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

import aiohttp

from emulator.services.identity.app import HTTP_PORT, create_app
from emulator.services.identity.grants import s256
from emulator.tests.services.conftest import StartService

TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
CLIENT = "c5000000-0000-4000-8000-000000000001"
OTHER_CLIENT = "c5000000-0000-4000-8000-000000000002"
BACK = "http://localhost:4280/"
ORIGIN = "http://localhost:4280"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0001"
SCOPE = "openid profile offline_access api://demo/access_as_user"

USERS = {
    "tenants": [
        {
            "id": TENANT,
            "name": "Valdeoro <1>",
            "users": [
                {"id": "a1", "username": "ana", "name": "Ana López", "roles": ["manager"]},
                {"id": "a2", "username": "luis", "name": "Luis Prieto", "roles": []},
            ],
        },
        {
            "id": OTHER_TENANT,
            "name": "Ibérica",
            "users": [{"id": "b1", "username": "olga", "name": "Olga Ferrer", "roles": []}],
        },
    ]
}
CLIENTS = [
    {"clientId": CLIENT, "name": "Demo & Co", "redirectUris": [BACK, f"{BACK}silent"]},
    {"clientId": OTHER_CLIENT, "tenantId": TENANT, "redirectUris": [BACK]},
    {"clientId": "daemon", "secret": "made-up"},
]


class TokenAnswer(TypedDict, total=False):
    """Of the token endpoint, granted or refused."""

    token_type: str
    expires_in: int
    scope: str
    access_token: str
    refresh_token: str
    id_token: str
    error: str
    error_description: str
    error_codes: list[int]
    timestamp: str
    trace_id: str
    correlation_id: str


@dataclass(slots=True)
class Browser:
    """Follows no redirect by itself: what matters is where it is sent."""

    url: str
    session: aiohttp.ClientSession
    language: str = "en"
    asked: dict[str, str] = field(
        default_factory=lambda: {
            "client_id": CLIENT,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "a state",
            "nonce": "a-nonce",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
    )

    async def authorize(
        self,
        method: str = "GET",
        *,
        tenant: str = "organizations",
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        changed: Mapping[str, str | None] | None = None,
        **more: str,
    ) -> "Answer":
        """The request with other parameters; None leaves one out."""
        wanted = {**self.asked, **(changed or {}), **more}
        query = {name: value for name, value in wanted.items() if value}
        where = f"{self.url}/{tenant}/oauth2/v2.0/authorize"
        sent = {"Accept-Language": self.language, **(headers or {})}
        async with self.session.request(
            method, where, params=query, data=form, headers=sent, allow_redirects=False
        ) as response:
            return Answer(
                response.status,
                await response.text(),
                response.headers.get("Location", ""),
                response.headers.get("Content-Security-Policy", ""),
            )

    async def choose(self, user: str, **changed: str) -> str:
        """The code that the application gets once somebody has chosen who to be."""
        answer = await self.authorize("POST", form={"user": user}, changed=changed)
        return answer.told()["code"]

    async def token(self, *, origin: str | None = ORIGIN, **form: str) -> tuple[int, TokenAnswer]:
        where = f"{self.url}/organizations/oauth2/v2.0/token"
        headers = {} if origin is None else {"Origin": origin}
        async with self.session.post(where, data=form, headers=headers) as response:
            return response.status, await response.json()

    async def redeem(self, code: str, **changed: str) -> tuple[int, TokenAnswer]:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        return await self.token(**(form | changed))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    location: str
    policy: str

    def told(self, part: str = "query") -> dict[str, str]:
        """What the application is told in its redirect."""
        assert self.status == 303, self.text
        parts = urlsplit(self.location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == BACK
        return {name: values[0] for name, values in parse_qs(getattr(parts, part)).items()}


async def serve(start_service: StartService, folder: Path, **config: int) -> str:
    """The service's URL in plain http."""
    (folder / "users.json").write_text(json.dumps(USERS), "utf-8")
    section = {"users": "users.json", "audience": "api://demo", "clients": CLIENTS, **config}
    service = await start_service(create_app, "identity", section)
    return f"http://localhost:{service.app[HTTP_PORT][0]}"
