"""What a JSON file of a pack says, together with the file."""

from dataclasses import dataclass

from shared.contracts.base import Contract
from shared.packs.json_lines import JsonFile


@dataclass(frozen=True, slots=True)
class Declared[T: Contract]:
    """What a JSON file of the pack says, and the file, for what else is wrong with it."""

    content: T
    file: JsonFile
