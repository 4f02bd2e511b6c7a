"""Small files without which a machine never comes up again: whole, or not there."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.store.keys import Keys
from sync.tls import make_certificate
from sync.wire import Pins

PINS = Pins("https://hub", "h", "k", "c", "510101", "某县")


@contextmanager
def no_room() -> Iterator[None]:
    """Have this process write nothing into any file, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("make", "read"),
    [
        (lambda at: Keys.make(at / "box.key"), lambda at: Keys.load(at / "box.key").id),
        (lambda at: PINS.save(at / "pins.json"), lambda at: Pins.load(at / "pins.json")),
        (
            lambda at: make_certificate(at, ["localhost"]),
            lambda at: (at / "certificate.pem").read_bytes() + (at / "key.pem").read_bytes(),
        ),
    ],
    ids=["key", "pins", "certificate"],
)
def test_what_a_full_disk_cut_short_is_made_again(
    tmp_path: Path, make: Callable[[Path], object], read: Callable[[Path], object]
) -> None:
    with no_room(), pytest.raises(OSError, match="File too large"):
        make(tmp_path)
    assert [each for each in tmp_path.iterdir() if each.suffix != ".new"] == []
    make(tmp_path)
    assert read(tmp_path)
    assert [each for each in tmp_path.iterdir() if each.suffix == ".new"] == []
    if (key := tmp_path / "box.key").exists():
        with pytest.raises(FileExistsError):
            Keys.make(key)
        assert Keys.load(key).id == read(tmp_path)
        assert key.stat().st_mode & 0o777 == 0o600
