"""The pages of a database file, each under its own authentication code.

Examined as bytes, since of a file with a wrong page in its schema SQLCipher says only that it is no
database. The format is SQLCipher 4's with a raw key: the salt stands first, and each page ends with
its initialisation vector and HMAC-SHA-512 over content, vector and number.
"""

import hashlib
import hmac
from pathlib import Path

PAGE, _SALT, _CODE = 4_096, 16, 64
_HMAC_SALT, _ROUNDS = 0x3A, 2


def damaged_pages(path: Path, key: bytes) -> list[int]:
    """The numbers of the pages that do not verify, the first first.

    What the log holds and the file does not yet is not examined.
    """
    found = []
    with path.open("rb") as file:
        salt = bytes(byte ^ _HMAC_SALT for byte in file.read(_SALT))
        authenticating = hashlib.pbkdf2_hmac("sha512", key, salt, _ROUNDS, 32)
        file.seek(0)
        number = 0
        while page := file.read(PAGE):
            number += 1
            content = page[_SALT if number == 1 else 0 : PAGE - _CODE]
            code = hmac.new(authenticating, content + number.to_bytes(4, "little"), "sha512")
            if not hmac.compare_digest(code.digest(), page[PAGE - _CODE :]):
                found.append(number)
    return found
