"""What every section of the settings is made from."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


def joined(name: str) -> str:
    """chat_deployment -> chatdeployment: setting names are compared without case."""
    return name.replace("_", "")


class Section(BaseModel):
    model_config = ConfigDict(alias_generator=joined, validate_by_name=True, frozen=True)


type Url = Annotated[str, Field(pattern=r"^https?://[^\s/:]+(:\d+)?(/\S*)?$")]
"""Where a service is; what is no address is found at the start, not at the first message."""
