"""Files: durable, encrypted, never silently changed."""

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.errors import Conflict, NotFound
from edge.store.blobs import PIECE, Blobs
from edge.store.keys import Keys

KEYS = Keys(bytes(range(32)))
LENGTHS = st.sampled_from([1, 2, 100, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 77])


@pytest.fixture(scope="module")
def shared() -> Blobs:
    return Blobs(Path(tempfile.mkdtemp(prefix="blobs-")), KEYS)


def content_of(length: int) -> bytes:
    return hashlib.shake_128(str(length).encode()).digest(length)


def files_of(blobs: Blobs) -> list[Path]:
    return [file for file in blobs.folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1, 5 * PIECE])
def test_what_was_put_is_read_back(tmp_path: Path, length: int) -> None:
    blobs = Blobs(tmp_path, KEYS)
    content = os.urandom(length)
    digest = blobs.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert blobs.has(digest)
    assert blobs.size(digest) == length
    assert Blobs(tmp_path, KEYS).read(digest) == content


def test_equal_contents_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, KEYS)
    assert blobs.put(b"same") == blobs.put(b"same")
    assert len(files_of(blobs)) == 1


def test_neither_name_nor_bytes_on_disk_tell_the_content(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, KEYS)
    digest = blobs.put(b"a paper that a thief may hold a copy of")
    (file,) = files_of(blobs)
    assert digest not in str(file)
    assert b"thief" not in file.read_bytes()


@given(length=LENGTHS, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=150)
def test_any_flipped_bit_is_noticed(shared: Blobs, length: int, where: float, bit: int) -> None:
    content = content_of(length)
    digest = shared.put(content)
    path = shared._path(digest)
    whole = path.read_bytes()
    altered = bytearray(whole)
    altered[int(where * len(whole))] ^= 1 << bit
    path.write_bytes(altered)
    try:
        with pytest.raises(Conflict) as caught:
            shared.read(digest)
        assert caught.value.key == "blob.damaged"
    finally:
        path.write_bytes(whole)
    assert shared.read(digest) == content


@given(length=LENGTHS, cut=st.integers(1, 100_000))
@settings(max_examples=50)
def test_any_cut_or_swap_is_noticed(shared: Blobs, length: int, cut: int) -> None:
    digest = shared.put(content_of(length))
    path = shared._path(digest)
    whole = path.read_bytes()
    other = shared._path(shared.put(content_of(length + 5)))
    try:
        for altered in (whole[: -min(cut, len(whole))], other.read_bytes()):
            path.write_bytes(altered)
            with pytest.raises(Conflict):
                shared.read(digest)
    finally:
        path.write_bytes(whole)


@given(length=LENGTHS, offset=st.integers(0, 4 * PIECE), size=st.integers(0, 3 * PIECE))
@settings(max_examples=150)
def test_any_range_equals_the_slice(shared: Blobs, length: int, offset: int, size: int) -> None:
    content = content_of(length)
    digest = shared.put(content)
    assert shared.read_range(digest, offset, size) == content[offset : offset + size]


def test_what_has_not_arrived_is_awaited(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, KEYS)
    digest = hashlib.sha256(b"elsewhere").hexdigest()
    assert not blobs.has(digest)
    for ask in (blobs.size, blobs.read):
        with pytest.raises(NotFound) as caught:
            ask(digest)
        assert caught.value.key == "blob.awaiting"


def test_a_crash_before_the_rename_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, KEYS)
    digest = blobs.put(b"content")
    sealed = blobs._path(digest).read_bytes()
    blobs._path(digest).rename(tmp_path / "incoming" / "0123456789")
    assert not blobs.has(digest)
    again = Blobs(tmp_path, KEYS)
    again.discard_unfinished()
    assert list((tmp_path / "incoming").iterdir()) == []
    assert again.put(b"content") == digest
    assert again._path(digest).read_bytes() == sealed


def test_another_box_key_finds_nothing(tmp_path: Path) -> None:
    digest = Blobs(tmp_path, KEYS).put(b"content")
    assert not Blobs(tmp_path, Keys(bytes(32))).has(digest)


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_file_is_kept_as_its_content_would_be(tmp_path: Path, size: int) -> None:
    content, source = os.urandom(size), tmp_path / "source"
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    blobs = Blobs(tmp_path / "blobs", Keys(bytes(32)))
    blobs.put_file(source, digest)
    assert blobs.read(digest) == content
    blobs.put_file(source, digest)


def test_a_file_of_another_digest_leaves_no_trace(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"another")
    blobs = Blobs(tmp_path / "blobs", Keys(bytes(32)))
    with pytest.raises(Conflict, match=r"blob\.damaged"):
        blobs.put_file(source, hashlib.sha256(b"this").hexdigest())
    assert [each for each in blobs.folder.rglob("*") if each.is_file()] == []
