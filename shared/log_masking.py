"""What no log may tell: personal data, secrets, and lines that somebody else wrote.

We log ids and names of ours. This is for what libraries and exceptions say beside that: whatever is
logged in this process, by whomever, goes through here. Names of people have no form to be known by;
so the text of an exception, which may quote anything, is told only where it is ours or about code.
"""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from numbers import Number
from types import TracebackType

from shared.errors import AppError

type ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]

MAY_SPEAK = (AppError, TypeError, AttributeError, NameError, ImportError)
"""Ours, which quote nobody, and those whose texts name types, attributes and modules."""
_CARD_DIGITS = range(13, 20)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Also what separates lines elsewhere, and what turns the direction of writing."""
_KEPT_IN_TEXT = "\n\t"

_SECRET = re.compile(
    r"(?P<jwt>\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?)"
    r"|(?P<handle>\bh_[\w.-]{12,})"
    r"|(?P<key>\bsk-[\w-]{16,})"
    r"|(?P<bearer>(?i:\bbearer)\s+[\w.~+/=-]{6,})"
    r"|(?P<named>(?i:\b(?:api[_-]?key|accountkey|sharedaccesskey|sig|secret|token|password|pwd|code)"
    r"[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s&;,\"'}]{6,}))"
)
_NAMED_ARGUMENT = re.compile(
    r"\b(?:bearer|api[_-]?key|accountkey|sharedaccesskey|sig|secret|token|password|pwd|code)"
    r"[\"']?(?:\s*[=:]\s*[\"']?|\s+)%",
    re.IGNORECASE,
)
"""Where the name of a secret stands in the text and the secret is an argument."""
_MAY_BE_SECRET = re.compile(
    r"eyJ|h_|sk-|bearer|key|sig|secret|token|password|pwd|code", re.IGNORECASE
)
_MANY_DIGITS = re.compile(r"\d(?:[ .()-]{0,2}\d){6}")
"""In all that is a number of somebody's. Most of what is logged is spared the rest."""
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
_IBAN_OF_SPAIN = re.compile(r"\bES\d{2}(?:[ -]?\d{4}){5}\b", re.IGNORECASE)
_NIF = re.compile(
    r"\b(?:\d{8}|\d{1,2}\.\d{3}\.\d{3}|[XYZ][ -]?\d{7})[ -]?[TRWAGMYFPDXBNJZSQVHLCKE]\b",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d{1,3}|00\d{2})[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}(?![\w-])"
    r"|(?<![\w.-])[6-9]\d{2}[ .-]?\d{3}[ .-]?\d{3}(?![\w-])"
    r"|(?<![\w.-])[6-9]\d{2}(?:[ .-]\d{2}){3}(?![\w-])"
)
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")


def masked_text(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, NIF and NIE, IBANs, card numbers,
    tokens, keys and handles; each by its kind, such as `<e-mail>`."""
    if _MAY_BE_SECRET.search(text):
        text = _SECRET.sub(_without_secret, text)
    if "@" in text:
        text = _EMAIL.sub("<e-mail>", text)
    if _MANY_DIGITS.search(text):
        text = _IBAN.sub("<iban>", _IBAN_OF_SPAIN.sub("<iban>", text))
        text = _CARD.sub(_without_card, text)
        text = _NIF.sub("<nif>", text)
        text = _PHONE.sub("<telephone>", text)
    return text


def one_line(text: str, kept: str = "") -> str:
    """The text with its control characters written out: it begins no line of its own, and moves no
    cursor."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda c: c[0] if c[0] in kept else ascii(c[0])[1:-1], text)


def without_text(error: BaseException) -> BaseException:
    """An error of the same class and with the same frames, which says what may be said."""
    told = _said(error)
    kind = type(error)
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    body = names | {"__str__": lambda _: told, "__repr__": lambda _: f"{kind.__name__}({told!r})"}
    try:
        silent: type[BaseException] = type(kind.__name__, (kind,), body)
        # Not called: nobody knows what a class of others wants to be made with.
        found: BaseException = silent.__new__(silent)
    except TypeError:
        # Groups, and what is written in another language, cannot be made empty.
        found = type(kind.__name__, (Exception,), body)()
    return found.with_traceback(error.__traceback__)


class WithoutText:
    """What is raised inside of the block leaves it as `without_text` has it, where it goes to
    somebody who keeps what it says."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, AppError):
            raise without_text(error) from None


def mask_logs() -> None:
    """Let every record that is made from now on tell no more than it may. Doing it again changes
    nothing."""
    before = logging.getLogRecordFactory()
    if not isinstance(before, _Discreet):
        logging.setLogRecordFactory(_Discreet(before))


class _Discreet:
    """Makes records as the factory before it does."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        # They stay apart: a formatter of a library's may want them so.
        if isinstance(record.args, Mapping):
            record.args = {name: _argument(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(_argument(value) for value in record.args)
        _mask_message(record)
        if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            record.exc_info = _chain(record.exc_info[1])
        return record


def _mask_message(record: logging.LogRecord) -> None:
    """Of a record whose arguments are masked already."""
    if isinstance(record.msg, BaseException):
        record.msg = _argument(record.msg)
        return
    record.msg = one_line(str(record.msg), _KEPT_IN_TEXT)
    if record.args and _NAMED_ARGUMENT.search(record.msg):
        # Only both together tell what is a secret. Who wrote something that does not fit is told
        # so by the handler, as ever.
        with suppress(TypeError, ValueError, KeyError):
            record.msg, record.args = record.getMessage(), None
    record.msg = masked_text(record.msg)


def _argument(value: object) -> object:
    if value is None or isinstance(value, Number):
        return value
    said = _said(value) or type(value).__name__ if isinstance(value, BaseException) else str(value)
    return masked_text(one_line(said))


def _said(error: BaseException) -> str:
    return masked_text(one_line(str(error))) if isinstance(error, MAY_SPEAK) else ""


def _chain(error: BaseException) -> ErrorInfo:
    """The error and those that it came from."""
    chain = [error]
    while (before := _came_from(chain[-1])) is not None and before not in chain:
        chain.append(before)
    told = [without_text(each) for each in chain]
    for later, earlier in pairwise(told):
        later.__cause__ = earlier
    return type(told[0]), told[0], told[0].__traceback__


def _came_from(error: BaseException) -> BaseException | None:
    hidden = error.__suppress_context__
    return error.__cause__ or (None if hidden else error.__context__)


def _without_secret(found: re.Match[str]) -> str:
    if found["named"] is None:
        return "<secret>"
    return f"{found['named'].removesuffix(found['value'])}<secret>"


def _without_card(found: re.Match[str]) -> str:
    digits = [int(each) for each in found[0] if each.isdigit()]
    doubled = sum(sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    is_card = len(digits) in _CARD_DIGITS and (doubled + sum(digits[-1::-2])) % 10 == 0
    return "<card>" if is_card else found[0]
