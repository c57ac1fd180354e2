"""Calls the ERP under test the way the app and people do."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from demo.erp.kinds import Json
from emulator.services.tokens import SigningKeys

TENANT_A = "11111111-1111-4111-8111-111111111111"
TENANT_B = "22222222-2222-4222-8222-222222222222"
ANA = "a1000000-0000-4000-8000-000000000001"

A_TASK: Json = {"title": "Revisar el contrato", "dueDate": "2026-11-27"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and JSON body of a response."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, object]

    @property
    def pointers(self) -> list[str]:
        """Which fields a problem document complains about."""
        errors = self.body["errors"]
        assert isinstance(errors, list)
        return [error["pointer"] for error in errors]

    @property
    def items(self) -> list[dict[str, object]]:
        items = self.body["items"]
        assert isinstance(items, list)
        return items

    @property
    def ids(self) -> list[object]:
        return [item["id"] for item in self.items]


@dataclass(frozen=True, slots=True)
class ErpClient:
    """The app's managed identity, acting for one user; `acting_for` changes whom."""

    session: aiohttp.ClientSession
    url: str
    keys: SigningKeys
    tenant: str = TENANT_A
    user: str = ANA

    def acting_for(self, tenant: str, user: str = ANA) -> "ErpClient":
        return ErpClient(self.session, self.url, self.keys, tenant, user)

    def app_token(self, audience: str = "api://erp") -> str:
        return self.keys.sign({"aud": audience, "tid": TENANT_A, "oid": "app", "idtyp": "app"})

    def person_token(self, tenant: str, user: str) -> str:
        claims = {"aud": "api://eira-agents", "tid": tenant, "oid": user, "scp": "access_as_user"}
        return self.keys.sign(claims)

    async def post(self, path: str, body: object, **headers: str) -> Answer:
        return await self.call("POST", path, json=body, headers=self._headers(headers))

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, headers=self._headers(headers))

    async def patch(self, path: str, body: object, **headers: str) -> Answer:
        return await self.call("PATCH", path, json=body, headers=self._headers(headers))

    async def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        json: object = None,
        data: str | None = None,
    ) -> Answer:
        """Exactly these headers and this body."""
        request = self.session.request(
            method, self.url + path, headers=headers, json=json, data=data
        )
        async with request as response:
            return Answer(response.status, response.headers, await response.json(content_type=None))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.app_token()}",
            "x-tenant-id": self.tenant,
            "x-user-id": self.user,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
