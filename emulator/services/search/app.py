"""The HTTP interface of Azure AI Search, api-version 2026-04-01."""

import hmac
import json
from collections.abc import Sequence
from urllib.parse import unquote

from aiohttp import web
from aiohttp.typedefs import Handler

from emulator.services.configuration import as_object
from emulator.services.embedding import Embedder, shared_embedder
from emulator.services.search.analysis import analyzer_named, is_known_analyzer
from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.service import SearchService
from emulator.services.search.store import Store
from emulator.services.serving import ADMIN, ServiceContext
from emulator.services.tokens import TokenRejected
from emulator.services.vector_file import configured_file

AUDIENCE = "https://search.azure.com"
MAX_BODY = 64 * 1024 * 1024
GET_NUMBERS = {"$top": "top", "$skip": "skip"}
GET_TEXTS = {
    "search": "search",
    "$filter": "filter",
    "$orderby": "orderby",
    "$select": "select",
    "searchFields": "searchFields",
    "searchMode": "searchMode",
    "queryType": "queryType",
    "highlight": "highlight",
    "highlightPreTag": "highlightPreTag",
    "highlightPostTag": "highlightPostTag",
    "scoringProfile": "scoringProfile",
    "semanticConfiguration": "semanticConfiguration",
    "answers": "answers",
    "captions": "captions",
    "semanticQuery": "semanticQuery",
}
UNSUPPORTED = ("suggest", "post.suggest", "autocomplete", "post.autocomplete")


def create_app(context: ServiceContext) -> web.Application:
    """The service; config may hold `apiKey` or `apiKeys`, which the header `api-key` may then
    carry, and `aliases`, other names of indexes, by name, and `vectors`, a file to keep computed
    embeddings in."""
    keys = context.config.get("apiKeys", [])
    every = [context.config.get("apiKey"), *(keys if isinstance(keys, list) else [])]
    guard = _Guard(context, [key for key in every if isinstance(key, str)])
    app = web.Application(middlewares=[_errors, guard], client_max_size=MAX_BODY)
    given = as_object(context.config.get("aliases", {}), '"aliases" of the search service')
    aliases = {name: str(index) for name, index in given.items()}
    file = configured_file(context)
    embedder = Embedder(file=file) if file else shared_embedder()
    service = SearchService(Store(context.data / "search.sqlite"), embedder, aliases)

    async def close(app: web.Application) -> None:
        service.close()

    app.on_cleanup.append(close)
    app.add_routes(_Routes(service, context.url).table())
    return app


