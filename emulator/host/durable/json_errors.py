"""What Newtonsoft.Json, which reads the management API's bodies, says of text that is not JSON."""

import json
import re
from dataclasses import dataclass
from typing import Literal

type Reading = Literal["loading", "deserializing"]
"""How the extension reads a body: events are loaded as tokens, inputs are deserialised."""

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity")


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Newtonsoft's message, and whether the text ended where more was expected."""

    message: str
    truncated: bool


class _Broken(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, said: str, place: int, path: str, *, truncated: bool = False) -> None:
        super().__init__(said)
        self.said, self.place, self.path, self.truncated = said, place, path, truncated


def json_problem(text: str, reading: Reading) -> JsonProblem | None:
    """Why `text` is not JSON, None when it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _problem(text, reading, error)
    return None


def _problem(text: str, reading: Reading, error: json.JSONDecodeError) -> JsonProblem:
    try:
        end = _Scanner(text, reading).value(0, "")
    except _Broken as broken:
        where = _where(text, broken.place, broken.path)
        return JsonProblem(f"{broken.said} {where}", broken.truncated)
    rest = _BLANK.match(text, end)
    place = end if rest is None else rest.end()
    if place == len(text):
        # Newtonsoft is content with it (control characters in strings), the SDK would not be.
        return JsonProblem(f"{error.msg}. {_where(text, error.pos, '')}", False)
    said = f"Additional text encountered after finished reading JSON content: {text[place]}."
    return JsonProblem(f"{said} {_where(text, place, '')}", False)


def _where(text: str, place: int, path: str) -> str:
    # The reader counts lines from 1, but says 0 as long as it has read nothing.
    line = text.count("\n", 0, place) + 1 if place else 0
    return f"Path '{path}', line {line}, position {place - (text.rfind('\n', 0, place) + 1)}."


class _Scanner:
    """Reads JSON up to what is wrong with it; each method returns the place behind what it read."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text = text
        self._reading = reading

    def value(self, place: int, path: str) -> int:
        place = self._skip(place)
        if place == len(self._text):
            raise _Broken("Error reading JToken from JsonReader.", place, path, truncated=True)
        match self._text[place]:
            case "{":
                return self._object(place + 1, path)
            case "[":
                return self._array(place + 1, path)
            case '"':
                return self._string(place, path)
        found = _SCALAR.match(self._text, place)
        if found is None:
            said = "Unexpected character encountered while parsing value: "
            raise _Broken(f"{said}{self._text[place]}.", place, path)
        return found.end()

    def _object(self, place: int, path: str) -> int:
        inside = path
        while True:
            place = self._skip(place)
            if self._char(place, "object", inside) == "}":
                return place + 1
            if self._text[place] != '"':
                said = f"Invalid property identifier character: {self._text[place]}."
                raise _Broken(said, place, inside)
            end = self._string(place, inside)
            name = self._text[place + 1 : end - 1]
            place = self._skip(end)
            got = self._text[place : place + 1] or "\0"
            if got != ":":
                said = "Invalid character after parsing property name. Expected ':' but got: "
                raise _Broken(f"{said}{got}.", place, inside)
            inside = f"{path}.{name}" if path else name
            place = self._element(place + 1, "object", inside)
            if self._text[place - 1] == "}":
                return place

    def _array(self, place: int, path: str) -> int:
        for index in range(len(self._text)):
            inside = f"{path}[{index}]"
            place = self._skip(place)
            if self._char(place, "array", path) == "]":
                return place + 1
            place = self._element(place, "array", inside)
            if self._text[place - 1] == "]":
                return place
        raise AssertionError("an array has no more elements than its text has characters")

    def _element(self, place: int, within: str, path: str) -> int:
        """A value and the comma or the bracket behind it."""
        self._char(self._skip(place), within, path)
        place = self._skip(self.value(place, path))
        char = self._char(place, within, path)
        if char not in {",", "}" if within == "object" else "]"}:
            said = f"After parsing a value an unexpected character was encountered: {char}."
            raise _Broken(said, place, path)
        return place + 1

    def _string(self, place: int, path: str) -> int:
        found = _STRING.match(self._text, place)
        if found is None:
            said = 'Unterminated string. Expected delimiter: ".'
            raise _Broken(said, len(self._text), path)
        return found.end()

    def _skip(self, place: int) -> int:
        found = _BLANK.match(self._text, place)
        return place if found is None else found.end()

    def _char(self, place: int, within: str, path: str) -> str:
        if place < len(self._text):
            return self._text[place]
        if self._reading == "deserializing":
            said = f"Unexpected end when deserializing {within}."
        else:
            token = {"object": "JObject", "array": "JArray"}[within]
            said = f"Unexpected end of content while loading {token}."
        raise _Broken(said, place, path, truncated=True)
