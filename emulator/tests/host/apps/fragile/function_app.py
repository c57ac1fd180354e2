"""Functions that take their worker down with them."""

import os
import time

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="ok")
def ok(req: func.HttpRequest) -> str:
    return "ok"


@app.route(route="exit", methods=["POST"])
def leave(req: func.HttpRequest) -> str:
    os._exit(9)


@app.route(route="block", methods=["POST"])
async def block(req: func.HttpRequest) -> str:
    time.sleep(600)  # noqa: ASYNC251 - this is what it is for
    return "never"
