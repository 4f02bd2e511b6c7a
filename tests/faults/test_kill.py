"""kill -9 while filing: what was acknowledged is there, and nothing is half there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from random import Random

from edge.domain.entry import first_break
from edge.domain.kinds import Kind
from edge.store.branches import chain_head
from edge.store.captures import waiting_captures
from edge.store.database import Connection
from edge.store.dossiers import dossier_of, material_of, pages_of
from edge.store.entries import all_entries, entries_of_box
from edge.store.projection import dump, rebuild
from edge.workflows.digitising import close_abandoned_batches
from edge.workflows.office import Office
from tests.offices import close_office, office_in, open_office

ROOT = Path(__file__).resolve().parents[2]
KILLS = 24
Told = dict[str, list[str]]


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done_however_often_killed(
    tmp_path: Path,
) -> None:
    folder, random, told = tmp_path / "office", Random(20), defaultdict[str, list[str]](list)
    close_office(open_office(folder))
    clerk = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.filing", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    )  # fmt: skip
    try:
        for _ in range(KILLS):
            kill_one_life(clerk, random.randint(1, 24), random.uniform(0, 0.03), told)
            with office_in(folder) as office:
                check_record(office, told)
    finally:
        clerk.kill()
        clerk.communicate()
    assert len(told["opened"]) > KILLS // 2
    assert min(len(told[each]) for each in ("dossier", "page", "capture", "material")) > KILLS // 2
    with office_in(folder) as office:
        check_pages_survive(office, told)
        check_rebuild(office)


def kill_one_life(clerk: "subprocess.Popen[str]", acts: int, delay: float, told: Told) -> None:
    """Kill a life soon after it has told of so many acts, however fast the machine is."""
    assert clerk.stdin is not None
    assert clerk.stdout is not None
    clerk.stdin.write("live\n")
    clerk.stdin.flush()
    pid, heard = 0, 0
    while True:
        what, name = json.loads(clerk.stdout.readline())
        if what == "dead":
            break
        told[what].append(str(name))
        # Told things may come before the id: the life does not wait for its parent.
        if what == "pid":
            pid = name
        heard += 1
        if pid and heard >= acts:
            time.sleep(delay)
            os.kill(pid, signal.SIGKILL)
            acts = 1 << 30
    assert pid


def check_record(office: Office, told: Told) -> None:
    with office.space.read() as connection:
        for dossier in told["dossier"]:
            dossier_of(connection, dossier)
        for material in told["material"]:
            assert material_of(connection, material).pages == len(pages_of(connection, material))
        for material in told["reclassified"]:
            assert material_of(connection, material).category == "4-1"
        chain = list(entries_of_box(connection, office.author.box))
        assert first_break(chain) is None
        last = chain[-1] if chain else None
        assert chain_head(connection, office.author.box)[0] == (last.n if last else 0)
        assert len(chain) == connection.execute("select count(*) from entry").fetchone()[0]
        check_whole_acts(connection)
        named = [bytes(digest).hex() for (digest,) in connection.execute("select digest from blob")]
    assert all(office.blobs.has(digest) for digest in named)
    assert list((office.blobs.folder / "incoming").iterdir()) == []


def check_whole_acts(connection: Connection) -> None:
    # Reception writes person, dossier and custody in one transaction.
    counted = dict(connection.execute("select kind, count(*) from history group by kind"))
    assert (
        counted.get(Kind.PERSON_REGISTERED, 0)
        == counted.get(Kind.DOSSIER_REGISTERED, 0)
        == counted.get(Kind.CUSTODY_RECEIVED, 0)
    )
    torn = connection.execute(
        "select id from material where pages <> (select count(*) from page where owner = id) "
        "union all select id from capture where pages <> (select count(*) from page "
        "where owner = id)"
    ).fetchall()
    assert torn == []


def check_pages_survive(office: Office, told: Told) -> None:
    close_abandoned_batches(office)
    assert close_abandoned_batches(office) == 0
    with office.space.read() as connection:
        recorded = {
            bytes(blob).hex()
            for (blob,) in connection.execute(
                "select blob from page p join capture c on c.id = p.owner"
            )
        }
        assert waiting_captures(connection)
    assert set(told["page"]) <= recorded
    for blob in told["page"]:
        office.blobs.read(blob)


def check_rebuild(office: Office) -> None:
    def again(connection: Connection) -> tuple[bytes, bytes]:
        before = dump(connection)
        rebuild(connection, all_entries(connection))
        return before, dump(connection)

    before, after = office.space.write(again)
    assert before == after
