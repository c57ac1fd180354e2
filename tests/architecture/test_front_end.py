"""What the front end is built from: the document that its types are of."""

import json
from pathlib import Path

from api.openapi.document import build
from api.openapi.flow_language import language

FRONT_END = Path(__file__).parents[2] / "frontend"
UPDATE = "python -m api.openapi > frontend/openapi.json; (cd frontend && npm run types)"
ENGINE = FRONT_END / "projects" / "flow-engine" / "src" / "lib" / "language.json"
LANGUAGE = (
    "python -m api.openapi.flow_language > frontend/projects/flow-engine/src/lib/language.json"
)


def test_the_types_are_of_the_document_the_app_serves() -> None:
    written = json.loads((FRONT_END / "openapi.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(build())), f"written anew by: {UPDATE}"


def test_the_flow_engine_has_the_language_of_the_contracts() -> None:
    written = json.loads(ENGINE.read_text("utf-8"))
    assert written == json.loads(json.dumps(language())), f"written anew by: {LANGUAGE}"
