"""The OpenAPI document tells the truth about the ERP."""

from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012, SchemaRegistry

from demo.erp.kinds import KINDS, Kind
from demo.erp.openapi import document

from .client import ErpClient

URL = "https://localhost:7086"
HERE = "urn:erp"


def validator_of(schema: object) -> Draft202012Validator:
    """For a schema inside the document; its references are resolved against the document."""
    described = Resource.from_contents(document(URL), default_specification=DRAFT202012)
    registry: SchemaRegistry = Registry().with_resource(HERE, described)
    absolute = _with_base(schema)
    assert isinstance(absolute, dict)
    return Draft202012Validator(absolute, registry=registry, format_checker=FormatChecker())


def _with_base(schema: object) -> object:
    if isinstance(schema, dict):
        return {
            name: HERE + value if name == "$ref" else _with_base(value)
            for name, value in schema.items()
        }
    if isinstance(schema, list):
        return [_with_base(value) for value in schema]
    return schema


def media_types(node: object) -> Iterator[dict[str, object]]:
    """Every object that pairs a schema with an example, wherever it stands."""
    if isinstance(node, dict):
        if "example" in node and "schema" in node:
            yield node
        for value in node.values():
            yield from media_types(value)
    elif isinstance(node, list):
        for value in node:
            yield from media_types(value)


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_example_fits_its_schema() -> None:
    pairs = list(media_types(document(URL)))

    assert len(pairs) > 20
    for pair in pairs:
        validator_of(pair["schema"]).validate(pair["example"])


def test_every_reference_leads_somewhere() -> None:
    described = document(URL)
    for reference in set(references(described)):
        node: object = described
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(node, dict)
            node = node[step]


def test_every_schema_is_a_schema() -> None:
    components = document(URL)["components"]
    assert isinstance(components, dict)
    for schema in components["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = document(URL)["paths"]
    assert isinstance(paths, dict)
    names = [
        operation["operationId"]
        for path in paths.values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    assert len(names) == len(set(names)) == 13


async def test_it_is_served_without_a_token_and_names_its_own_address(erp: ErpClient) -> None:
    answer = await erp.call("GET", "/openapi.json", headers={})

    assert answer.body == document(erp.url)
    assert (await erp.call("GET", "/health", headers={})).body == {"status": "ok"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path)
async def test_what_the_erp_answers_fits_the_document(seeded: ErpClient, kind: Kind) -> None:
    example = {name: value for name, value in kind.example.items() if name != "projectId"}
    record = validator_of({"$ref": f"#/components/schemas/{kind.schema_name}"})

    created = await seeded.post(f"/{kind.path}", example)
    changed = await seeded.patch(f"/{kind.path}/{created.body['id']}", {"status": kind.states[1]})
    page = await seeded.get(f"/{kind.path}?limit=100")
    problem = await seeded.post(f"/{kind.path}", {})

    record.validate(created.body)
    record.validate(changed.body)
    validator_of({"$ref": f"#/components/schemas/{kind.schema_name}Page"}).validate(page.body)
    validator_of({"$ref": "#/components/schemas/Problem"}).validate(problem.body)
