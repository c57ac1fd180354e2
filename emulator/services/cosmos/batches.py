"""Transactional batches: up to 100 operations on one logical partition, all or none."""

import sqlite3
from collections.abc import Mapping

from .answers import CosmosError, bad_request
from .items import Conditions, Items, Outcome
from .jsonvalues import Json, JsonObject, dump_json, parse_json
from .patching import Patch

OPERATIONS_AT_MOST = 100

_FAILED_DEPENDENCY = 424
_MULTI_STATUS = 207


def parse_batch(body: bytes) -> list[JsonObject]:
    """The operations of a batch request; raises a 400."""
    try:
        operations = parse_json(body)
    except ValueError as error:
        raise bad_request(f"The batch is not JSON: {error}") from None
    if not isinstance(operations, list) or not 1 <= len(operations) <= OPERATIONS_AT_MOST:
        raise bad_request(f"A batch takes 1 to {OPERATIONS_AT_MOST} operations.")
    checked = [operation for operation in operations if isinstance(operation, dict)]
    if len(checked) != len(operations):
        raise bad_request("Each operation of a batch is a JSON object.")
    return checked


def run_batch(items: Items, operations: list[JsonObject], *, with_bodies: bool) -> Outcome:
    """One result for each operation; after a failure nothing is stored and the status is 207."""
    items.db.execute("SAVEPOINT batch")
    outcomes: list[Outcome] = []
    try:
        for operation in operations:
            outcomes.append(_run(items, operation))
    except CosmosError as error:
        _undo(items.db)
        return _failed(error, len(outcomes), len(operations), sum(o.charge for o in outcomes))
    except BaseException:
        _undo(items.db)
        raise
    items.db.execute("RELEASE batch")
    results = [_result(outcome, with_bodies=with_bodies) for outcome in outcomes]
    return Outcome(200, sum(outcome.charge for outcome in outcomes), _joined(results))


def _run(items: Items, operation: JsonObject) -> Outcome:
    item_id, body = str(operation.get("id", "")), operation.get("resourceBody")
    conditions = Conditions(_etag(operation, "ifMatch"), _etag(operation, "ifNoneMatch"))
    match operation.get("operationType"):
        case "Create":
            return items.create(_document(body))
        case "Upsert":
            return items.upsert(_document(body), conditions)
        case "Replace":
            return items.replace(item_id, _document(body), conditions)
        case "Patch":
            return items.change(item_id, Patch.parse(body).apply, conditions)
        case "Delete":
            return items.delete(item_id, conditions)
        case "Read":
            return items.read(item_id, conditions)
        case other:
            raise bad_request(f"The operation type {other!r} is not known in a batch.")


def _undo(db: sqlite3.Connection) -> None:
    db.execute("ROLLBACK TO batch")
    db.execute("RELEASE batch")


def _failed(error: CosmosError, index: int, total: int, charge: float) -> Outcome:
    skipped: JsonObject = {"statusCode": _FAILED_DEPENDENCY, "requestCharge": 0}
    results = [dump_json(skipped)] * total
    failure: JsonObject = {
        "statusCode": error.status,
        "requestCharge": error.charge,
        "message": error.message,
    }
    if error.substatus:
        failure["subStatusCode"] = error.substatus
    results[index] = dump_json(failure)
    return Outcome(_MULTI_STATUS, charge + error.charge, _joined(results))


def _result(outcome: Outcome, *, with_bodies: bool) -> bytes:
    head: JsonObject = {"statusCode": outcome.status, "requestCharge": round(outcome.charge, 2)}
    if outcome.etag:
        head["eTag"] = outcome.etag
    text = dump_json(head)
    if not with_bodies or not outcome.body:
        return text
    # The stored text goes in as it is.
    return text[:-1] + b',"resourceBody":' + outcome.body + b"}"


def _joined(results: list[bytes]) -> bytes:
    return b"[" + b",".join(results) + b"]"


def _document(body: Json) -> JsonObject:
    if not isinstance(body, dict):
        raise bad_request("The operation needs a resourceBody that is a JSON object.")
    return body


def _etag(operation: Mapping[str, Json], name: str) -> str | None:
    value = operation.get(name)
    return value if isinstance(value, str) else None
