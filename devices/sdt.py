"""What an identity card reader says: SDT frames, and the layout of a card's text.

A frame is AA AA AA 96 69, a length of two bytes (big-endian, of all that follows), a body, and the
xor of length and body. A request's body is command, parameter, data; a reply's is 00 00, status,
data. The text of a card is 256 bytes of UTF-16LE in fixed fields, the photo 1024 bytes of WLT.
"""

import functools
import operator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from devices.driver import Fault
from edge.domain.errors import BadFrame, InvalidInput
from edge.domain.identity import Sex

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
TEXT_SIZE = 256
PHOTO_SIZE = 1024
_HEAD = len(PREAMBLE) + 2
_SHORTEST, _LONGEST = 3, 4096
_KIND_AT, _LINK_AT = 248, 250
# Where a name in Latin letters goes on in a second field.
_LATIN = 35
_LONG_TERM = "长期"
_SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}
# GB/T 3304, from 01 on.
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 "
    "高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 "
    "普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 "
    "珞巴 基诺"
)
_NATION_OF = {f"{code:02d}": name for code, name in enumerate(_NATIONS.split(), start=1)} | {
    "97": "其他",
    "98": "外国血统中国籍人士",
}
_CODE_OF = {name: code for code, name in _NATION_OF.items()}


class Command(IntEnum):
    """Command and parameter of a request, as one number."""

    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001


class Status(IntEnum):
    """The third status byte of a reply; any other is kept as a number."""

    OK = 0x90
    FOUND = 0x9F
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    READ_FAILED = 0x41
    CHECKSUM = 0x10
    LENGTH = 0x11
    UNKNOWN_COMMAND = 0x21
    SELF_TEST = 0x60
    UNAUTHORISED = 0x66


class CardKind(StrEnum):
    """Whose card it is, by the type character of its text."""

    CITIZEN = "citizen"
    HONGKONG_MACAO_TAIWAN = "hongkong_macao_taiwan"
    FOREIGNER = "foreigner"
    FOREIGNER_2023 = "foreigner_2023"


