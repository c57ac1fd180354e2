"""Prints the OpenAPI document, for `frontend/openapi.json`, which the client's types are from."""

import json

from api.openapi.document import document


def main() -> None:
    print(json.dumps(json.loads(document()), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
