"""A service as somebody outside would write it on the kit; the tests let it die and refuse."""

import os
import sys

from aiohttp import web

from emulator.services.configuration import ConfigurationError
from emulator.services.serving import ServiceContext, main


def create_app(context: ServiceContext) -> web.Application:
    """Config: `greeting` is answered, `refuse` is the reason why it does not start."""
    if (reason := context.config.get("refuse")) is not None:
        raise ConfigurationError(str(reason))

    async def about(_: web.Request) -> web.Response:
        starts = context.data / "starts"
        return web.json_response(
            {
                "pid": os.getpid(),
                "greeting": context.config.get("greeting"),
                "starts": len(starts.read_text()),
            }
        )

    async def die(_: web.Request) -> web.Response:
        sys.stdout.write("A last word.\n")
        sys.stdout.flush()
        os._exit(7)

    with (context.data / "starts").open("a") as file:
        file.write("x")
    app = web.Application()
    app.router.add_get("/about", about)
    app.router.add_post("/die", die)
    return app


if __name__ == "__main__":
    main("toy", create_app)
