"""The golden test: passes on our build, and notices a build that is not."""

import time
from pathlib import Path
from typing import Any

import crsqlite
import pytest
import sqlcipher3.dbapi2 as sqlcipher


def test_our_build_passes_with_less_than_300_milliseconds_of_processor() -> None:
    started = time.process_time()
    crsqlite.check()
    assert time.process_time() - started < 0.3


def test_a_build_without_the_patches_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    body = Path(crsqlite.loadable_path()).read_bytes()
    assert b"0.16.3+dangxia." in body
    stranger = tmp_path / "crsqlite.so"
    stranger.write_bytes(body.replace(b"0.16.3+dangxia.", b"0.16.3+unknown."))
    monkeypatch.setenv("DANGXIA_CRSQLITE", str(stranger))
    with pytest.raises(crsqlite.GoldenMismatch) as caught:
        crsqlite.check()
    assert caught.value.key == "crsqlite.unpatched"


class SignExtending(sqlcipher.Connection):  # type: ignore[misc]  # sqlcipher3 ships no types
    """Packs as a build does whose sizes are signed: one byte more where the top bit is set."""

    def enable_load_extension(self, enabled: bool) -> None:
        super().enable_load_extension(enabled)
        if not enabled:
            self.create_function("crsql_pack_columns", 1, _pack_with_signed_sizes)


def _pack_with_signed_sizes(value: str | int) -> bytes:
    size = len(value) if isinstance(value, str) else value
    width = (size.bit_length() + 8) // 8 if size else 0
    head = bytes([1, width << 3 | (3 if isinstance(value, str) else 1)])
    return head + size.to_bytes(width, "big", signed=True) + str(value).encode()


def test_wrongly_packed_keys_are_noticed() -> None:
    with pytest.raises(crsqlite.GoldenMismatch) as caught:
        crsqlite.check(lambda: SignExtending(":memory:", isolation_level=None))
    assert caught.value.key == "crsqlite.packing"


def test_values_cut_short_on_the_way_are_noticed() -> None:
    def connect() -> Any:
        connection = sqlcipher.connect(":memory:", isolation_level=None)
        connection.text_factory = lambda body: body[:255].decode()
        return connection

    with pytest.raises(crsqlite.GoldenMismatch) as caught:
        crsqlite.check(connect)
    assert caught.value.key == "crsqlite.round_trip"
    assert caught.value.fields == {"case": "text of 256 bytes"}
