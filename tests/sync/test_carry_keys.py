"""Encrypting to an Ed25519 key: the map to X25519, and what is bound to what."""

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.domain.errors import PeerRefused
from edge.store.keys import Keys
from sync.carry_keys import exchange_private, exchange_public, unwrap, wrap

# Ed25519 public and secret key, X25519 public and secret key, as libsodium's test suite
# (ed25519_convert) gives them for this seed.
SEED = "421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee"
PUBLIC = "f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50"


def test_the_map_agrees_with_libsodium() -> None:
    signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED))
    public = signing.public_key().public_bytes_raw().hex()
    assert exchange_public(public).public_bytes_raw().hex() == PUBLIC


def test_the_base_points_meet() -> None:
    # RFC 7748 §4.1: y = 4/5 is Ed25519's base point, u = 9 is X25519's.
    base = "58" + "66" * 31
    assert exchange_public(base).public_bytes_raw() == (9).to_bytes(32, "little")


@pytest.mark.parametrize("seed", range(20))
def test_both_halves_stay_one_pair(seed: int) -> None:
    keys = Keys(bytes([seed]) * 32)
    private = exchange_private(keys.signing)
    assert private.public_key() == exchange_public(keys.public_key)


@pytest.mark.parametrize(
    "key", ["", "00", "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ff" * 32, "00" * 33]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        exchange_public(key)


def test_only_the_receiver_opens_and_only_in_its_context() -> None:
    receiver, other, key = Keys(bytes(32)), Keys(bytes([1]) * 32), os.urandom(32)
    sealed = wrap(key, receiver.public_key, "stick 1")
    assert unwrap(sealed, receiver.signing, "stick 1") == key
    for signing, context in ((other.signing, "stick 1"), (receiver.signing, "stick 2")):
        with pytest.raises(PeerRefused, match=r"carry\.forged"):
            unwrap(sealed, signing, context)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 47, 79, 81])
def test_a_wrapped_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(PeerRefused, match=r"carry\.forged"):
        unwrap(bytes(length), Keys(bytes(32)).signing, "")
