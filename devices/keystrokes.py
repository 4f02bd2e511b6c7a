"""What a gun that types says: input events of the kernel, and the characters that they spell.

An event is the kernel's `struct input_event`: a time (two longs), type and code (two bytes each)
and a value (four bytes). A gun sends the key codes of an American keyboard whatever layout the
machine has, so they are spelt here and no layout or input method can spoil them. Guns that are set
to "universal keyboard" hold Alt and type a character's number on the keypad; that is spelt too.
"""

import struct
from collections.abc import Iterable

EVENT = struct.Struct("llHHi")
SYN, KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED = 0, 1
ENTER, TAB, KEYPAD_ENTER, CAPS_LOCK = 28, 15, 96, 58
SHIFTS, ALTS = frozenset((42, 54)), frozenset((56, 100))
_ENDS = frozenset((ENTER, TAB, KEYPAD_ENTER))
LONGEST = 512
# The first key code of each row, and what its keys give without and with shift.
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
_PLAIN = {first + at: each for first, row, _ in _ROWS for at, each in enumerate(row)}
_SHIFTED = {first + at: each for first, _, row in _ROWS for at, each in enumerate(row)}
_KEYPAD = range(71, 84)


class Keystrokes:
    """Makes whole codes of what a gun types, each ended by Enter or Tab."""

    def __init__(self) -> None:
        self._rest = b""
        self._text = ""
        self._held: set[int] = set()
        self._capitals = self._dropped = False
        self._numbered = ""

    def feed(self, octets: bytes) -> list[str]:
        """Take events as they come, cut anywhere; give the codes that they end.

        An empty text stands for a code of which the kernel lost a part.
        """
        received = self._rest + octets
        whole = len(received) - len(received) % EVENT.size
        self._rest = received[whole:]
        codes = []
        for _, _, kind, code, value in EVENT.iter_unpack(received[:whole]):
            if kind == SYN and code == SYN_DROPPED:
                self._dropped = True
                self._held.clear()
            elif kind == KEY and code in _ENDS and value == PRESSED:
                if self._text or self._dropped:
                    codes.append("" if self._dropped else self._text)
                self.cut()
            elif kind == KEY:
                self._key(code, value)
        return codes

    def cut(self) -> bool:
        """Forget what was begun; says whether there was anything."""
        begun = bool(self._text or self._dropped)
        self._text, self._numbered, self._dropped = "", "", False
        return begun

    def _key(self, code: int, value: int) -> None:
        if value == RELEASED:
            self._held.discard(code)
            if code in ALTS and self._numbered:
                self._say(chr(int(self._numbered)))
                self._numbered = ""
        elif value == PRESSED:
            self._press(code)

    def _press(self, code: int) -> None:
        key = _PLAIN.get(code, "")
        if code in SHIFTS | ALTS:
            self._held.add(code)
        elif code == CAPS_LOCK:
            self._capitals = not self._capitals
        elif self._held & ALTS:
            # Five digits are enough for what bar codes hold, and always name a character.
            if code in _KEYPAD and key.isdigit() and len(self._numbered) < 5:
                self._numbered += key
        elif key:
            shifted = bool(self._held & SHIFTS) is not (key.isalpha() and self._capitals)
            self._say(_SHIFTED[code] if shifted else key)

    def _say(self, character: str) -> None:
        if len(self._text) < LONGEST:
            self._text += character


def typed(text: str, end: int = ENTER) -> bytes:
    """Write the events of a gun that types `text`; raises KeyError for what it has no key for."""
    return b"".join(_stroke(character) for character in text) + _tap(end)


def _stroke(character: str) -> bytes:
    plain = {each: code for code, each in _PLAIN.items() if code not in _KEYPAD}
    if character in plain:
        return _tap(plain[character])
    shifted = {each: code for code, each in _SHIFTED.items() if code not in _KEYPAD}
    left = min(SHIFTS)
    return events([(left, PRESSED)]) + _tap(shifted[character]) + events([(left, RELEASED)])


def _tap(code: int) -> bytes:
    return events([(code, PRESSED)]) + events([(code, RELEASED)])


def events(keys: Iterable[tuple[int, int]]) -> bytes:
    """Write key events (code, value), closed by a report as the kernel does."""
    written = [EVENT.pack(0, 0, KEY, code, value) for code, value in keys]
    return b"".join((*written, EVENT.pack(0, 0, SYN, SYN_REPORT, 0)))
