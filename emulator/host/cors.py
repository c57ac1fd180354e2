"""Cross-origin requests as `func start` allows them: the CORS entry of local.settings.json."""

from aiohttp import web

from emulator.host.settings import Cors


def is_preflight(request: web.Request) -> bool:
    """Whether this is a browser's question before the actual request (Fetch standard)."""
    return (
        request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )


def add_allowed(request: web.Request, response: web.StreamResponse, cors: Cors) -> None:
    """Put the permission on an answer; nothing for an origin that is not allowed."""
    origin = request.headers.get("Origin")
    if origin is None or not _allows(cors, origin):
        return
    headers = response.headers
    if "*" in cors.origins:
        headers["Access-Control-Allow-Origin"] = "*"
        return
    headers["Access-Control-Allow-Origin"] = origin
    headers.add("Vary", "Origin")
    if cors.credentials:
        headers["Access-Control-Allow-Credentials"] = "true"


def _allows(cors: Cors, origin: str) -> bool:
    return "*" in cors.origins or origin.rstrip("/") in cors.origins


def preflight_answer(request: web.Request, cors: Cors) -> web.Response:
    """204 for every preflight; with the permission only for an allowed origin."""
    response = web.Response(status=204)
    if _allows(cors, request.headers["Origin"]):
        asked = request.headers.get("Access-Control-Request-Headers", "")
        names = ",".join(name.strip() for name in asked.split(",") if name.strip())
        if names:
            response.headers["Access-Control-Allow-Headers"] = names
        method = request.headers["Access-Control-Request-Method"]
        response.headers["Access-Control-Allow-Methods"] = method
    return response
