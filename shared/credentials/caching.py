"""Secrets that are remembered for some minutes, and asked for anew before these are over."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import SecretError
from shared.ports import Secret, Secrets

log = logging.getLogger("eira.secrets")

FRESH = 0.8
"""Of its time; who asks later gets the value and sets off that it is asked for anew."""
AGAIN_SECONDS = 5.0
"""Between two questions about a secret that cannot be had or that a service keeps refusing."""

type _Key = tuple[str, str | None]


@dataclass(slots=True)
class _Known:
    secret: Secret
    since: float


class CachedSecrets:
    """`inner` is asked once at a time for each secret, however many wait. It belongs to one event
    loop. `now` is in seconds and never goes back.

    A value is used for `seconds` at most: so long it also holds while the vault is away, and by
    then a rotation is noticed. Nothing is used for longer, since it may have been withdrawn.
    """

    def __init__(
        self, inner: Secrets, seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._inner = inner
        self._seconds = seconds
        self._now = now
        self._known: dict[_Key, _Known] = {}
        self._asking: dict[_Key, asyncio.Task[Secret]] = {}
        self._failed: dict[_Key, float] = {}
        self._doubted: dict[_Key, float] = {}

    async def get(self, name: str, version: str | None = None) -> Secret:
        """Raises SecretError."""
        key = (name, version)
        known = self._known.get(key)
        if known is None or self._age(known) >= self._seconds:
            return await asyncio.shield(self._ask(key))
        if self._age(known) >= FRESH * self._seconds and self._may_ask(key):
            self._ask(key)
        return known.secret

    async def renewed(self, seen: Secret) -> Secret | None:
        """A version other than `seen`, which a service has refused: it may have been rotated since
        it was read. In vain it is asked for every few seconds at most. Raises SecretError."""
        key = (seen.ref.name, None)
        known = self._known.get(key)
        if known is None or known.secret.version == seen.version:
            if self._now() - self._doubted.get(key, -AGAIN_SECONDS) < AGAIN_SECONDS:
                return None
            self._doubted[key] = self._now()
            await asyncio.shield(self._ask(key))
        found = self._known[key].secret
        if found.version == seen.version:
            return None
        self._doubted.pop(key, None)
        return found

    async def close(self) -> None:
        await self._inner.close()

    def _age(self, known: _Known) -> float:
        return self._now() - known.since

    def _may_ask(self, key: _Key) -> bool:
        return self._now() - self._failed.get(key, -AGAIN_SECONDS) >= AGAIN_SECONDS

    def _ask(self, key: _Key) -> asyncio.Task[Secret]:
        """A task of its own: whoever gives up waiting does not take it from the others."""
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._inner.get(*key))
            task.add_done_callback(lambda done: self._keep(key, done))
        return task

    def _keep(self, key: _Key, task: asyncio.Task[Secret]) -> None:
        self._asking.pop(key, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._note(key, task.result())
            return
        if isinstance(error, SecretError):
            log.warning("%s", error)
            if not error.retryable:
                # It is gone or forbidden, which is an answer: what is known holds no longer.
                self._known.pop(key, None)
        if key in self._known:
            self._failed[key] = self._now()
        else:
            # Of no use, and there is no end of versions that callers can make up.
            self._failed.pop(key, None)

    def _note(self, key: _Key, secret: Secret) -> None:
        before = self._known.get(key)
        if before is not None and before.secret.version != secret.version:
            log.info("secret %s has another version", secret.ref.name)
        self._known[key] = _Known(secret, self._now())
        self._failed.pop(key, None)
