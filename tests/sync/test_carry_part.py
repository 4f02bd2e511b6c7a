"""A part gives back what was put in, or says that it is damaged."""

import os
import tracemalloc
from pathlib import Path

import pytest

from edge.domain.errors import InvalidInput
from edge.store.carriage import Part
from sync.carry_part import PIECE, PartReader, PartWriter

KEY = bytes(range(32))


def written(folder: Path, contents: list[bytes], number: int = 1) -> tuple[Path, Part]:
    path = folder / f"{number:06}.part"
    index = [(bytes([n]) * 32, len(each)) for n, each in enumerate(contents)]
    with PartWriter(path, KEY, number, "files", index) as writer:
        for content in contents:
            writer.write(content)
        assert not path.exists()
        return path, writer.finish()


CONTENTS = [b"", b"x", os.urandom(PIECE), os.urandom(2 * PIECE + 5), os.urandom(7)]


@pytest.mark.parametrize("skipped", [frozenset(), {0, 2}, {3}, {1, 2, 3}, {0, 1, 2, 3, 4}])
def test_contents_come_back_and_may_be_passed_over(tmp_path: Path, skipped: set[int]) -> None:
    path, part = written(tmp_path, CONTENTS)
    with PartReader(path, KEY, part) as reader:
        for number, (_, size) in enumerate(reader.index):
            if number in skipped:
                reader.skip(size)
            else:
                chunks = list(reader.read(size))
                assert b"".join(chunks) == CONTENTS[number]
                assert all(len(chunk) <= PIECE for chunk in chunks)
        reader.check_whole()
    assert path.stat().st_size == part.size


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_the_rest_is_everything(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path, part = written(tmp_path, [content])
    with PartReader(path, KEY, part) as reader:
        assert b"".join(reader.rest()) == content
        reader.check_whole()


def _read(path: Path, part: Part, key: bytes = KEY) -> None:
    with PartReader(path, key, part) as reader:
        for _, size in reader.index:
            for _ in reader.read(size):
                pass
        reader.check_whole()


@pytest.mark.parametrize("at", [0, 5, 21, 30, 200, PIECE // 2, PIECE + 300, -1, -20])
def test_a_flipped_bit_is_noticed(tmp_path: Path, at: int) -> None:
    path, part = written(tmp_path, CONTENTS)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"carry\.part_damaged"):
        _read(path, part)


@pytest.mark.parametrize("cut", [1, 17, PIECE + 16, 2 * (PIECE + 16), 3 * PIECE])
def test_a_shortened_part_is_noticed_whatever_size_is_claimed(tmp_path: Path, cut: int) -> None:
    path, part = written(tmp_path, CONTENTS)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(InvalidInput, match=r"carry\.part_damaged"):
        _read(path, part)
    with pytest.raises(InvalidInput, match=r"carry\.part_damaged"):
        _read(path, Part(part.number, part.kind, path.stat().st_size, part.digest))


def test_parts_cannot_take_each_others_place(tmp_path: Path) -> None:
    path, part = written(tmp_path, [b"one"], 1)
    for other in (Part(2, "files", part.size, part.digest), Part(1, "held", part.size, "")):
        with pytest.raises(InvalidInput, match=r"carry\.part_damaged"):
            _read(path, other)
    with pytest.raises(InvalidInput, match=r"carry\.part_damaged"):
        _read(path, part, bytes(32))


def test_memory_stays_at_a_few_pieces(tmp_path: Path) -> None:
    tracemalloc.start()
    path = tmp_path / "1.part"
    piece = bytes(PIECE)
    with PartWriter(path, KEY, 1, "files", [(bytes(32), 64 * PIECE)]) as writer:
        for _ in range(64):
            writer.write(piece)
        part = writer.finish()
    with PartReader(path, KEY, part) as reader:
        assert sum(len(chunk) for chunk in reader.read(64 * PIECE)) == 64 * PIECE
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * PIECE
