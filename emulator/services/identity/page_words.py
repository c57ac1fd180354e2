"""What the pages say, in Spanish and English."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageWords:
    """`choose` is filled in by `str.format`."""

    language: str
    title: str
    choose: str
    local: str
    cancel: str
    refused: str
    refused_about: str
    signed_out: str
    signed_out_about: str


_SPANISH = PageWords(
    language="es",
    title="Iniciar sesión",
    choose="Elige con qué persona entras en {application}.",
    local="Servicio de identidad de este equipo, para desarrollo: no pide contraseña.",
    cancel="Cancelar",
    refused="No se puede iniciar sesión",
    refused_about="La aplicación lo ha pedido de una forma que no se admite:",
    signed_out="Sesión cerrada",
    signed_out_about="Ya puedes cerrar esta ventana.",
)
_ENGLISH = PageWords(
    language="en",
    title="Sign in",
    choose="Choose who you are in {application}.",
    local="The identity service of this machine, for development: it asks for no password.",
    cancel="Cancel",
    refused="You cannot sign in",
    refused_about="The application asked in a way that is not accepted:",
    signed_out="Signed out",
    signed_out_about="You can close this window.",
)


def words_for(ui_locales: str, accept_language: str) -> PageWords:
    """By the application's wish (OpenID Connect Core 1.0), else by the browser's (RFC 9110)."""
    for wanted in (*ui_locales.split(), *_by_weight(accept_language)):
        match wanted.lower().partition("-")[0]:
            case "es":
                return _SPANISH
            case "en":
                return _ENGLISH
            case _:
                continue
    return _ENGLISH


def _by_weight(header: str) -> Iterator[str]:
    weighted = []
    for place, part in enumerate(header.split(",")):
        language, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), place, language))
        except ValueError:
            continue
    yield from (language for order, _, language in sorted(weighted) if order < 0)
