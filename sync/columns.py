"""Packing a list of like values column by column, exactly: what zstd then compresses best.

`unpack(pack(values), len(values)) == values`, types included; what is unpacked is of JSON's types
and finite, whoever packed it. A packed column is a msgpack list whose first item names its form:

    c value             all the same (texts, integers, None, booleans)
    e [values] indexes  few different texts; one byte each
    x width bytes       texts of `width` lower-case hexadecimal digits, as bytes
    t width bytes       the same, all first bytes before all second ones
    i first differences integers
    m keys columns      maps of one shape, a column for each key
    s shapes indexes    maps of several shapes, one `m` for each
    l lengths column    lists, laid end to end
    v values            anything else, as it is
"""

import re
from collections.abc import Sequence
from itertools import accumulate, chain
from math import isfinite
from operator import sub
from typing import Any

MAX_DEPTH = 12
# In hexadecimal digits: ids, which share most of their bytes with those made next to them.
_ID_WIDTH = 32
# A segment of 20,000 changes needs some hundred thousand; a hostile one must not need memory.
MAX_VALUES = 8_000_000
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_INT_LIMIT = 1 << 62
_CONSTANTS = frozenset({str, int, bool, type(None)})
_ATOMS = _CONSTANTS | {float}


class MalformedColumn(ValueError):
    """What was offered is not a packed column of that many values."""


def pack(values: Sequence[Any], depth: int = 0) -> list[Any]:
    """Pack values of JSON's types; integers within 63 bits."""
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and depth < MAX_DEPTH:
        kind = kinds.pop()
        if kind is str:
            return _pack_texts(values)
        if kind is int:
            return _pack_integers(values)
        if kind in (bool, type(None)) and len(set(values)) == 1:
            return ["c", values[0]]
        if kind is dict:
            return _pack_maps(values, depth)
        if kind is list:
            lengths = list(map(len, values))
            return ["l", pack(lengths, depth + 1), pack(list(chain(*values)), depth + 1)]
    return ["v", list(values)]


def unpack(packed: object, count: int) -> list[Any]:
    """Give the values back; raises MalformedColumn."""
    try:
        values = _Unpacking().column(packed, count, 0)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise MalformedColumn(str(error)) from error
    return values


def _pack_texts(values: Sequence[str]) -> list[Any]:
    first = values[0]
    distinct = set(values)
    if len(distinct) == 1:
        return ["c", first]
    if len(distinct) <= 255 and len(distinct) * 4 <= len(values):
        names = sorted(distinct)
        index = {name: position for position, name in enumerate(names)}
        return ["e", names, bytes(index[value] for value in values)]
    width = len(first)
    if width >= 8 and width % 2 == 0:
        joined = "".join(values)
        if {*map(len, values)} == {width} and _HEX.fullmatch(joined):
            plain = bytes.fromhex(joined)
            # Whole ids that come again are found by the compressor where they stand whole.
            if width == _ID_WIDTH and 4 * len(distinct) > 3 * len(values):
                return ["t", width, b"".join(plain[place::16] for place in range(16))]
            return ["x", width, plain]
    return ["v", list(values)]


def _pack_integers(values: Sequence[int]) -> list[Any]:
    least, greatest = min(values), max(values)
    if max(-least, greatest) > _INT_LIMIT:
        raise OverflowError("an integer of more than 63 bits")
    if least == greatest:
        return ["c", least]
    return ["i", [values[0], *map(sub, values[1:], values)]]


def _pack_maps(values: Sequence[dict[str, Any]], depth: int) -> list[Any]:
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    order = []
    for value in values:
        shape = tuple(value)
        shapes.setdefault(shape, []).append(value)
        order.append(shape)
    groups = [
        ["m", list(shape), [pack([each[key] for each in group], depth + 1) for key in shape]]
        for shape, group in shapes.items()
    ]
    if len(groups) == 1:
        return groups[0]
    position = {shape: number for number, shape in enumerate(shapes)}
    return ["s", groups, pack([position[shape] for shape in order], depth + 1)]