class _Guard:
    """Lets in whoever brings a token for the service, or one of the api keys."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, context: ServiceContext, api_keys: Sequence[str]) -> None:
        self._keys = context.keys
        self._api_keys = api_keys

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(ADMIN):
            self._check(request)
        return await handler(request)

    def _check(self, request: web.Request) -> None:
        given = request.headers.get("api-key")
        if given is not None:
            octets = given.encode()
            if not any(hmac.compare_digest(octets, key.encode()) for key in self._api_keys):
                raise SearchError(403, "Forbidden", "Access denied: the api-key is not valid.")
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            message = "Access denied: send a bearer token for " + AUDIENCE
            raise SearchError(401, "Unauthorized", message)
        try:
            self._keys.verify(token.strip(), AUDIENCE)
        except TokenRejected as error:
            raise SearchError(401, "Unauthorized", f"Access denied: {error.reason}") from None


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SearchError as error:
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return web.json_response(error.body(), status=error.status, headers=headers)


class _Routes:
    def __init__(self, service: SearchService, url: str) -> None:
        self._service = service
        self._url = url

    def table(self) -> list[web.RouteDef]:
        """Every route, in the OData spelling of the SDKs and in the plain one."""
        routes = [
            web.get("/indexes", self.list_indexes),
            web.post("/indexes", self.create_index),
            web.get("/servicestats", self.service_statistics),
            web.get("/aliases", self.list_aliases),
            web.post("/aliases", self.create_alias),
        ]
        for alias in ("/aliases('{alias}')", "/aliases/{alias}"):
            routes += [
                web.get(alias, self.get_alias),
                web.put(alias, self.put_alias),
                web.delete(alias, self.delete_alias),
            ]
        for index in ("/indexes('{index}')", "/indexes/{index}"):
            routes += [
                web.get(index, self.get_index),
                web.put(index, self.put_index),
                web.delete(index, self.delete_index),
                web.get(index + "/search.stats", self.statistics),
                web.get(index + "/stats", self.statistics),
                web.post(index + "/search.analyze", self.analyze),
                web.get(index + "/docs/$count", self.count),
                web.get(index + "/docs", self.search_by_url),
                web.get(index + "/docs('{key}')", self.get_document),
                web.post(index + "/docs/search.index", self.change),
                web.post(index + "/docs/index", self.change),
                web.post(index + "/docs/search.post.search", self.search),
                web.post(index + "/docs/search", self.search),
            ]
            for name in UNSUPPORTED:
                routes += [
                    web.get(f"{index}/docs/search.{name}", self.unsupported),
                    web.post(f"{index}/docs/search.{name}", self.unsupported),
                ]
            routes.append(web.get(index + "/docs/{key}", self.get_document))
        return routes

    async def list_indexes(self, request: web.Request) -> web.Response:
        definitions: list[Json] = [*self._service.definitions()]
        select = request.query.get("$select")
        if select:
            names = {name.strip() for name in select.split(",")}
            definitions = [
                {name: value for name, value in one.items() if name in names}
                for one in self._service.definitions()
            ]
        return _json({"@odata.context": f"{self._url}/$metadata#indexes", "value": definitions})

    async def create_index(self, request: web.Request) -> web.Response:
        return _json(self._service.create_index(await _body(request)), 201)

    async def get_index(self, request: web.Request) -> web.Response:
        return _json(self._service.index(_index(request)).definition.document)

    async def put_index(self, request: web.Request) -> web.Response:
        name = self._service.aliases.target(_index(request))
        existed = any(one.get("name") == name for one in self._service.definitions())
        if existed and request.headers.get("If-None-Match") == "*":
            raise SearchError(412, "ConditionNotMet", f"The index '{_index(request)}' exists.")
        body = await _body(request)
        if_match = request.headers.get("If-Match")
        document = await self._service.put_index(_index(request), body, if_match)
        return _json(document, 200 if existed else 201)

    async def delete_index(self, request: web.Request) -> web.Response:
        await self._service.delete_index(_index(request), request.headers.get("If-Match"))
        return web.Response(status=204)

    async def list_aliases(self, request: web.Request) -> web.Response:
        aliases: list[Json] = [*self._service.aliases.all()]
        return _json({"@odata.context": f"{self._url}/$metadata#aliases", "value": aliases})

    async def create_alias(self, request: web.Request) -> web.Response:
        return _json(self._service.aliases.create(await _body(request)), 201)

    async def get_alias(self, request: web.Request) -> web.Response:
        return _json(self._service.aliases.get(_alias(request)))

    async def put_alias(self, request: web.Request) -> web.Response:
        name = _alias(request)
        existed = name in self._service.aliases
        if existed and request.headers.get("If-None-Match") == "*":
            raise SearchError(412, "ConditionNotMet", f"The alias '{name}' exists.")
        body, if_match = await _body(request), request.headers.get("If-Match")
        document = self._service.aliases.put(name, body, if_match)
        return _json(document, 200 if existed else 201)

    async def delete_alias(self, request: web.Request) -> web.Response:
        self._service.aliases.delete(_alias(request), request.headers.get("If-Match"))
        return web.Response(status=204)

    async def statistics(self, request: web.Request) -> web.Response:
        return _json(self._service.statistics(_index(request)))

    async def service_statistics(self, request: web.Request) -> web.Response:
        names = [str(one["name"]) for one in self._service.definitions()]
        documents = sum(self._service.index(name).count for name in names)
        counters: JsonObject = {
            "documentCount": {"usage": documents, "quota": None},
            "indexesCount": {"usage": len(names), "quota": None},
        }
        return _json({"counters": counters, "limits": {}})

    async def analyze(self, request: web.Request) -> web.Response:
        self._service.index_by_own_name(_index(request))
        body = await _body(request)
        text, name = body.get("text"), body.get("analyzer") or "standard.lucene"
        if not isinstance(text, str) or not isinstance(name, str) or not is_known_analyzer(name):
            raise invalid("Analyzing takes a 'text' and the name of a known 'analyzer'.")
        tokens: list[Json] = [
            {
                "token": token.text,
                "startOffset": token.start,
                "endOffset": token.end,
                "position": position,
            }
            for position, token in enumerate(analyzer_named(name).tokens(text))
        ]
        return _json({"tokens": tokens})

    async def count(self, request: web.Request) -> web.Response:
        # The SDK reads a JSON number; Azure sends it as text with a byte order mark.
        return web.Response(
            text=str(self._service.index(_index(request)).count), content_type="text/plain"
        )

    async def get_document(self, request: web.Request) -> web.Response:
        key = unquote(request.match_info["key"])
        names = [name.strip() for name in request.query.get("$select", "").split(",")]
        select = frozenset(name for name in names if name and name != "*") or None
        return _json(self._service.document(_index(request), key, select))

    async def change(self, request: web.Request) -> web.Response:
        batch = await self._service.change(_index(request), await _body(request))
        return _json({"value": [*batch.results]}, batch.status)

    async def search(self, request: web.Request) -> web.Response:
        return await self._search(_index(request), await _body(request))

    async def search_by_url(self, request: web.Request) -> web.Response:
        body: JsonObject = {
            name: request.query[given]
            for given, name in GET_TEXTS.items()
            if given in request.query
        }
        for given, name in GET_NUMBERS.items():
            if given in request.query:
                text = request.query[given]
                body[name] = int(text) if text.isdigit() else text
        body["count"] = request.query.get("$count") == "true"
        body["facets"] = [*request.query.getall("facet", [])]
        return await self._search(_index(request), body)

    async def unsupported(self, request: web.Request) -> web.Response:
        message = "Suggestions and autocompletion are not supported by this local search service."
        raise SearchError(501, "NotSupported", message)

    async def _search(self, name: str, body: JsonObject) -> web.Response:
        url = f"{self._url}/indexes('{name}')"
        return _json(await self._service.search(name, body, url))


def _index(request: web.Request) -> str:
    return request.match_info["index"]


def _alias(request: web.Request) -> str:
    return request.match_info["alias"]


def _json(body: JsonObject, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


async def _body(request: web.Request) -> JsonObject:
    try:
        body: Json = await request.json()
    except json.JSONDecodeError as error:
        raise invalid(f"The request is invalid. Details: the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise invalid("The request is invalid. Details: the body must be a JSON object.")
    return body
