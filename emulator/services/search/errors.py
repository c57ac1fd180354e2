"""What the service refuses, in the shape Azure AI Search answers it."""

from emulator.services.search.json_types import JsonObject


class SearchError(Exception):
    """A request that is answered with an error: HTTP `status`, Azure's `code`, a clear message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> JsonObject:
        """The JSON that the SDKs turn into an `HttpResponseError`."""
        return {"error": {"code": self.code, "message": self.message}}


def invalid(message: str, parameter: str | None = None) -> SearchError:
    """A 400 that says what is wrong with the request, and in which parameter."""
    suffix = f"\r\nParameter name: {parameter}" if parameter else ""
    return SearchError(400, "InvalidRequestParameter", message + suffix)


def unknown_property(name: str, parameter: str) -> SearchError:
    """A 400 for a field that the index does not have."""
    text = (
        f"Invalid expression: Could not find a property named '{name}' on type 'search.document'."
    )
    return invalid(text, parameter)


def missing_ability(name: str, ability: str, parameter: str) -> SearchError:
    """A 400 for a field that exists but is not filterable, sortable, facetable or searchable."""
    text = (
        f"Invalid expression: '{name}' is not a {ability} field. "
        f"Only {ability} fields can be used in {parameter} expressions."
    )
    return invalid(text, parameter)


def index_not_found(name: str) -> SearchError:
    """A 404 for an index that does not exist."""
    message = f"No index with the name '{name}' was found in this search service."
    return SearchError(404, "ResourceNotFound", message)
