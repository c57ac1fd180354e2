"""Web frameworks behind one function each: ASGI (FastAPI) and WSGI."""

# mypy: disable-error-code="untyped-decorator, no-untyped-call, no-any-return"

from collections.abc import Callable, Iterable

import azure.functions as func
from fastapi import FastAPI, Request, Response

api = FastAPI()


@api.post("/api/asgi/hello/{name}")
async def hello(name: str, request: Request, response: Response) -> dict[str, object]:
    response.set_cookie("a", "1")
    query = dict(request.query_params)
    return {"name": name, "query": query, "body": (await request.body()).decode()}


def wsgi(
    environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}".encode()
    start_response("202 Accepted", [("Content-Length", str(len(body))), ("X-One", "1")])
    return [body]


app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="asgi/{*rest}")
async def through_asgi(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return await func.AsgiMiddleware(api).handle_async(req, context)


@app.route(route="wsgi/{*rest}")
def through_wsgi(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return func.WsgiMiddleware(wsgi).handle(req, context)
