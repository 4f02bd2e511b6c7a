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

from sync.quota import Quota

MAX_DEPTH = 12
# In hexadecimal digits: ids, which share most of their bytes with those made next to them.
_ID_WIDTH, _LEAST_WIDTH = 32, 8
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_INT_LIMIT = 1 << 62
_CONSTANTS = frozenset({str, int, bool, type(None)})
_ATOMS = _CONSTANTS | {float}


class MalformedColumn(ValueError):
    """What was offered is not a packed column of that many values."""


def pack(values: Sequence[Any], quota: Quota) -> list[Any]:
    """Pack values of JSON's types; raises TooMuch, and OverflowError for integers over 63 bits."""
    return _Packing(quota).column(values, 0)


def unpack(packed: object, count: int, quota: Quota) -> list[Any]:
    """Give the values back; raises MalformedColumn."""
    try:
        values = _Unpacking(quota).column(packed, count, 0)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise MalformedColumn(str(error)) from error
    return values


class _Packing:
    def __init__(self, quota: Quota) -> None:
        self._quota = quota

    def column(self, values: Sequence[Any], depth: int) -> list[Any]:
        self._quota.take(len(values))
        kinds = {*map(type, values)}
        if len(kinds) == 1 and depth < MAX_DEPTH:
            (kind,) = kinds
            if kind is str:
                return self._texts(values)
            if kind is int:
                return _pack_integers(values)
            if kind in (bool, type(None)) and len(set(values)) == 1:
                return ["c", values[0]]
            if kind is dict:
                return self._maps(values, depth)
            if kind is list:
                lengths = self.column([*map(len, values)], depth + 1)
                return ["l", lengths, self.column([*chain(*values)], depth + 1)]
        if not kinds <= _ATOMS:
            _count_nested(self._quota, values)
        return ["v", [*values]]

    def _texts(self, values: Sequence[str]) -> list[Any]:
        distinct = set(values)
        repeated = _pack_repeated(values, distinct)
        if repeated is None:
            return _pack_hexadecimal(values, distinct) or ["v", [*values]]
        self._quota.take(text=sum(map(len, values)))
        return repeated

    def _maps(self, values: Sequence[dict[str, Any]], depth: int) -> list[Any]:
        shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        order = []
        for value in values:
            shape = tuple(value)
            shapes.setdefault(shape, []).append(value)
            order.append(shape)
        groups = []
        for shape, group in shapes.items():
            if len(shapes) > 1:
                self._quota.take(len(group))
            self._quota.take(text=len("".join(shape)) * len(group))
            columns = [self.column([each[key] for each in group], depth + 1) for key in shape]
            groups.append(["m", [*shape], columns])
        if len(groups) == 1:
            return groups[0]
        position = {shape: number for number, shape in enumerate(shapes)}
        return ["s", groups, self.column([position[shape] for shape in order], depth + 1)]


def _pack_repeated(values: Sequence[str], distinct: set[str]) -> list[Any] | None:
    if len(distinct) == 1:
        return ["c", values[0]]
    if len(distinct) <= 255 and len(distinct) * 4 <= len(values):
        names = sorted(distinct)
        index = {name: position for position, name in enumerate(names)}
        return ["e", names, bytes(index[value] for value in values)]
    return None


def _pack_hexadecimal(values: Sequence[str], distinct: set[str]) -> list[Any] | None:
    width = len(values[0])
    if width < _LEAST_WIDTH or width % 2:
        return None
    joined = "".join(values)
    if {*map(len, values)} != {width} or not _HEX.fullmatch(joined):
        return None
    plain = bytes.fromhex(joined)
    # Whole ids that come again are found by the compressor where they stand whole.
    if width == _ID_WIDTH and 4 * len(distinct) > 3 * len(values):
        return ["t", width, b"".join(plain[place::16] for place in range(16))]
    return ["x", width, plain]


def _pack_integers(values: Sequence[int]) -> list[Any]:
    least, greatest = min(values), max(values)
    if max(-least, greatest) > _INT_LIMIT:
        raise OverflowError("an integer of more than 63 bits")
    if least == greatest:
        return ["c", least]
    return ["i", [values[0], *map(sub, values[1:], values)]]


class _Unpacking:
    def __init__(self, quota: Quota) -> None:
        self._quota = quota

    def column(self, packed: Any, count: int, depth: int) -> list[Any]:
        if depth > 2 * MAX_DEPTH or count < 0:
            raise MalformedColumn("too deep, or of a negative length")
        self._quota.take(count)
        form, *parts = packed
        values = self._by_form(form, parts, count, depth)
        if len(values) != count:
            raise MalformedColumn("a column of another length")
        return values

    def _by_form(self, form: object, parts: list[Any], count: int, depth: int) -> list[Any]:
        match form, parts:
            case "c", [value] if type(value) in _CONSTANTS:
                self._quota.take(text=len(value) * count if type(value) is str else 0)
                return [value] * count
            case "e", [names, bytes(indexes)] if len(indexes) == count:
                _require_texts(names)
                values = [names[index] for index in indexes]
                self._quota.take(text=sum(map(len, values)))
                return values
            case "x", [int(width), bytes(joined)] if width >= _LEAST_WIDTH:
                if 2 * len(joined) != width * count:
                    raise MalformedColumn("digits of another length")
                digits = joined.hex()
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
                _count_nested(self._quota, values)
                return values
        raise MalformedColumn("an unknown form")

    def _maps(self, keys: list[str], columns: list[Any], count: int, depth: int) -> list[Any]:
        if len(keys) != len(columns) or len(set(keys)) != len(keys):
            raise MalformedColumn("keys without columns")
        _require_texts(keys)
        self._quota.take(text=len("".join(keys)) * count)
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


def _count_nested(quota: Quota, values: Sequence[object]) -> None:
    """Count what lies within these values, themselves aside."""
    if {*map(type, values)} <= _ATOMS:
        return
    for value in values:
        if type(value) is list:
            quota.take(len(value))
            _count_nested(quota, value)
        elif type(value) is dict:
            quota.take(2 * len(value))
            _count_nested(quota, [*value.values()])


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
