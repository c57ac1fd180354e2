"""Remembering, within one process, what is written once and never changed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable


class Remembered[Key, Value]:
    """The newest `size` values. Every step of a run reads the same few items; when its steps run
    in one process, only the first has to ask the store."""

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def keep(self, key: Key, value: Value) -> Value:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)
        return value

    def recall(self, key: Key) -> Value | None:
        return self._values.get(key)

    async def get(self, key: Key, read: Callable[[], Awaitable[Value | None]]) -> Value | None:
        """The value, read if it is not known; what does not exist yet is not remembered."""
        if (known := self._values.get(key)) is not None:
            return known
        value = await read()
        return None if value is None else self.keep(key, value)
