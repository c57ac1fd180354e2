"""Content Safety over HTTP: `text:analyze`, as azure-ai-contentsafety calls it."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from emulator.services.configuration import ConfigurationError
from emulator.services.serving import ServiceContext, bearer_token
from emulator.services.tokens import SigningKeys, TokenRejected

from .words import CATEGORIES, WordLists

AUDIENCE = "https://cognitiveservices.azure.com"
LONGEST_TEXT = 10_000
"""Code points."""
FOUR, EIGHT = "FourSeverityLevels", "EightSeverityLevels"


def create_app(context: ServiceContext) -> web.Application:
    """Config: `words` (a JSON file, see `WordLists.read`), `keys` that are taken besides tokens."""
    words = context.config.get("words")
    if not isinstance(words, str):
        raise ConfigurationError('contentsafety: "words" must name a JSON file.')
    keys = context.config.get("keys", [])
    if not isinstance(keys, list):
        raise ConfigurationError('contentsafety: "keys" must be a list of texts.')
    service = _ContentSafety(WordLists.read(context.config_dir / words))
    access = _Access(context.keys, [str(key) for key in keys])
    app = web.Application(middlewares=[_errors, access], client_max_size=2**20)
    app.add_routes([web.post("/contentsafety/text:analyze", service.analyze)])
    return app


class _WireError(Exception):
    """An answer that is an error, as the service writes it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Access:
    """Lets in `Ocp-Apim-Subscription-Key: KEY` and tokens for Cognitive Services."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, signing: SigningKeys, keys: Sequence[str]) -> None:
        self._signing = signing
        self._keys = keys

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("Ocp-Apim-Subscription-Key")
        if key is None:
            try:
                self._signing.verify(bearer_token(request), AUDIENCE)
            except TokenRejected as rejected:
                raise _WireError(401, "PermissionDenied", rejected.reason) from None
        elif not any(hmac.compare_digest(key.encode(), each.encode()) for each in self._keys):
            message = "Access denied due to invalid subscription key or wrong API endpoint."
            raise _WireError(401, "401", message)
        return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _WireError as error:
        body = {"error": {"code": error.code, "message": str(error)}}
        return web.json_response(body, status=error.status)


@dataclass(frozen=True, slots=True)
class _ContentSafety:
    words: WordLists

    async def analyze(self, request: web.Request) -> web.Response:
        if "api-version" not in request.query:
            raise _WireError(400, "InvalidApiVersionParameter", "The api-version is missing.")
        body = await _body(request)
        text = body.get("text")
        if not isinstance(text, str) or not text:
            raise _invalid("The text of the request is missing.")
        if len(text) > LONGEST_TEXT:
            raise _invalid(f"The text has {len(text)} characters, and may have {LONGEST_TEXT}.")
        if body.get("blocklistNames"):
            raise _WireError(404, "ResourceNotFound", "There are no blocklists in this service.")
        exact = _output_type(body) == EIGHT
        analysis = [
            {"category": each, "severity": _level(self.words.severity(each, text), exact)}
            for each in _categories(body)
        ]
        return web.json_response({"blocklistsMatch": [], "categoriesAnalysis": analysis})


def _level(severity: int, exact: bool) -> int:
    """Of eight levels, or the even one of the pair that it belongs to."""
    return severity if exact else severity - severity % 2


def _output_type(body: Mapping[str, object]) -> object:
    wanted = body.get("outputType") or FOUR
    if wanted not in (FOUR, EIGHT):
        raise _invalid(f"The outputType must be {FOUR} or {EIGHT}.")
    return wanted


def _categories(body: Mapping[str, object]) -> Sequence[str]:
    wanted = body.get("categories") or CATEGORIES
    if not isinstance(wanted, list | tuple) or not set(wanted) <= set(CATEGORIES):
        raise _invalid(f"The categories are {', '.join(CATEGORIES)}.")
    return [each for each in CATEGORIES if each in wanted]


async def _body(request: web.Request) -> Mapping[str, object]:
    try:
        document: object = await request.json()
    except ValueError:
        raise _invalid("The request body is not JSON.") from None
    if not isinstance(document, dict):
        raise _invalid("The request body is not a JSON object.")
    return document


def _invalid(message: str) -> _WireError:
    return _WireError(400, "InvalidRequestBody", message)
