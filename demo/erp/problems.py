"""Refusals as RFC 9457 problem details, in the language the caller asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

type Language = Literal["es", "en"]

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence in both languages."""

    es: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `pointer` is a JSON Pointer (RFC 6901) into the body."""

    pointer: str
    wording: Wording


class Problem(Exception):  # noqa: N818 (the name of RFC 9457)
    """A request the ERP refuses; `code` is the stable word a program can decide on."""

    def __init__(
        self, status: int, code: str, wording: Wording, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.wording = wording
        self.errors = errors

    def response(self, language: Language) -> web.Response:
        body: dict[str, object] = {
            "type": f"urn:problem:erp:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.wording.in_language(language),
        }
        if self.errors:
            body["errors"] = [
                {"pointer": error.pointer, "detail": error.wording.in_language(language)}
                for error in self.errors
            ]
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        return web.json_response(
            body, status=self.status, headers=headers, content_type=CONTENT_TYPE
        )


def invalid(errors: Sequence[FieldError]) -> Problem:
    """422 naming every field that is wrong; the detail joins what is said of each."""
    return Problem(
        422,
        "invalid-fields",
        Wording(
            " ".join(error.wording.es for error in errors),
            " ".join(error.wording.en for error in errors),
        ),
        errors,
    )


def not_found(what: str) -> Problem:
    return Problem(
        404, "not-found", Wording(f"No existe el registro {what}.", f"There is no record {what}.")
    )


def language_of(request: web.Request) -> Language:
    """English when `Accept-Language` begins with it, Spanish otherwise."""
    asked = request.headers.get("Accept-Language", "").strip().lower()
    return "en" if asked.startswith("en") else "es"


@web.middleware
async def problem_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns refusals of ours and of aiohttp (404, 405, 413) into problem documents."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response(language_of(request))
    except web.HTTPException as refused:
        if refused.status < 400:
            raise
        wording = Wording(
            f"La petición no se admite: {request.method} {request.path}.",
            f"The request is not accepted: {request.method} {request.path}.",
        )
        answer = Problem(refused.status, "refused", wording).response(language_of(request))
        if "Allow" in refused.headers:
            answer.headers["Allow"] = refused.headers["Allow"]
        return answer
