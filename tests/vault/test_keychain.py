# SPDX-License-Identifier: Apache-2.0
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.errors import UnsafeBuild
from reviewer_app.vault import keychain
from reviewer_app.vault.keychain import Keychain, WrongKey, derive, self_test, unwrap, wrap

VAULT = "0123456789abcdef0123456789abcdef"
ROOT = bytes(range(32))
SALT = bytes(range(16))
PURPOSES = ("database_key", "journal_key", "blob_key", "slot_key", "attempts_key")


def by_the_formula(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """SP 800-108r1, section 4.1, step by step with the standard library's HMAC."""
    output = b""
    for counter in range(1, -(-length // 64) + 1):
        block = counter.to_bytes(4, "big") + label + b"\0" + context + (length * 8).to_bytes(4, "big")
        output += hmac.digest(key, block, "sha512")
    return output[:length]


@given(st.binary(min_size=16, max_size=64), st.binary(min_size=1), st.binary(min_size=1), st.integers(1, 200))
def test_derivation_follows_the_published_formula(key, label, context, length):
    assert derive(key, label, context, length) == by_the_formula(key, label, context, length)


def test_every_purpose_has_its_own_key_bound_to_vault_and_epoch():
    context = bytes.fromhex(VAULT) + b"\0\0\0\7"
    chain = Keychain(ROOT, VAULT, 7, SALT)
    expected = {
        "database_key": by_the_formula(ROOT, b"reviewer/1 database cipher", context, 32)
        + by_the_formula(ROOT, b"reviewer/1 database mac", context, 32)
        + SALT,
        "journal_key": by_the_formula(ROOT, b"reviewer/1 journal anchor", context, 64),
        "blob_key": by_the_formula(ROOT, b"reviewer/1 blob wrapping", context, 32),
        "slot_key": by_the_formula(ROOT, b"reviewer/1 slot file", context, 64),
        "attempts_key": by_the_formula(ROOT, b"reviewer/1 attempts", context, 64),
    }
    assert {purpose: getattr(chain, purpose) for purpose in PURPOSES} == expected


def test_keys_of_a_fixed_root_never_change():
    """These bytes open vaults that exist: a change here is a change of format."""
    chain = Keychain(ROOT, VAULT, 1, SALT)
    assert [getattr(chain, purpose)[:8].hex() for purpose in PURPOSES] == [
        "a60f405dd0d66c8b",
        "2e061bc93de651f1",
        "ffcb3762101065fc",
        "cb5092154417668b",
        "861f5b8c83092073",
    ]
    assert [len(getattr(chain, purpose)) for purpose in PURPOSES] == [80, 64, 32, 64, 64]


@pytest.mark.parametrize(
    "other",
    [
        Keychain(bytes(32), VAULT, 1, SALT),
        Keychain(ROOT, VAULT[::-1], 1, SALT),
        Keychain(ROOT, VAULT, 2, SALT),
    ],
)
def test_another_root_vault_or_epoch_gives_other_keys(other):
    chain = Keychain(ROOT, VAULT, 1, SALT)
    assert all(getattr(chain, purpose) != getattr(other, purpose) for purpose in PURPOSES)


@pytest.mark.parametrize(("root", "salt"), [(bytes(31), SALT), (bytes(33), SALT), (ROOT, b""), (ROOT, bytes(17))])
def test_a_root_or_salt_of_another_length_is_refused(root, salt):
    with pytest.raises(ValueError, match="32 bytes"):
        Keychain(root, VAULT, 1, salt)


def test_printing_a_keychain_shows_no_key():
    chain = Keychain(ROOT, VAULT, 1, SALT)
    shown = f"{chain!r} {chain}"
    keys = [ROOT, *(getattr(chain, purpose) for purpose in PURPOSES)]
    assert not [key for key in keys if key.hex() in shown or repr(key) in shown]
    assert VAULT in shown


def test_wrapping_gives_eight_more_bytes_and_back():
    assert len(wrap(ROOT, bytes(32))) == 40
    assert unwrap(ROOT, wrap(ROOT, SALT * 2)) == SALT * 2


@pytest.mark.parametrize("place", range(40))
def test_any_changed_byte_of_a_wrapped_key_is_refused(place):
    wrapped = bytearray(wrap(ROOT, bytes(32)))
    wrapped[place] ^= 1
    with pytest.raises(WrongKey):
        unwrap(ROOT, bytes(wrapped))


@pytest.mark.parametrize("wrapped", [b"", bytes(8), bytes(39), bytes(41)])
def test_a_wrapped_key_of_an_odd_length_is_refused(wrapped):
    with pytest.raises(WrongKey):
        unwrap(ROOT, wrapped)


def test_self_test_counts_its_known_answers():
    assert self_test() == keychain.EXPECTED_TESTS == 10


def test_a_wrong_answer_names_its_algorithm(monkeypatch):
    monkeypatch.setitem(keychain.KNOWN_ANSWERS, "AES-KW", lambda: False)
    with pytest.raises(UnsafeBuild, match="AES-KW gives a wrong result"):
        self_test()


def test_an_algorithm_that_does_not_work_is_named(monkeypatch):
    def refuses():
        raise WrongKey

    monkeypatch.setitem(keychain.KNOWN_ANSWERS, "ML-DSA-87", refuses)
    with pytest.raises(UnsafeBuild, match="ML-DSA-87 does not work"):
        self_test()


def test_a_removed_known_answer_is_noticed(monkeypatch):
    monkeypatch.delitem(keychain.KNOWN_ANSWERS, "KBKDF")
    with pytest.raises(UnsafeBuild, match="9 of 10"):
        self_test()