_TYPE_CHARACTERS = {
    "J": CardKind.HONGKONG_MACAO_TAIWAN,
    "I": CardKind.FOREIGNER,
    "Y": CardKind.FOREIGNER_2023,
}
_CHARACTER_OF = {kind: character for character, kind in _TYPE_CHARACTERS.items()}
_CITIZEN_FIELDS = (
    ("name", 30),
    ("sex", 2),
    ("nation", 4),
    ("birth", 16),
    ("address", 70),
    ("number", 36),
    ("issuer", 30),
    ("from", 16),
    ("to", 16),
)
# Fields before the type character at byte 248, in bytes.
_LAYOUTS = {
    CardKind.CITIZEN: _CITIZEN_FIELDS,
    # The permit is that for travelling to and from the mainland; the issues are counted.
    CardKind.HONGKONG_MACAO_TAIWAN: (
        *_CITIZEN_FIELDS,
        ("permit", 18),
        ("issues", 4),
        ("reserved", 6),
    ),
    CardKind.FOREIGNER: (
        ("latin_name", 120),
        ("sex", 2),
        ("number", 30),
        ("nation", 6),
        ("name", 30),
        ("from", 16),
        ("to", 16),
        ("birth", 16),
        ("version", 4),
        ("issuer", 8),
    ),
    CardKind.FOREIGNER_2023: (
        ("name", 30),
        ("sex", 2),
        ("issues", 4),
        ("birth", 16),
        ("latin_name", 70),
        ("number", 36),
        ("reserved", 30),
        ("from", 16),
        ("to", 16),
        ("latin_name_rest", 22),
        ("nation", 6),
    ),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says of its holder.

    `nation` is the Chinese name of the people (汉), for a foreigner the country code, for residents
    from Hong Kong, Macao and Taiwan empty; `valid_to` is None for 长期; `photo` is WLT, which only
    the vendor's library can open. What only some cards bear is empty on the others: `permit` and
    `issues` (times issued) of residents, `latin_name` of foreigners, `version` of their older card,
    `issues` (times renewed) and `link` (to earlier cards) of their newer one.
    """

    kind: CardKind
    name: str
    id_number: str
    sex: Sex
    nation: str
    birth_date: date
    address: str
    issuer: str
    valid_from: date
    valid_to: date | None
    photo: bytes
    latin_name: str = ""
    permit: str = ""
    issues: str = ""
    version: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer; `status` is a `Status` where it is a known one."""

    status: int
    data: bytes


def encode_request(command: Command, data: bytes = b"") -> bytes:
    """Frame a request."""
    return encode_frame(command.to_bytes(2, "big") + data)


def encode_reply(status: int, data: bytes = b"") -> bytes:
    """Frame a reply, as the far end does."""
    return encode_frame(bytes((0, 0, status)) + data)


def encode_frame(body: bytes) -> bytes:
    """Frame a body."""
    sealed = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + sealed + bytes((_xor(sealed),))


def decode_frame(received: bytes) -> tuple[bytes, bytes] | None:
    """Find the first sound frame, whatever noise precedes it: its body, and what follows it.

    None means that more must arrive. Raises `BadFrame` where there is a whole frame but no sound
    one: its length impossible or its xor wrong.
    """
    broken = ""
    waiting = False
    start = received.find(PREAMBLE)
    while start >= 0:
        body_at = start + _HEAD
        length = int.from_bytes(received[body_at - 2 : body_at], "big")
        if len(received) < body_at:
            waiting = True
        elif not _SHORTEST <= length <= _LONGEST:
            broken = f"length {length}"
        elif len(received) < body_at + length:
            waiting = True
        elif _xor(received[body_at - 2 : body_at + length]) != 0:
            broken = "checksum"
        else:
            return received[body_at : body_at + length - 1], received[body_at + length :]
        # Noise can hold a preamble of its own, so every later one is tried too.
        start = received.find(PREAMBLE, start + 1)
    if broken and not waiting:
        raise _bad(broken)
    return None


def decode_reply(body: bytes) -> Reply:
    """Split a reply's body; raises `BadFrame` where it is no reply."""
    if len(body) < 3 or body[:2] != b"\0\0":
        raise _bad("no reply")
    return Reply(body[2], body[3:])


def encode_card(card: Card) -> bytes:
    """Lay out the data of a read reply; raises `InvalidInput` where a field does not fit."""
    if len(card.photo) != PHOTO_SIZE:
        raise InvalidInput("card.field", field="photo")
    latin = card.latin_name
    if card.kind is CardKind.FOREIGNER_2023:
        latin = latin[:_LATIN]
    texts = {
        # Without a Chinese name, the Latin one serves as the name.
        "name": "" if card.name == card.latin_name else card.name,
        "latin_name": latin,
        "latin_name_rest": card.latin_name[_LATIN:],
        "permit": card.permit,
        "issues": card.issues,
        "version": card.version,
        "sex": {sex: code for code, sex in _SEXES.items()}[card.sex],
        "nation": _CODE_OF.get(card.nation, card.nation),
        "birth": f"{card.birth_date:%Y%m%d}",
        "address": card.address,
        "number": card.id_number,
        "issuer": card.issuer,
        "from": f"{card.valid_from:%Y%m%d}",
        "to": f"{card.valid_to:%Y%m%d}" if card.valid_to else _LONG_TERM,
    }
    text = b""
    for field, size in _LAYOUTS[card.kind]:
        text += _padded(texts.get(field, ""), size, field)
    text = text.ljust(_KIND_AT, b"\0") + _padded(_CHARACTER_OF.get(card.kind, " "), 2, "kind")
    text += _padded(card.link, TEXT_SIZE - _LINK_AT, "link")
    return len(text).to_bytes(2, "big") + PHOTO_SIZE.to_bytes(2, "big") + text + card.photo


def decode_card(data: bytes) -> Card:
    """Read the data of a read reply; raises `BadFrame` where it is not a card's."""
    text_size, photo_size = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if text_size != TEXT_SIZE or len(data) != 4 + text_size + photo_size:
        raise _bad(f"card of {len(data)} bytes")
    text, photo = data[4 : 4 + text_size], data[4 + text_size :]
    kind = _TYPE_CHARACTERS.get(_text(text[_KIND_AT : _KIND_AT + 2]), CardKind.CITIZEN)
    parts: dict[str, bytes] = {}
    at = 0
    for field, size in _LAYOUTS[kind]:
        parts[field] = text[at : at + size]
        at += size
    # A name that goes on in its second field may have a space at the seam.
    parts["latin_name"] = parts.get("latin_name", b"") + parts.get("latin_name_rest", b"")
    fields = {field: _text(part) for field, part in parts.items()}
    if fields["sex"] not in _SEXES:
        raise _bad("sex")
    nation = fields["nation"]
    return Card(
        kind=kind,
        name=fields["name"] or fields["latin_name"],
        id_number=fields["number"],
        sex=_SEXES[fields["sex"]],
        nation=_NATION_OF.get(nation, nation),
        birth_date=_date(fields["birth"]),
        address=fields.get("address", ""),
        issuer=fields.get("issuer", ""),
        valid_from=_date(fields["from"]),
        valid_to=None if fields["to"] == _LONG_TERM else _date(fields["to"]),
        photo=photo,
        latin_name=fields["latin_name"],
        permit=fields.get("permit", ""),
        issues=fields.get("issues", ""),
        version=fields.get("version", ""),
        link=_text(text[_LINK_AT:]),
    )


def _padded(text: str, size: int, field: str) -> bytes:
    spelt = text.encode("utf-16-le")
    if len(spelt) > size:
        raise InvalidInput("card.field", field=field)
    return spelt + " ".encode("utf-16-le") * ((size - len(spelt)) // 2)


def _text(field: bytes) -> str:
    try:
        return field.decode("utf-16-le").strip(" \0")
    except UnicodeDecodeError:
        raise _bad("text") from None


def _date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _bad("date") from None


def _xor(octets: bytes) -> int:
    return functools.reduce(operator.xor, octets, 0)


def _bad(detail: str) -> BadFrame:
    return BadFrame("device.card_reader.line", fault=Fault.LINE, detail=detail)
