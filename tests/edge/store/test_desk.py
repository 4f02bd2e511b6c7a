"""What belongs to one machine: drafts, running numbers, files at hand."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from edge.store import desk
from edge.store.blobs import Blobs
from edge.store.database import Connection
from edge.store.keys import Keys
from edge.store.papers import take_number
from edge.workflows.office import Office
from tests.offices import office_in


def test_a_draft_is_kept_by_clerk_and_task_until_dropped(office: Office) -> None:
    def work(connection: Connection) -> None:
        for clerk, task, name in (
            ("a", "receive", "王"),
            ("a", "lend", "李"),
            ("b", "receive", "赵"),
        ):
            desk.save_draft(connection, clerk, task, {"name": name}, 1)
        desk.save_draft(connection, "a", "receive", {"name": "王建"}, 2)
        desk.drop_draft(connection, "a", "lend")

    office.space.write(work)
    with office.space.read() as connection:
        assert desk.draft_of(connection, "a", "receive") == {"name": "王建"}
        assert desk.draft_of(connection, "b", "receive") == {"name": "赵"}
        assert desk.draft_of(connection, "a", "lend") is None


def test_drafts_leave_no_trace_in_what_is_replicated(office: Office) -> None:
    office.space.write(lambda c: desk.save_draft(c, "a", "receive", {"name": "王"}, 1))
    with office.space.read() as connection:
        assert connection.execute("select count(*) from crsql_changes").fetchone() == (0,)


def test_a_number_is_given_once_however_many_ask_and_whatever_fails(tmp_path: Path) -> None:
    def fail(connection: Connection) -> None:
        take_number(connection, "proof")
        raise ValueError

    numbers: list[int] = []
    for _ in range(2):
        with office_in(tmp_path) as office, ThreadPoolExecutor(8) as pool:
            take = [
                pool.submit(office.space.write, lambda c: take_number(c, "proof"))
                for _ in range(20)
            ]
            pool.submit(office.space.write, fail)
            numbers += [each.result() for each in take]
    assert sorted(numbers) == list(range(1, 41))


def test_one_content_put_many_times_at_once_is_one_whole_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path, Keys(bytes(32)))
    content = bytes(300_000)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: blobs.put(content), range(16)))
    (digest,) = digests
    assert blobs.read(digest) == content
    assert list((tmp_path / "incoming").iterdir()) == []
