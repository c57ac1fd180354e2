"""A field of a request that is refused for a reason that no type can say."""

from shared.contracts.identity import Language
from shared.contracts.problems import FieldProblem
from shared.contracts.wording import say
from shared.errors import InvalidRequestError


def invalid(
    pointer: str, message: str, language: Language, **values: object
) -> InvalidRequestError:
    """One field at fault for a reason that no type can say."""
    text = say(message, language, **values)
    return InvalidRequestError((FieldProblem(pointer=pointer, message=text),))