class _Unpacking:
    def __init__(self) -> None:
        self._left = MAX_VALUES

    def column(self, packed: Any, count: int, depth: int) -> list[Any]:
        self._left -= count
        if self._left < 0 or depth > 2 * MAX_DEPTH or count < 0:
            raise MalformedColumn("too many values")
        form, *parts = packed
        values = self._by_form(form, parts, count, depth)
        if len(values) != count:
            raise MalformedColumn("a column of another length")
        return values

    def _by_form(self, form: object, parts: list[Any], count: int, depth: int) -> list[Any]:
        match form, parts:
            case "c", [value] if type(value) in _CONSTANTS:
                return [value] * count
            case "e", [names, bytes(indexes)]:
                _require_texts(names)
                return [names[index] for index in indexes]
            case "x", [int(width), bytes(joined)]:
                digits = joined.hex()
                if width < 8:
                    raise MalformedColumn("a width too small")
                return [digits[start : start + width] for start in range(0, len(digits), width)]
            case "t", [int(width), bytes(strips)] if width == _ID_WIDTH:
                if len(strips) != 16 * count:
                    raise MalformedColumn("ids of another length")
                plain = bytearray(16 * count)
                for place in range(16):
                    plain[place::16] = strips[place * count : (place + 1) * count]
                digits = plain.hex()
                return [digits[start : start + width] for start in range(0, len(digits), width)]
            case "i", [differences]:
                if not {*map(type, differences)} <= {int}:
                    raise MalformedColumn("not integers")
                return _within_limit(list(accumulate(differences)))
            case "m", [keys, columns]:
                return self._maps(keys, columns, count, depth)
            case "s", [groups, indexes]:
                return self._shapes(groups, indexes, count, depth)
            case "l", [lengths, joined]:
                return self._lists(lengths, joined, count, depth)
            case "v", [values] if type(values) is list:
                _require_json(values)
                return values
        raise MalformedColumn("an unknown form")

    def _maps(self, keys: list[str], columns: list[Any], count: int, depth: int) -> list[Any]:
        if len(keys) != len(columns) or len(set(keys)) != len(keys):
            raise MalformedColumn("keys without columns")
        _require_texts(keys)
        unpacked = [self.column(column, count, depth + 1) for column in columns]
        if not unpacked:
            return [{} for _ in range(count)]
        return [dict(zip(keys, row, strict=True)) for row in zip(*unpacked, strict=True)]

    def _shapes(self, groups: list[Any], indexes: Any, count: int, depth: int) -> list[Any]:
        order = self.column(indexes, count, depth + 1)
        sizes = [0] * len(groups)
        for index in order:
            sizes[index] += 1
        rows = [
            iter(self.column(group, size, depth + 1))
            for group, size in zip(groups, sizes, strict=True)
        ]
        return [next(rows[index]) for index in order]

    def _lists(self, lengths: Any, joined: Any, count: int, depth: int) -> list[Any]:
        sizes = self.column(lengths, count, depth + 1)
        if any(size < 0 for size in sizes):
            raise MalformedColumn("a negative length")
        flat = self.column(joined, sum(sizes), depth + 1)
        ends = list(accumulate(sizes))
        return [flat[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _within_limit(values: list[int]) -> list[int]:
    if values and not -_INT_LIMIT <= min(values) <= max(values) <= _INT_LIMIT:
        raise MalformedColumn("an integer of more than 63 bits")
    return values


def _require_texts(values: Sequence[object]) -> None:
    if not {*map(type, values)} <= {str}:
        raise MalformedColumn("not texts")


def _require_json(values: Sequence[object]) -> None:
    kinds = {*map(type, values)}
    if float in kinds and not all(isfinite(each) for each in values if type(each) is float):
        raise MalformedColumn("a number that JSON does not have")
    if kinds <= _ATOMS:
        return
    for value in values:
        if type(value) is list:
            _require_json(value)
        elif type(value) is dict:
            _require_texts([*value])
            _require_json([*value.values()])
        elif type(value) not in _ATOMS:
            raise MalformedColumn("a value that JSON does not have")
