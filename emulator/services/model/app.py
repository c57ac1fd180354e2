"""The service's routes: OpenAI's, Azure OpenAI's two ways of writing them, Anthropic's, Google's,
and the admin's."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from ..configuration import ConfigurationError
from ..embedding import Embedder
from ..serving import ServiceContext
from ..vector_file import configured_file
from .access import AUDIENCE, Access
from .anthropic import messages
from .chat import ChatService, read_json
from .completion import MODEL as CHAT_MODEL
from .embeddings import MODEL as EMBEDDING_MODEL
from .embeddings import embeddings
from .engine.rules import Rules, load_rules
from .engine.writer import Engine
from .errors import ANTHROPIC, GOOGLE, ErrorShapes, RequestError
from .google import generate
from .pacing import Pace, pace_from_json

# Ten conversations' worth of context, and a batch of 2048 texts.
_MAX_BODY = 32 * 1024 * 1024

_PREFIXES = ("/v1", "/openai/v1")
_GENERATE = "{version:v1|v1beta}/models/{model}:{method:generateContent|streamGenerateContent}"
_DEPLOYMENT = "/openai/deployments/{deployment}"


def create_app(context: ServiceContext) -> web.Application:
    """Config: `rules` (a folder of YAML, see its README), `firstTokenMs`, `tokensPerSecond`,
    `apiKeys` (keys that are let in beside tokens), `audiences`, `vectors` (a file to keep computed
    embeddings in); all of them optional.
    """
    app = web.Application(client_max_size=_MAX_BODY)
    app.middlewares.append(ErrorShapes())
    app.middlewares.append(
        Access(
            context.keys,
            _strings(context.config, "audiences") or [AUDIENCE],
            _strings(context.config, "apiKeys"),
        )
    )
    chat = ChatService(engine=Engine(_rules(context)), pace=_pace(context))
    embedder = Embedder(file=configured_file(context))
    embed = partial(embeddings, embedder, chat.timeline)
    for prefix in _PREFIXES:
        app.router.add_post(f"{prefix}/chat/completions", chat.completions)
        app.router.add_post(f"{prefix}/embeddings", embed)
        app.router.add_get(f"{prefix}/models", _models)
        app.router.add_get(f"{prefix}/models/{{model}}", _model)
    app.router.add_post(f"{_DEPLOYMENT}/chat/completions", _versioned(chat.completions))
    app.router.add_post(f"{_DEPLOYMENT}/embeddings", _versioned(embed))
    app.router.add_get("/openai/models", _versioned(_models))
    app.router.add_post(f"{ANTHROPIC}v1/messages", partial(messages, chat))
    app.router.add_post(f"{GOOGLE}{_GENERATE}", partial(generate, chat))
    app.add_routes(_admin_routes(chat, embedder))
    return app


def _admin_routes(chat: ChatService, embedder: Embedder) -> Sequence[web.RouteDef]:
    async def set_pace(request: web.Request) -> web.Response:
        try:
            document = await read_json(request)
            if not isinstance(document, dict):
                raise RequestError('Send {"firstTokenMs": number, "tokensPerSecond": number}.')
            chat.pace = pace_from_json(document, chat.pace)
            embedder.quick = chat.pace.quick_embeddings
        except RequestError as refused:
            return refused.response()
        return web.json_response(chat.pace.to_json())

    async def end_pace(_: web.Request) -> web.Response:
        chat.flow()
        return web.Response(status=204)

    async def show_pace(_: web.Request) -> web.Response:
        return web.json_response(chat.pace.to_json())

    async def show_timeline(request: web.Request) -> web.Response:
        count = request.query.get("last", "100")
        if not count.isdecimal():
            return RequestError("'last' must be a whole number.", param="last").response()
        return web.json_response(chat.timeline.last(int(count)))

    async def show_streams(_: web.Request) -> web.Response:
        return web.json_response({"underWay": chat.under_way})

    return (
        web.get("/_emulator/streams", show_streams),
        web.post("/_emulator/pace", set_pace),
        web.get("/_emulator/pace", show_pace),
        web.delete("/_emulator/pace", end_pace),
        web.get("/_emulator/timeline", show_timeline),
    )


async def _models(_: web.Request) -> web.Response:
    data = [_model_document(name) for name in (CHAT_MODEL, EMBEDDING_MODEL)]
    return web.json_response({"object": "list", "data": data})


async def _model(request: web.Request) -> web.Response:
    name = request.match_info["model"]
    if name not in (CHAT_MODEL, EMBEDDING_MODEL):
        message = f"The model '{name}' does not exist."
        raise RequestError(message, param="model", code="model_not_found", status=404)
    return web.json_response(_model_document(name))


def _model_document(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "emulator"}


def _versioned(handler: Handler) -> Handler:
    async def check(request: web.Request) -> web.StreamResponse:
        if not request.query.get("api-version"):
            # Azure answers just so; the hint is ours.
            message = "Resource not found: the query parameter 'api-version' is missing."
            raise RequestError(message, param="api-version", code="404", status=404)
        return await handler(request)

    return check


def _rules(context: ServiceContext) -> Rules:
    folder = context.config.get("rules")
    return Rules() if folder is None else load_rules(context.config_dir / str(folder))


def _pace(context: ServiceContext) -> Pace:
    try:
        return pace_from_json(context.config, Pace())
    except RequestError as refused:
        raise ConfigurationError(f"services.{context.name}: {refused.message}") from None


def _strings(config: Mapping[str, object], name: Literal["audiences", "apiKeys"]) -> Sequence[str]:
    value = config.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigurationError(f'"{name}" must be a list of strings.')
    return value
