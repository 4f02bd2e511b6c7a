"""The screen of the exchange says what the county has and has not got, and why."""

from edge.store.holdings import MASTER, THUMBNAIL, Tally
from edge.web.parts import NeighbourStanding, SyncStanding
from tests.edge.web.conftest import Desk
from tests.offices import NOON


def test_files_are_told_by_class_with_what_is_done_and_what_waits(desk: Desk) -> None:
    desk.sign_in()
    desk.standing = SyncStanding(
        online=True,
        confirmed_at=NOON,
        files=(
            Tally(THUMBNAIL, named=12, held=12, held_bytes=90_000),
            Tally(MASTER, named=12, held=10, held_bytes=9 << 20, unsent=3, unsent_bytes=3 << 20),
        ),
        sending=(3, 6),
        masters_wait="22:00",
    )
    shown = desk.get("/sync").text
    for words in (
        "已到县里 12/12",
        "已到县里 7/10",
        "等着传 3 件，3.0 MB",
        "还没取回 2 件",
        "正在上传 3/6",
        "原件等到 22:00 再传",
    ):
        assert words in shown, words


def test_what_was_set_aside_says_why_in_words(desk: Desk) -> None:
    desk.sign_in()
    desk.standing = SyncStanding(
        online=True,
        confirmed_at=NOON,
        quarantined=1,
        reasons=(("segment.signature", {"sender": "ab"}, NOON),),
    )
    shown = desk.get("/sync").text
    assert "segment.signature" not in shown
    assert "1 包" in shown


def test_why_the_county_took_nothing_is_said_with_its_places(desk: Desk) -> None:
    desk.sign_in()
    desk.standing = SyncStanding(
        online=True,
        confirmed_at=NOON,
        error="sync.schema_ahead",
        error_fields={"theirs": 8, "ours": 7},
    )
    assert "资料版本 8，本机 7" in desk.get("/sync").text


def test_a_box_that_mended_itself_says_so(desk: Desk) -> None:
    desk.sign_in()
    assert "已自动补齐" not in desk.get("/sync").text
    desk.standing = SyncStanding(online=True, confirmed_at=NOON, healed_at=NOON)
    assert "已自动补齐" in desk.get("/sync").text


def test_what_a_neighbour_has_got_is_not_said_to_be_the_countys(desk: Desk) -> None:
    desk.sign_in()
    beside = (
        NeighbourStanding(2, NOON, near=True),
        NeighbourStanding(3, None, near=True, error="sync.unreachable"),
        NeighbourStanding(4, NOON, near=False),
    )
    desk.standing = SyncStanding(online=False, confirmed_at=NOON, unsent=5, neighbours=beside)
    shown = " ".join(desk.get("/sync").text.split())
    for words in (
        "邻机 2 号</dt>",
        "12:00 已互传（县里尚未收到）</dd>",
        "邻机 3 号</dt><dd>还没有互传过，刚才没有接通，会自动再试</dd>",
        "12:00 已互传（县里尚未收到），现在找不到它</dd>",
    ):
        assert words in shown, words
    desk.standing = SyncStanding(online=True, confirmed_at=NOON, neighbours=beside[:1])
    assert "尚未收到" not in desk.get("/sync").text


def test_a_loop_that_is_down_is_told_in_words_and_measured(desk: Desk) -> None:
    desk.sign_in()
    desk.troubles = {"climate": "", "seal": ""}
    assert "程序里停住的" not in desk.get("/sync").text
    desk.troubles = {"climate": "device.climate.timeout", "card-reader": "", "later": "broken"}
    shown = desk.get("/sync").text
    for words in ("程序里停住的", "温湿度", "后台任务", "正在自动重试"):
        assert words in shown, words
    assert "timeout" not in shown
    measured = desk.get("/metrics").text
    assert 'dangxia_loop_well{loop="climate"} 0' in measured
    assert 'dangxia_loop_well{loop="card-reader"} 1' in measured
