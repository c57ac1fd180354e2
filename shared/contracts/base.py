"""The two bases of everything that is serialised."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Contract(BaseModel):
    """Base of what we write ourselves. camelCase on the wire, snake_case in Python.

    Unknown fields are ignored: a run started by the previous release must still replay.
    No field may default to a clock or a random value, for the same reason.
    """

    model_config = ConfigDict(
        frozen=True,
        # A worker indexes the functions before it serves anything: what checks a contract is built
        # when the first one is made.
        defer_build=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        # The text of an error reaches logs and Durable's history: no user's text in it.
        hide_input_in_errors=True,
    )

    def wire(self) -> dict[str, object]:
        """The JSON object that travels: camelCase, absent optionals left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Inbound(Contract):
    """Base of HTTP request bodies, where an unknown field is the caller's mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)
