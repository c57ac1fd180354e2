"""The operations on the account, databases and containers: everything but documents."""

from collections.abc import Mapping

from .answers import Answer, bad_request, not_found
from .calls import Call
from .catalog import Catalog, Container
from .charges import METADATA
from .items import parse_document
from .jsonvalues import Json, dump_json
from .partitioning import END

RANGES_ETAG = '"1"'


def account_document(origin: str) -> Answer:
    """One writable region, at the address the client came by."""
    location: Json = {"name": "Local", "databaseAccountEndpoint": origin}
    document: Json = {
        "id": "local",
        "_rid": "local",
        "_self": "",
        "_dbs": "//dbs/",
        "media": "//media/",
        "addresses": "//addresses/",
        "writableLocations": [location],
        "readableLocations": [location],
        "enableMultipleWriteLocations": False,
        "continuousBackupEnabled": False,
        "userReplicationPolicy": {"asyncReplication": False, "minReplicaSetSize": 1},
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "queryEngineConfiguration": "{}",
    }
    return _document(200, document)


def databases(catalog: Catalog, call: Call) -> Answer:
    """/dbs"""
    if call.method == "POST" and not call.is_query:
        created = catalog.create_database(parse_document(call.body).get("id"))
        return _document(201, created.document())
    found = [database.document() for database in catalog.databases.values()]
    return _listed("Databases", _selected(call, found))


def database(catalog: Catalog, call: Call) -> Answer:
    """/dbs/{database}"""
    name = call.segments[1]
    if call.method == "DELETE":
        catalog.delete_database(name)
        return Answer(204, charge=METADATA)
    return _document(200, catalog.database(name).document())


def containers(catalog: Catalog, call: Call) -> Answer:
    """/dbs/{database}/colls"""
    name = call.segments[1]
    if call.method == "POST" and not call.is_query:
        created = catalog.create_container(name, parse_document(call.body))
        return _document(201, created.properties)
    found = [container.properties for container in catalog.database(name).containers.values()]
    return _listed("DocumentCollections", _selected(call, found))


def container(catalog: Catalog, call: Call) -> Answer:
    """/dbs/{database}/colls/{container}"""
    database_name, name = call.segments[1], call.segments[3]
    match call.method:
        case "DELETE":
            catalog.delete_container(database_name, name)
            return Answer(204, charge=METADATA)
        case "PUT":
            wanted = parse_document(call.body)
            return _document(200, catalog.replace_container(database_name, name, wanted).properties)
        case _:
            return _document(200, catalog.container(database_name, name).properties)


def partition_key_ranges(container: Container, call: Call) -> Answer:
    """One range holds everything, so queries arrive whole. 304 tells the client it has them all."""
    headers: Mapping[str, str] = {"etag": RANGES_ETAG}
    if call.headers.get("if-none-match") == RANGES_ETAG:
        return Answer(304, b"", headers, METADATA)
    only: Json = {
        "_rid": container.rid + "0",
        "id": "0",
        "_etag": '"0"',
        "minInclusive": "",
        "maxExclusive": END,
        "ridPrefix": 0,
        "_self": f"{container.self_link}pkranges/0/",
        "throughputFraction": 1,
        "status": "online",
        "parents": [],
        "_ts": container.properties["_ts"],
    }
    listed = _listed("PartitionKeyRanges", [only], container.rid)
    return Answer(200, listed.body, headers, METADATA)


def offers(call: Call) -> Answer:
    """Throughput is not provisioned here, as on a serverless account."""
    if call.method not in ("GET", "POST"):
        raise not_found("Offer")
    return _listed("Offers", [])


def _selected(call: Call, found: list[dict[str, Json]]) -> list[Json]:
    """Lists are short; of queries over them only the SDK's own lookup by id is answered."""
    if not call.is_query:
        return list(found)
    query = parse_document(call.body)
    parameters = query.get("parameters") or []
    if not isinstance(parameters, list):
        raise bad_request("The parameters of a query are a list.")
    wanted = [one.get("value") for one in parameters if isinstance(one, dict)]
    return [one for one in found if not wanted or one["id"] in wanted]


def _document(status: int, document: Json) -> Answer:
    etag = document.get("_etag") if isinstance(document, dict) else None
    headers = {"etag": etag} if isinstance(etag, str) else {}
    return Answer(status, dump_json(document), headers, METADATA)


def _listed(name: str, found: list[Json], rid: str = "") -> Answer:
    body = dump_json({"_rid": rid, name: found, "_count": len(found)})
    return Answer(200, body, {"x-ms-item-count": str(len(found))}, METADATA)
