"""Event Grid over HTTP: what publishers post to, and subscriptions."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import aiohttp
from aiohttp import web

from emulator.services.configuration import ConfigurationError, as_object
from emulator.services.serving import ADMIN, ServiceContext, bearer_token
from emulator.services.tls import ensure_authority
from emulator.services.tokens import SigningKeys, TokenRejected

from .courier import RETRY_SECONDS, Courier, Subscription
from .schemas import CLOUD, GRID, parse_events
from .store import Deliveries

RESOURCE = "https://eventgrid.azure.net"
MAX_BODY_BYTES = 1024 * 1024


def create_app(context: ServiceContext) -> web.Application:
    """Config: `topics` {name: {"key", "subscriptions": {name: {"endpoint", "schema"?, "types"?}}}},
    and `retrySeconds`, the waits between attempts, of which the last is repeated."""
    topics = as_object(context.config.get("topics", {}), 'eventgrid: "topics"')
    keys, wanted = {}, []
    for topic, section in topics.items():
        declared = as_object(section, f'eventgrid: "topics.{topic}"')
        keys[topic] = str(declared.get("key", ""))
        subscriptions = as_object(declared.get("subscriptions", {}), "eventgrid: subscriptions")
        wanted += [_subscription(topic, name, each) for name, each in subscriptions.items()]
    waits = cast(Sequence[float], context.config.get("retrySeconds", RETRY_SECONDS))
    grid = _Grid(Deliveries(context.data / "deliveries.sqlite"), keys, context.keys, waits)

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        trust = ensure_authority(context.data.parent / "ca").client_context()
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector) as session:
            for subscription in wanted:
                grid.employ(Courier(subscription, grid.deliveries, session, waits))
            grid.session = session
            yield
            await grid.rest()
        grid.deliveries.close()

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.cleanup_ctx.append(lifetime)
    app.add_routes(
        [
            web.post("/{topic}/api/events", grid.publish),
            web.put("/{topic}/eventSubscriptions/{name}", grid.subscribe),
            web.delete("/{topic}/eventSubscriptions/{name}", grid.unsubscribe),
            web.get(f"{ADMIN}deliveries", grid.report),
        ]
    )
    return app


def _subscription(topic: str, name: str, section: object) -> Subscription:
    """Raises `ConfigurationError`."""
    declared = as_object(section, f"eventgrid: the subscription {topic}/{name}")
    endpoint, schema = declared.get("endpoint"), declared.get("schema", GRID)
    if not isinstance(endpoint, str) or schema not in (GRID, CLOUD):
        raise ConfigurationError(
            f'eventgrid: the subscription {topic}/{name} needs an "endpoint", and as "schema" '
            f"{GRID} or {CLOUD}."
        )
    types = cast(Sequence[str], declared.get("types", ()))
    return Subscription(topic, name, endpoint, schema, frozenset(types))


@dataclass(slots=True)
class _Grid:
    """The topics by their keys, and a courier with its task for each subscription."""

    deliveries: Deliveries
    topics: Mapping[str, str]
    signing_keys: SigningKeys
    retry_seconds: Sequence[float]
    session: aiohttp.ClientSession | None = None
    couriers: dict[str, tuple[Courier, asyncio.Task[None]]] = field(default_factory=dict)

    def employ(self, courier: Courier) -> None:
        """Instead of the subscription's courier so far; what is due goes to the new endpoint."""
        key = courier.subscription.key
        if key in self.couriers:
            self.couriers[key][1].cancel()
        self.couriers[key] = (courier, asyncio.create_task(courier.run()))

    async def rest(self) -> None:
        tasks = [task for _, task in self.couriers.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def publish(self, request: web.Request) -> web.Response:
        topic = self._authorised(request)
        try:
            events = parse_events(await request.read())
        except ValueError as error:
            return _problem(400, "BadRequest", f"This is not a list of events: {error}.")
        couriers = [each for each, _ in self.couriers.values() if each.subscription.topic == topic]
        for event in events:
            for courier in couriers:
                courier.take(event)
        return web.Response()

    async def subscribe(self, request: web.Request) -> web.Response:
        """The handshake comes first: an endpoint that does not agree gets no subscription."""
        topic = self._authorised(request)
        assert self.session is not None
        try:
            subscription = _subscription(topic, request.match_info["name"], await request.json())
        except (ConfigurationError, ValueError) as error:
            return _problem(400, "BadRequest", str(error))
        courier = Courier(subscription, self.deliveries, self.session, self.retry_seconds)
        if not await courier.shake_hands():
            message = f"The endpoint {subscription.endpoint} did not answer the validation."
            return _problem(400, "URL validation", message)
        self.employ(courier)
        return web.json_response({"name": subscription.name}, status=201)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        key = f"{self._authorised(request)}/{request.match_info['name']}"
        if key in self.couriers:
            self.couriers.pop(key)[1].cancel()
            self.deliveries.forget(key)
        return web.Response(status=204)

    async def report(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "pending": self.deliveries.pending(),
                "delivered": sum(courier.delivered for courier, _ in self.couriers.values()),
                "dead": self.deliveries.dead(),
                "validated": [key for key in self.couriers if self.deliveries.is_validated(key)],
            }
        )

    def _authorised(self, request: web.Request) -> str:
        """The topic, of which the caller has the key, or a token. Raises aiohttp's 401 and 404."""
        topic = request.match_info["topic"]
        if topic not in self.topics:
            raise web.HTTPNotFound(text=f"There is no topic {topic}.")
        given = request.headers.get("aeg-sas-key", "")
        if given and secrets.compare_digest(given.encode(), self.topics[topic].encode()):
            return topic
        try:
            self.signing_keys.verify(bearer_token(request), RESOURCE)
        except TokenRejected as rejected:
            raise web.HTTPUnauthorized(text=rejected.reason) from None
        return topic


def _problem(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
