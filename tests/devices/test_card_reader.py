"""Identity cards: the frames, the layout, and the reader against a far end on a pty."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader import CardReader, Pace, Unreadable
from devices.driver import Fault, State
from devices.sdt import (
    PREAMBLE,
    Card,
    CardKind,
    Command,
    Status,
    decode_card,
    decode_frame,
    decode_reply,
    encode_card,
    encode_frame,
    encode_reply,
    encode_request,
)
from devices.simulators.card_reader import CardReaderFarEnd, ReaderFault, card_of
from devices.simulators.far_end import tell
from edge.domain.errors import BadFrame, InvalidInput
from edge.domain.identity import Sex, check_character

PACE = Pace(
    interval_s=0.02, answer_within_s=0.3, read_within_s=0.5, quiet_s=0.1, reopen_after_s=(0.05,)
)
OUYANG = Card(
    kind=CardKind.CITIZEN,
    name="欧阳建国",
    id_number="430703197806151238",
    sex=Sex.MALE,
    nation="汉",
    birth_date=date(1978, 6, 15),
    address="湖南省常德市鼎城区蒿子港镇文化街12号",
    issuer="常德市公安局鼎城分局",
    valid_from=date(2012, 3, 1),
    valid_to=None,
    photo=random.Random(1).randbytes(1024),
)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[CardReaderFarEnd]:
    with CardReaderFarEnd(tmp_path / "tty") as far:
        yield far


@pytest.fixture
def reader(far: CardReaderFarEnd, tmp_path: Path) -> Iterator[CardReader]:
    with CardReader(tmp_path / "tty", PACE) as reader:
        yield reader


def within(reader: CardReader, seconds: float) -> list[Card | Unreadable]:
    """Collect what is swiped in a while, then close the reader."""
    threading.Timer(seconds, reader.close).start()
    return list(reader.swipes())


def until_health(reader: CardReader, state: State) -> None:
    deadline = time.monotonic() + 10
    while reader.health().state is not state:
        assert time.monotonic() < deadline, reader.health()
        time.sleep(0.01)


# Frames ------------------------------------------------------------------------------------


def test_frames_are_those_of_the_published_traces() -> None:
    assert encode_request(Command.FIND).hex() == "aaaaaa96690003200122"
    assert encode_request(Command.SELECT).hex() == "aaaaaa96690003200221"
    assert encode_request(Command.READ).hex() == "aaaaaa96690003300132"
    assert encode_reply(Status.FOUND, bytes(4)).hex() == "aaaaaa9669000800009f0000000097"
    assert encode_reply(Status.OK, bytes(8)).hex() == "aaaaaa9669000c00009000000000000000009c"
    assert len(encode_reply(Status.OK, encode_card(OUYANG))) == 1295


bodies = st.binary(min_size=2, max_size=1400)
quiet_noise = st.binary(max_size=40).filter(lambda noise: PREAMBLE not in noise)
# Headers that noise could hold: two impossible lengths, one that would swallow what follows, and
# a preamble cut short.
false_headers = st.sampled_from(
    [PREAMBLE + b"\x00\x01", PREAMBLE + b"\xff\xff", PREAMBLE + b"\x0f\xff", PREAMBLE[:4]]
)


@given(bodies, st.binary(max_size=40))
def test_a_frame_gives_its_body_back_and_leaves_the_rest(body: bytes, rest: bytes) -> None:
    assert decode_frame(encode_frame(body) + rest) == (body, rest)


@given(st.lists(st.one_of(quiet_noise, false_headers), max_size=4), bodies)
def test_a_frame_is_found_after_any_noise(noise: list[bytes], body: bytes) -> None:
    received = b"".join(noise) + encode_frame(body)
    assert decode_frame(received) == (body, b"")


@given(bodies, st.data())
def test_a_frame_cut_short_is_waited_for(body: bytes, draw: st.DataObject) -> None:
    frame = encode_frame(body)
    cut = draw.draw(st.integers(0, len(frame) - 1))
    assert decode_frame(frame[:cut]) is None


@given(st.binary(min_size=2, max_size=200), st.data())
def test_one_wrong_byte_of_a_body_never_passes(body: bytes, draw: st.DataObject) -> None:
    frame = bytearray(encode_frame(body))
    at = draw.draw(st.integers(len(PREAMBLE) + 2, len(frame) - 1))
    frame[at] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(BadFrame):
        decode_frame(bytes(frame))


def test_an_impossible_length_is_a_bad_frame() -> None:
    with pytest.raises(BadFrame):
        decode_frame(PREAMBLE + b"\x00\x02\x00\x02")


@pytest.mark.parametrize("body", [b"", b"\x00\x00", b"\x01\x00\x90"])
def test_what_is_no_reply_is_a_bad_frame(body: bytes) -> None:
    with pytest.raises(BadFrame):
        decode_reply(body)


# Cards -------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-16", exclude_characters="\0 "), min_size=1, max_size=7)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
cards = st.builds(
    Card,
    kind=st.sampled_from([CardKind.CITIZEN, CardKind.HONGKONG_MACAO_TAIWAN]),
    name=words,
    id_number=st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    sex=st.sampled_from(Sex),
    nation=st.sampled_from(["汉", "回", "壮", "土家", "高山", "基诺", "其他"]),
    birth_date=days,
    address=words,
    issuer=words,
    valid_from=days,
    valid_to=st.one_of(st.none(), days),
    photo=st.binary(min_size=1024, max_size=1024),
)


@given(cards)
def test_a_card_gives_back_all_its_fields(card: Card) -> None:
    assert decode_card(encode_card(card)) == card


# The numbers are those of the specimens that the authorities published.
RESIDENT = replace(
    OUYANG, kind=CardKind.HONGKONG_MACAO_TAIWAN, name="陈大文", id_number="810000199408230021",
    sex=Sex.FEMALE, birth_date=date(1994, 8, 23), nation="", permit="H12345678", issues="01",
    valid_to=date(2027, 3, 1),
)  # fmt: skip
OLDER = replace(
    OUYANG, kind=CardKind.FOREIGNER, name="明德", latin_name="MEADE, JOHN ALEXANDER",
    id_number="USA110078061502", nation="USA", address="", issuer="1500", version="01",
    valid_to=date(2027, 3, 1),
)  # fmt: skip
NEWER = replace(
    OUYANG, kind=CardKind.FOREIGNER_2023, name="马里亚", id_number="911124198108030024",
    latin_name="MARTINEZ DE LA ROSA Y FERNANDEZ DE XY", sex=Sex.FEMALE, nation="CAN", address="",
    birth_date=date(1981, 8, 3), issuer="", issues="02", link="001", valid_to=date(2033, 12, 1),
)  # fmt: skip
LATIN = st.text("ABCDEFGHIJ ,", min_size=1, max_size=46).map(str.strip).filter(bool)


@given(
    st.sampled_from([RESIDENT, OLDER, NEWER]), st.one_of(st.just(""), words), LATIN, days,
    st.one_of(st.none(), days),
)  # fmt: skip
def test_the_cards_of_residents_and_foreigners_give_back_all_they_hold(
    card: Card, name: str, latin: str, born: date, until: date | None
) -> None:
    card = replace(card, name=name or card.name, birth_date=born, valid_to=until)
    if card.kind is not CardKind.HONGKONG_MACAO_TAIWAN:
        card = replace(card, name=name or latin, latin_name=latin)
    assert decode_card(encode_card(card)) == card


def test_the_fields_of_the_newer_cards_stand_where_they_are_published() -> None:
    """By places in bytes, as the rules for each card count them."""

    def at(card: Card, *places: tuple[int, int]) -> list[str]:
        text = encode_card(card)[4:260]
        return [text[start : start + size].decode("utf-16-le").strip() for start, size in places]

    resident = at(RESIDENT, (0, 30), (32, 4), (122, 36), (220, 18), (238, 4), (248, 2))
    assert resident == ["陈大文", "", "810000199408230021", "H12345678", "01", "J"]
    older = at(OLDER, (0, 120), (120, 2), (122, 30), (152, 6), (158, 30), (188, 16), (220, 16),
               (236, 4), (240, 8), (248, 2))  # fmt: skip
    assert older == ["MEADE, JOHN ALEXANDER", "1", "USA110078061502", "USA", "明德", "20120301",
                     "19780615", "01", "1500", "I"]  # fmt: skip
    newer = at(NEWER, (0, 30), (30, 2), (32, 4), (36, 16), (52, 70), (122, 36), (188, 16),
               (220, 22), (242, 6), (248, 2), (250, 6))  # fmt: skip
    assert newer == ["马里亚", "2", "02", "19810803", "MARTINEZ DE LA ROSA Y FERNANDEZ DE",
                     "911124198108030024", "20120301", "XY", "CAN", "Y", "001"]  # fmt: skip


def test_the_published_place_of_each_field_is_kept() -> None:
    text = encode_card(OUYANG)[4:260]
    assert text[:8].decode("utf-16-le") == "欧阳建国"
    assert text[30:52].decode("utf-16-le") == "10119780615"
    assert text[122:158].decode("utf-16-le") == "430703197806151238"
    assert text[188:208].decode("utf-16-le") == "20120301长期"


def test_a_name_too_long_for_a_card_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        encode_card(replace(OUYANG, name="长" * 16))
    assert caught.value.fields == {"field": "name"}


@given(st.binary(max_size=1400))
def test_what_is_no_card_is_a_bad_frame(data: bytes) -> None:
    with pytest.raises(BadFrame):
        decode_card(data)


@pytest.mark.parametrize("at", [4 + 30, 4 + 36, 4 + 188])
def test_a_card_with_a_senseless_field_is_a_bad_frame(at: int) -> None:
    data = bytearray(encode_card(OUYANG))
    data[at : at + 2] = b"\x00\xd8"
    with pytest.raises(BadFrame):
        decode_card(bytes(data))


# Reader ------------------------------------------------------------------------------------


def test_a_card_laid_down_is_read_whole(far: CardReaderFarEnd, reader: CardReader) -> None:
    far.present(OUYANG)
    assert next(reader.cards()) == OUYANG
    until_health(reader, State.READY)
    assert [found.kind for found in reader.discover()] == ["card_reader"]


@pytest.mark.parametrize("insists_on_lift", [True, False])
def test_a_card_left_lying_is_read_once_and_again_after_lifting(
    tmp_path: Path, insists_on_lift: bool
) -> None:
    with (
        CardReaderFarEnd(tmp_path / "tty", insists_on_lift) as far,
        CardReader(tmp_path / "tty", PACE) as reader,
    ):
        far.present(OUYANG)
        assert next(reader.cards()) == OUYANG
        time.sleep(0.3)
        far.lift()
        time.sleep(0.2)
        second = replace(OUYANG, name="欧阳建军")
        far.present(second)
        assert next(reader.cards()) == second
        assert within(reader, 0.3) == []


@pytest.mark.parametrize("mode", [ReaderFault.NOISE, ReaderFault.CHUNKED])
def test_noise_and_chunks_do_not_hinder_a_swipe(
    far: CardReaderFarEnd, reader: CardReader, mode: ReaderFault
) -> None:
    far.fault(mode)
    far.present(OUYANG)
    assert next(reader.cards()) == OUYANG


@pytest.mark.parametrize(
    ("mode", "fault"), [(ReaderFault.GARBLED, Fault.LINE), (ReaderFault.MUTE, Fault.TIMEOUT)]
)
def test_a_spoilt_reader_yields_no_card_says_so_and_recovers(
    far: CardReaderFarEnd, reader: CardReader, mode: ReaderFault, fault: Fault
) -> None:
    far.fault(mode)
    far.present(OUYANG)
    until_health(reader, State.FAULT)
    assert reader.health().fault is fault
    far.fault(ReaderFault.OK)
    assert next(reader.swipes()) == OUYANG
    until_health(reader, State.READY)


def test_an_unplugged_reader_is_absent_and_reads_again_when_back(
    far: CardReaderFarEnd, reader: CardReader
) -> None:
    until_health(reader, State.READY)
    far.unplug()
    until_health(reader, State.ABSENT)
    assert reader.discover() == []
    far.replug()
    far.present(OUYANG)
    assert next(reader.cards()) == OUYANG


def test_a_card_with_a_wrong_check_character_is_not_believed(
    far: CardReaderFarEnd, reader: CardReader
) -> None:
    far.present(replace(OUYANG, id_number="430703197806151231"))
    assert next(reader.swipes()) == Unreadable("id_number.check", {"expected": "8"})
    far.lift()
    time.sleep(0.2)
    far.present(OUYANG)
    assert next(reader.cards()) == OUYANG


@pytest.mark.parametrize("card", [RESIDENT, OLDER, NEWER], ids=lambda card: card.kind)
def test_every_kind_of_card_is_read_and_only_its_own_numbers_are_believed(
    far: CardReaderFarEnd, reader: CardReader, card: Card
) -> None:
    far.present(card)
    assert next(reader.swipes()) == card
    far.lift()
    time.sleep(0.2)
    far.present(replace(OUYANG, id_number=OLDER.id_number))
    assert isinstance(next(reader.swipes()), Unreadable)


def test_a_card_nobody_waited_for_gives_way_to_the_next(
    far: CardReaderFarEnd, reader: CardReader
) -> None:
    far.present(OUYANG)
    time.sleep(0.3)
    far.lift()
    time.sleep(0.2)
    second = replace(OUYANG, name="欧阳建军")
    far.present(second)
    time.sleep(0.3)
    assert within(reader, 0.1) == [second]


def test_a_card_of_plain_fields_takes_the_rest_from_its_number() -> None:
    stem = "33019919900101402"
    card = card_of({"name": "王㛃", "id_number": stem + check_character(stem)})
    assert (card.sex, card.birth_date) == (Sex.FEMALE, date(1990, 1, 1))
    told = {"kind": "foreigner", "name": "明德", "id_number": "USA110078061502"}
    older = card_of({**told, "sex": "male", "birth_date": "1978-06-15", "version": "01"})
    assert (older.birth_date, older.nation, older.version) == (date(1978, 6, 15), "", "01")
    with pytest.raises(ValueError, match="Sex"):
        card_of(told)


def test_the_simulated_reader_runs_by_itself_and_obeys_its_socket(tmp_path: Path) -> None:
    link = tmp_path / "tty"
    command = [sys.executable, "-m", "devices.simulators.card_reader", "--link", str(link)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        assert far.stdout.readline().startswith("ready ")
        fields = json.dumps({"name": "欧阳建国", "id_number": OUYANG.id_number})
        with CardReader(link, PACE) as reader:
            assert tell(link, f"present {fields}") == "ok"
            assert next(reader.cards()).name == "欧阳建国"
            assert tell(link, "lift") == "ok"
        assert tell(link, "present {}").startswith("error ")
        wrong = json.dumps({"name": "甲", "id_number": "430703197806151231"})
        assert tell(link, f"present {wrong}").startswith("error id_number.check")
        far.send_signal(signal.SIGTERM)
        assert far.wait(10) == 0
    assert not link.is_symlink()
