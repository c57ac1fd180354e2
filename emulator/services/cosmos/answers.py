"""What an operation answers, and the errors of the protocol.

Status and sub-status codes: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .jsonvalues import dump_json


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `charge` in request units, `operation` and `container` say what to book it on."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    charge: float = 0.0
    operation: str = "metadata"
    container: str = ""


class CosmosError(Exception):
    """A request refused: `status` and `code` as the service words them, `charge` in request units.

    `substatus` goes into x-ms-substatus, by which the SDKs decide what to do.
    """

    def __init__(
        self, status: int, code: str, message: str, substatus: int = 0, charge: float = 1.0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.substatus = substatus
        self.charge = charge

    def body(self) -> bytes:
        return dump_json({"code": self.code, "message": self.message})


def bad_request(message: str, substatus: int = 0) -> CosmosError:
    return CosmosError(400, "BadRequest", message, substatus)


def unauthorized(message: str) -> CosmosError:
    return CosmosError(401, "Unauthorized", message, charge=0.0)


def not_found(what: str = "Entity", substatus: int = 0, charge: float = 1.0) -> CosmosError:
    message = f"{what} with the specified id does not exist in the system."
    return CosmosError(404, "NotFound", message, substatus, charge)


def conflict(charge: float = 1.0) -> CosmosError:
    message = "Entity with the specified id already exists in the system."
    return CosmosError(409, "Conflict", message, charge=charge)


def precondition_failed(charge: float = 1.0) -> CosmosError:
    message = "One of the specified pre-condition is not met."
    return CosmosError(412, "PreconditionFailed", message, charge=charge)


def too_large(message: str) -> CosmosError:
    return CosmosError(413, "RequestEntityTooLarge", message)
