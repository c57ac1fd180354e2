"""MurmurHash3, x64, 128 bits: the hash by which Cosmos DB places partition keys.

The algorithm is Austin Appleby's (SMHasher, public domain).
"""

_MASK = 0xFFFFFFFFFFFFFFFF
_C1 = 0x87C37B91114253D5
_C2 = 0x4CF5AD432745937F


def murmur3_128(data: bytes) -> int:
    """The hash of `data` with seed 0; the first 64 bits (h1) are the low half."""
    h1 = h2 = 0
    whole = len(data) & ~15
    for start in range(0, whole, 16):
        h1 ^= _scramble_low(int.from_bytes(data[start : start + 8], "little"))
        h1 = (_rotate(h1, 27) + h2) & _MASK
        h1 = (h1 * 5 + 0x52DCE729) & _MASK
        h2 ^= _scramble_high(int.from_bytes(data[start + 8 : start + 16], "little"))
        h2 = (_rotate(h2, 31) + h1) & _MASK
        h2 = (h2 * 5 + 0x38495AB5) & _MASK
    h1 ^= _scramble_low(int.from_bytes(data[whole : whole + 8], "little"))
    h2 ^= _scramble_high(int.from_bytes(data[whole + 8 :], "little"))
    return _finish(h1 ^ len(data), h2 ^ len(data))


def _scramble_low(block: int) -> int:
    return (_rotate((block * _C1) & _MASK, 31) * _C2) & _MASK


def _scramble_high(block: int) -> int:
    return (_rotate((block * _C2) & _MASK, 33) * _C1) & _MASK


def _finish(h1: int, h2: int) -> int:
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    h1, h2 = _mix(h1), _mix(h2)
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    return h2 << 64 | h1


def _mix(value: int) -> int:
    value ^= value >> 33
    value = (value * 0xFF51AFD7ED558CCD) & _MASK
    value ^= value >> 33
    value = (value * 0xC4CEB9FE1A85EC53) & _MASK
    return value ^ value >> 33


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _MASK
