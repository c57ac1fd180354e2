"""What browsers may ask from another origin: metadata, keys and tokens, as of Entra ID."""

from aiohttp import web
from aiohttp.typedefs import Handler

_PUBLIC = ("/openid-configuration", "/discovery/v2.0/keys", "/oauth2/v2.0/token")


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody's cookies are sent along, so any origin may read."""
    response = await handler(request)
    if request.path.endswith(_PUBLIC) and "Origin" in request.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


async def answer_preflight(request: web.Request) -> web.Response:
    headers = {"Access-Control-Allow-Methods": "POST, OPTIONS", "Access-Control-Max-Age": "86400"}
    if (asked := request.headers.get("Access-Control-Request-Headers")) is not None:
        headers["Access-Control-Allow-Headers"] = asked
    return web.Response(status=204, headers=headers)
