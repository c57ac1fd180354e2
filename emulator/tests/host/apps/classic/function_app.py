"""A probe app of the classic kind: func.HttpRequest and func.HttpResponse, sync and async."""

import json
import os

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="set", binding_arg_name="answer")
def set_answer(req: func.HttpRequest, answer: func.Out[func.HttpResponse]) -> None:
    answer.set(func.HttpResponse("set", status_code=201))


@app.route(route="echo/{a}/{b?}")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "query": dict(req.params),
        "parameters": dict(req.route_params),
        "header": req.headers.get("X-Probe"),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route(route="custom")
async def custom(req: func.HttpRequest) -> func.HttpResponse:
    cookie = "a=1; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT"
    headers = {"X-One": "1", "Set-Cookie": cookie}
    return func.HttpResponse("body", status_code=418, headers=headers, mimetype="text/x-probe")


@app.route(route="text")
def text(req: func.HttpRequest) -> str:
    return "plain é"


@app.route(route="nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]


@app.route(route="boom")
def boom(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("bang")


@app.route(route="pid")
def pid(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(os.getpid()))
