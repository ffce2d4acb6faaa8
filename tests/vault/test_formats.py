# SPDX-License-Identifier: Apache-2.0
"""Stored files of every released format open, and a second reader written from docs/formats.md alone agrees."""

import hashlib
import hmac
import json
import shutil
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM1024PrivateKey
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from reviewer_app.vault import credentials, rotation
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.credentials import DeviceSecret, NewPerson
from reviewer_app.vault.recovery import from_text
from reviewer_app.vault.slots import COPIES, SlotFile
from tests.vault.layout import create_layout

DATA = Path(__file__).parents[1] / "data" / "keys"
ANN, PASSPHRASE = "a" * 32, "ann keeps the keys here"
RECOVERY = "98K755EM-8CNMZCAX-YZ0RF1N4-P28XPN6E-QTK38PTF-GV1P126F-2WC6DHBJ-W3HH2XCT"
BLOB = "0123456789abcdef0123456789abcdef"
BLOB_KEY = bytes.fromhex("c57e26a41800ddabc7070c6c5f005933f8b7992c7cd0ce039ccdfc7f4f1b400e0dbb77233f990263")
PLAIN = b"evaluation log\n" * 100


@pytest.fixture
def vault(tmp_path):
    folder = tmp_path / "old.vault"
    create_layout(folder)
    for name in COPIES:
        shutil.copyfile(DATA / "slots-format-1", folder / name)
    (folder / "blobs" / BLOB[:2]).mkdir()
    shutil.copyfile(DATA / "blob-format-1", folder / "blobs" / BLOB[:2] / BLOB)
    return folder


def test_slots_and_attachments_of_format_1_open(vault):
    file = SlotFile.read(vault)
    opened = file.unlock(ANN, PASSPHRASE)
    assert opened.person.name == "Ann Officer"
    assert opened.keychain.root == file.unlock_with_recovery(RECOVERY).keychain.root
    with Blobs(vault, opened.keychain.blob_key).open(BLOB, BLOB_KEY, len(PLAIN), "log") as reader:
        assert reader.read_at(0, len(PLAIN)) == PLAIN


def kbkdf(key, label, context, length):
    output, counter = b"", 0
    while len(output) < length:
        counter += 1
        block = counter.to_bytes(4, "big") + label + b"\0" + context + (8 * length).to_bytes(4, "big")
        output += hmac.digest(key, block, "sha512")
    return output[:length]


def second_reader(data, slot_of, seeds_key):
    """The root key, by the words of docs/formats.md and nothing of ours; every statement about the file is checked."""
    text, digest, seal, end = data.split(b"\n")
    assert end == b""
    assert hashlib.sha512(text).hexdigest().encode() == digest
    assert unicodedata.is_normalized("NFC", text.decode())
    content = json.loads(text)
    assert sorted(content) == ["epochs", "format", "generation", "policy", "slots", "vault"]
    slot = next(slot for slot in content["slots"] if slot["type"] == slot_of)
    key = seeds_key(slot["kdf"])
    private = MLKEM1024PrivateKey.from_seed_bytes(aes_key_unwrap(key, bytes.fromhex(slot["kem_seed"])))
    assert private.public_key().public_bytes_raw().hex() == slot["kem_public"]
    if slot_of == "passphrase":
        signing = MLDSA87PrivateKey.from_seed_bytes(aes_key_unwrap(key, bytes.fromhex(slot["sign_seed"])))
        assert signing.public_key().public_bytes_raw().hex() == slot["sign_public"]
    epoch, reach = content["epochs"][-1], slot["roots"][-1]
    assert reach["epoch"] == epoch["number"]
    bound = bytes.fromhex(content["vault"]) + epoch["number"].to_bytes(4, "big")
    secret = private.decapsulate(bytes.fromhex(reach["ciphertext"]))
    wrapping = kbkdf(secret, b"reviewer/1 root key", bound + bytes.fromhex(slot["person"]), 32)
    root = aes_key_unwrap(wrapping, bytes.fromhex(reach["wrapped"]))
    assert hmac.digest(kbkdf(root, b"reviewer/1 slot file", bound, 64), text, "sha512").hex().encode() == seal
    return root


def by_passphrase(kdf):
    assert (kdf["name"], kdf["rounds"]) == ("pbkdf2-hmac-sha512", 600_000)
    stretched = hashlib.pbkdf2_hmac("sha512", PASSPHRASE.encode(), bytes.fromhex(kdf["salt"]), kdf["rounds"], 32)
    return kbkdf(stretched, b"reviewer/1 seeds by passphrase", b"", 32)


def by_recovery_key(kdf):
    assert (kdf["name"], kdf["rounds"]) == ("kbkdf-hmac-sha512", 0)
    return kbkdf(from_text(RECOVERY), b"reviewer/1 seeds by recovery key", bytes.fromhex(kdf["salt"]), 32)


@pytest.mark.parametrize(
    ("slot_of", "seeds_key"), [("passphrase", by_passphrase), ("recovery", by_recovery_key)], ids=["person", "recovery"]
)
def test_a_second_reader_reaches_the_same_root_key(vault, slot_of, seeds_key):
    root = second_reader((DATA / "slots-format-1").read_bytes(), slot_of, seeds_key)
    assert root == SlotFile.read(vault).unlock(ANN, PASSPHRASE).keychain.root


def by_passphrase_and_device(kdf):
    stretched = hashlib.pbkdf2_hmac("sha512", PASSPHRASE.encode(), bytes.fromhex(kdf["salt"]), kdf["rounds"], 32)
    return kbkdf(stretched + bytes(32), b"reviewer/1 seeds by passphrase and device", b"", 32)


@pytest.mark.parametrize("pending", [False, True], ids=["one epoch", "two epochs"])
def test_a_second_reader_reaches_the_same_root_key_in_the_present_format(tmp_path, monkeypatch, pending):
    monkeypatch.setattr(credentials, "FLOOR", 1_000)
    file, keychain, _ = SlotFile.create(
        tmp_path, policy={}, people=[NewPerson("Ann", ("officer",), PASSPHRASE, ANN)], rounds=1_000
    )
    opened = file.unlock(ANN, PASSPHRASE)
    file.set_device(opened, PASSPHRASE, DeviceSecret(bytes(32), "KWallet", "Linux", "KDE", "2026-11-24"), rounds=1_000)
    if pending:
        keychain = rotation.begin(file, opened, rotation.prepare(file, opened, now=datetime.now(UTC))).keychain
    root = second_reader((tmp_path / "slots.b").read_bytes(), "passphrase", by_passphrase_and_device)
    assert root == keychain.root
