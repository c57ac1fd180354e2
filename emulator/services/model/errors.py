"""Refusals in the shape of the route's protocol: the SDKs raise what they do in the cloud."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

ADMIN_PREFIX = "/_emulator/"
ANTHROPIC = "/anthropic/"
GOOGLE = "/google/"
"""Where the routes of these protocols begin; all others are OpenAI's."""

ANTHROPIC_KINDS = {401: "authentication_error", 404: "not_found_error", 413: "request_too_large"}
GOOGLE_STATUS = {401: "UNAUTHENTICATED", 404: "NOT_FOUND"}


class RequestError(Exception):
    """A request that is answered with an error; `param` names the field that is wrong.

    The shape is that of the route's protocol: https://platform.openai.com/docs/guides/error-codes,
    https://platform.claude.com/docs/en/api/errors, https://cloud.google.com/apis/design/errors.
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

    def response(self, path: str = "") -> web.Response:
        return web.json_response(self._body(path), status=self.status)

    def _body(self, path: str) -> Mapping[str, object]:
        if path.startswith(ANTHROPIC):
            kind = ANTHROPIC_KINDS.get(self.status, "invalid_request_error")
            return {"type": "error", "error": {"type": kind, "message": self.message}}
        if path.startswith(GOOGLE):
            status = GOOGLE_STATUS.get(self.status, "INVALID_ARGUMENT")
            return {"error": {"code": self.status, "message": self.message, "status": status}}
        error = {"type": "invalid_request_error", "param": self.param, "code": self.code}
        return {"error": {"message": self.message, **error}}


class ErrorShapes:
    """A middleware that turns refusals and unknown routes into errors of the route's protocol."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RequestError as refused:
            return refused.response(request.path)
        except web.HTTPRequestEntityTooLarge:
            return RequestError("The request body is too large.", status=413).response(request.path)
        except web.HTTPNotFound:
            message = f"Unknown request URL: {request.method} {request.path}."
            return RequestError(message, code="unknown_url", status=404).response(request.path)
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            message = f"{request.path} does not take {request.method}; use {allowed}."
            return RequestError(message, code="method_not_supported", status=405).response(
                request.path
            )
