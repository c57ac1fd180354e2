"""Refusals in OpenAI's shape, so that the SDKs raise the same classes as in the cloud."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

ADMIN_PREFIX = "/_emulator/"


class RequestError(Exception):
    """A request that is answered with an error; `param` names the field that is wrong.

    The shape is that of https://platform.openai.com/docs/guides/error-codes.
    """

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        status: int = HTTPStatus.BAD_REQUEST,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status

    def response(self) -> web.Response:
        body = {
            "error": {
                "message": self.message,
                "type": "invalid_request_error",
                "param": self.param,
                "code": self.code,
            }
        }
        return web.json_response(body, status=self.status)


class ErrorShapes:
    """A middleware that turns refusals and unknown routes into OpenAI's errors."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RequestError as refused:
            return refused.response()
        except web.HTTPRequestEntityTooLarge:
            return RequestError("The request body is too large.", status=413).response()
        except web.HTTPNotFound:
            message = f"Unknown request URL: {request.method} {request.path}."
            return RequestError(message, code="unknown_url", status=404).response()
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            message = f"{request.path} does not take {request.method}; use {allowed}."
            return RequestError(message, code="method_not_supported", status=405).response()
