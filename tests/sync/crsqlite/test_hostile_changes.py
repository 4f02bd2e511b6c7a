"""Malformed changes from a peer are errors, never the end of the process (patches 0003, 0004).

Each case runs in a child, since the fault it guards against ends the process.
"""

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest

CHILD = """
import json, sys
import crsqlite
import sqlcipher3.dbapi2 as sqlcipher

connection = sqlcipher.connect(":memory:", isolation_level=None)
crsqlite.load(connection)
connection.execute("create table entry (id blob primary key not null, head text)")
connection.execute("select crsql_as_crr('main', 'entry')").fetchone()
told = []
for change in json.load(sys.stdin):
    values = [bytes.fromhex(v[1:]) if isinstance(v, str) and v[:1] == "x" else v for v in change]
    try:
        connection.execute(
            'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id,'
            " cl, seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        told.append("merged")
    except sqlcipher.DatabaseError as error:
        told.append(str(error))
connection.execute("insert into entry values (x'00', 'local')")
rows = connection.execute("select count(*) from entry").fetchone()[0]
version = connection.execute("select crsql_db_version()").fetchone()[0]
print(json.dumps({"told": told, "rows": rows, "version": version}))
"""

SITE = "x" + "5a" * 16
GOOD_KEY = "x010c0107"


def run(changes: list[list[object]]) -> Any:
    """What a fresh database says to each change; its rows after one more local write."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(changes),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"child ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def change(
    table: object = "entry",
    pk: object = GOOD_KEY,
    column: object = "head",
    col_version: object = 1,
    db_version: object = 1,
    site: object = SITE,
    cl: object = 1,
    seq: object = 0,
) -> list[object]:
    return [table, pk, column, "forged", col_version, db_version, site, cl, seq]


def test_a_good_change_is_merged() -> None:
    assert run([change()]) == {"told": ["merged"], "rows": 2, "version": 2}


@pytest.mark.parametrize(
    "pk",
    [
        None,
        "x",
        "x00",
        "x01",
        "x0105",
        "x010c",
        "x010cff07",
        "x0149112233445566778899",
        "x01f9" + "11" * 31,
        "x0102",
        "x0107",
        "x010c010799",
        "x020c01070c0107",
        "x010b01ff",
    ],
    ids=[
        "null",
        "empty",
        "no column",
        "column missing",
        "null column",
        "length missing",
        "shorter than said",
        "integer of 9 bytes",
        "integer of 31 bytes",
        "real cut off",
        "unknown type",
        "bytes after the end",
        "one column too many",
        "text that is not UTF-8",
    ],
)
def test_malformed_key_is_refused(pk: str | None) -> None:
    said = run([change(pk=pk)])
    assert "malformed primary key" in said["told"][0]
    assert said["rows"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("db_version", 2**63 - 1),
        ("db_version", 2**53),
        ("db_version", -1),
        ("col_version", 2**63 - 1),
        ("col_version", -1),
        ("cl", 2**63 - 1),
        ("cl", 0),
        ("seq", -1),
    ],
)
def test_version_out_of_range_is_refused(field: str, value: int) -> None:
    said = run([change(**{field: value})])
    assert "out of range" in said["told"][0]
    assert (said["rows"], said["version"]) == (1, 1)


@pytest.mark.parametrize("site", [None, "x", "x5a", "x" + "5a" * 17])
def test_site_id_of_wrong_size_is_refused(site: str | None) -> None:
    said = run([change(site=site)])
    assert "site id" in said["told"][0]
    assert said["rows"] == 1


@pytest.mark.parametrize("name", ["x00", "xff", "entry\0", "\0"])
@pytest.mark.parametrize("field", ["table", "column"])
def test_malformed_name_is_refused(field: str, name: str) -> None:
    said = run([change(**{field: name})])
    assert "malformed table or column name" in said["told"][0]


@pytest.mark.parametrize("name", [None, "", "other", 7])
@pytest.mark.parametrize("field", ["table", "column"])
def test_unknown_name_is_refused(field: str, name: object) -> None:
    said = run([change(**{field: name})])
    assert said["told"][0] != "merged"
    assert said["rows"] == 1


def test_odd_values_in_any_two_places_never_end_the_process() -> None:
    odd: list[object] = [
        None,
        "x",
        "x00",
        SITE,
        "",
        "-1",
        "entry",
        0,
        -1,
        2,
        2**63 - 1,
        -(2**63),
        1.5,
    ]
    places = range(len(change()))
    changes = []
    for first, second in itertools.combinations(places, 2):
        for left, right in itertools.product(odd, repeat=2):
            forged = change()
            forged[first], forged[second] = left, right
            changes.append(forged)
    said = run(changes)
    assert len(said["told"]) == len(changes)
    assert said["version"] > 0


def test_no_short_key_ends_the_process() -> None:
    every_type_byte = [f"x{count:02x}{kind:02x}" for count in range(3) for kind in range(256)]
    with_tail = [f"{key}{'80' * size}" for key in every_type_byte for size in (1, 4, 8, 9)]
    keys = every_type_byte + with_tail
    said = run([change(pk=key) for key in keys])
    assert len(said["told"]) == len(keys)
