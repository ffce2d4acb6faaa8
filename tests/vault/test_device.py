# SPDX-License-Identifier: Apache-2.0
"""The device secret and the keyrings that may hold it: security notes 10, fault row 15."""

import base64
import hmac
import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import keyring.errors
import pytest
from keyring.backends import null

from reviewer_app.errors import DeviceSecretWrong, KeyringUnavailable
from reviewer_app.vault import device, keyrings
from reviewer_app.vault.device import HELD, USER, Kept, fetch, forget, keep, offered, probe

ROOT = Path(__file__).parent.parent.parent
CHILD = Path(__file__).with_name("keyring_session.py")
VAULT, PERSON = "a" * 32, "b" * 32
SERVICE = f"reviewer-app {VAULT} {PERSON}"
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
SHORT = 0.2


class Fake:
    """A keyring in memory; a test replaces what shall go wrong."""

    def __init__(self):
        self.entries: dict[tuple[str, str], str] = {}
        self.calls: list[str] = []

    def get_password(self, service, username):
        self.calls.append("get")
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.calls.append("set")
        self.entries[service, username] = password

    def delete_password(self, service, username):
        self.calls.append("delete")
        if self.entries.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("no such entry")


def absent():
    raise RuntimeError("not here")


@pytest.fixture
def fake(monkeypatch):
    """The one keyring of this session."""
    fake = Fake()
    offer(monkeypatch, {"Secret Service": lambda: fake, "KWallet": absent})
    return fake


def offer(monkeypatch, makers):
    here = keyrings.system()
    monkeypatch.setattr(keyrings, "BACKENDS", {name: (here, make) for name, make in makers.items()})
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    monkeypatch.setattr(keyrings, "_turn", threading.Lock())


def refused(work, *arguments, error=KeyringUnavailable, **named):
    with pytest.raises(error) as caught:
        work(*arguments, **named)
    return caught.value.facts["reason"]


# --- storing and reading ---------------------------------------------------------------------------------------------


def test_a_secret_is_stored_and_read_as_44_characters_under_the_vaults_and_the_persons_name(fake):
    secret, kept = keep(VAULT, PERSON, NOW)
    assert len(secret) == 32
    assert fake.entries == {(SERVICE, USER): base64.b64encode(secret).decode()}
    assert len(fake.entries[SERVICE, USER]) == 44
    assert fetch(VAULT, PERSON, kept) == secret


def test_what_is_kept_beside_it_is_text_that_names_the_place_and_not_the_secret(fake):
    secret, kept = keep(VAULT, PERSON, NOW, random=lambda length: b"k" * length)
    desktop = "GNOME" if sys.platform == "linux" else ""
    assert kept[:4] == ("Secret Service", keyrings.system(), desktop, "2026-11-25")
    label = b"reviewer/1 device secret check\0"
    block = b"\0\0\0\1" + label + bytes.fromhex(VAULT + PERSON) + b"\0\0\0\x40"  # SP 800-108r1, section 4.1
    assert kept.check == hmac.digest(secret, block, "sha512")[:8].hex()
    shown = repr(kept) + kept.told()
    assert not [form for form in (secret.hex(), base64.b64encode(secret).decode(), repr(secret)) if form in shown]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (Kept("Secret Service", "Linux", "GNOME", "2026-11-25"), "kept in the Secret Service on GNOME, 25 Nov 2026"),
        (Kept("KWallet", "Linux", "KDE", "2027-01-02"), "kept in KWallet on KDE, 2 Jan 2027"),
        (
            Kept("Windows Credential Manager", "Windows", "", "2026-11-25"),
            "kept in the Windows Credential Manager on Windows, 25 Nov 2026",
        ),
        (Kept("x\u202e\n" + "y" * 99, "", "", "soon"), "kept in the x??" + "y" * 37 + " on , on an unknown day"),
    ],
)
def test_a_place_is_told_to_people_whatever_the_slot_file_says(kept, told):
    assert kept.told() == told


def test_two_secrets_differ_and_each_person_has_their_own_entry(fake):
    one, kept = keep(VAULT, PERSON, NOW)
    other, _ = keep(VAULT, "c" * 32, NOW)
    assert one != other
    assert fetch(VAULT, PERSON, kept) == one
    assert len(fake.entries) == 2


def test_a_trial_leaves_nothing_behind(fake):
    assert probe() == "Secret Service"
    assert fake.entries == {}
    assert fake.calls == ["set", "get", "delete", "get"]


def test_forgetting_removes_the_entry_and_again_is_no_mistake(fake):
    _, kept = keep(VAULT, PERSON, NOW)
    forget(VAULT, PERSON, kept)
    forget(VAULT, PERSON, kept)
    assert fake.entries == {}


def test_an_entry_that_is_there_is_written_over_only_when_a_person_says_so(fake):
    first, kept = keep(VAULT, PERSON, NOW)
    assert refused(keep, VAULT, PERSON, NOW) == HELD
    assert fetch(VAULT, PERSON, kept) == first
    second, kept = keep(VAULT, PERSON, NOW, replace=True)
    assert fetch(VAULT, PERSON, kept) == second != first


# --- what a keyring may do instead -----------------------------------------------------------------------------------


def test_without_a_keyring_nothing_is_offered_and_the_reason_is_told(monkeypatch):
    offer(monkeypatch, {"Secret Service": absent, "KWallet": absent})
    assert offered() == []
    assert refused(probe) == refused(keep, VAULT, PERSON, NOW) == keyrings.NONE_HERE


def test_the_error_says_what_to_do(monkeypatch):
    offer(monkeypatch, {"Secret Service": absent})
    with pytest.raises(KeyringUnavailable) as caught:
        fetch(VAULT, PERSON, Kept("Secret Service", "Linux", "GNOME", "2026-11-25"))
    assert str(caught.value) == (
        "This computer's keyring cannot be used: the secret was kept in the Secret Service on GNOME, 25 Nov 2026; this "
        "session offers none. Sign in at the desktop's keyring and try again, or use the recovery key, which never needs it."
    )


@pytest.mark.parametrize("name", ["Secret Service", "", "keyring.backends.null", "hostile.Keyring"])
def test_another_keyring_than_the_one_of_storing_is_not_asked(monkeypatch, name):
    other = Fake()
    offer(monkeypatch, {"KWallet": lambda: other, "Secret Service": absent})
    other.entries[SERVICE, USER] = base64.b64encode(bytes(32)).decode()
    for work in (fetch, forget):
        assert refused(work, VAULT, PERSON, Kept(name, "Linux", "GNOME", "2026-11-25")).endswith("offers KWallet")
    assert other.calls == []


def test_the_next_keyring_is_used_for_storing_where_the_first_does_not_do_as_told(monkeypatch):
    good = Fake()
    offer(monkeypatch, {"Secret Service": null.Keyring, "libsecret": absent, "KWallet": lambda: good})
    assert offered() == ["Secret Service", "KWallet"]
    assert keep(VAULT, PERSON, NOW)[1].backend == "KWallet"


@pytest.mark.parametrize("locked", [keyring.errors.KeyringLocked("no"), keyring.errors.InitError("Prompt dismissed")])
def test_a_locked_keyring_is_told_as_such_and_nothing_is_made(fake, locked):
    secret, kept = keep(VAULT, PERSON, NOW)
    before = dict(fake.entries)

    def refuse(*_arguments):
        raise locked

    fake.get_password = fake.set_password = fake.delete_password = refuse
    for work in (fetch, forget):
        assert refused(work, VAULT, PERSON, kept) == keyrings.LOCKED
    assert refused(keep, VAULT, PERSON, NOW, replace=True) == refused(probe) == keyrings.LOCKED
    assert fake.entries == before
    del fake.get_password
    assert fetch(VAULT, PERSON, kept) == secret


@pytest.mark.parametrize("kind", [OSError, ValueError, KeyError, RuntimeError])
def test_whatever_a_keyring_raises_is_told_by_its_kind_alone(fake, kind):
    _, kept = keep(VAULT, PERSON, NOW)

    def refuse(*_arguments):
        raise kind("words of a keyring, with an entry in them")

    fake.get_password = refuse
    assert refused(fetch, VAULT, PERSON, kept) == f"it refused with {kind.__name__}"


def test_nothing_found_never_means_that_a_new_one_is_made(fake):
    _, kept = keep(VAULT, PERSON, NOW)
    fake.entries.clear()
    fake.calls.clear()
    assert refused(fetch, VAULT, PERSON, kept) == f"it shows no entry of this vault and person, which was {kept.told()}"
    assert fake.calls == ["get"]
    assert fake.entries == {}


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "secret",
        "A" * 44,  # of 33 bytes
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(64)).decode(),
        base64.b64encode(bytes(32)).decode() + "\n",
        " " + base64.b64encode(bytes(32)).decode(),
        base64.b64encode(bytes(32)).decode()[:-2] + "B=",  # the same bytes, written otherwise
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        "é" * 44,
    ],
)
def test_an_entry_of_another_form_is_not_the_secret_and_stays(fake, entry):
    _, kept = keep(VAULT, PERSON, NOW)
    fake.entries[SERVICE, USER] = entry
    assert refused(fetch, VAULT, PERSON, kept, error=DeviceSecretWrong) == "it has another form"
    assert fake.entries == {(SERVICE, USER): entry}


def test_a_secret_of_another_time_vault_or_person_is_told_from_a_mistyped_passphrase(fake):
    _, kept = keep(VAULT, PERSON, NOW)
    text = fake.entries[SERVICE, USER]
    keep(VAULT, PERSON, NOW, replace=True)
    assert refused(fetch, VAULT, PERSON, kept, error=DeviceSecretWrong) == "it is the secret of another time"
    fake.entries[f"reviewer-app {VAULT} {'c' * 32}", USER] = text
    assert refused(fetch, VAULT, "c" * 32, kept, error=DeviceSecretWrong) == "it is the secret of another time"
    assert len(fetch(VAULT, PERSON, kept._replace(check=""))) == 32


@pytest.mark.parametrize("answer", ["another", None])
def test_what_comes_back_otherwise_than_stored_is_not_used_and_goes(fake, answer):
    get = fake.get_password

    def differ(service, username):
        return answer if (service, username) in fake.entries and username == USER else get(service, username)

    fake.get_password = differ
    assert refused(keep, VAULT, PERSON, NOW) == keyrings.OTHER
    assert fake.entries == {}


def test_a_keyring_that_takes_everything_and_keeps_nothing_is_noticed(monkeypatch):
    offer(monkeypatch, {"Secret Service": null.Keyring})
    assert refused(probe) == refused(keep, VAULT, PERSON, NOW) == keyrings.OTHER


def test_a_keyring_that_removes_nothing_is_noticed(fake):
    fake.delete_password = lambda *_arguments: None
    assert refused(keep, VAULT, PERSON, NOW) == refused(probe) == keyrings.KEEPS_ALL
    kept = Kept("Secret Service", "Linux", "GNOME", "2026-11-25")
    fake.entries[SERVICE, USER] = "x"
    assert refused(forget, VAULT, PERSON, kept) == keyrings.KEEPS_ALL


# --- a keyring that does not answer ----------------------------------------------------------------------------------


class Gate:
    """Stops a keyring's method until the test opens it, and tells when it went on to its end."""

    def __init__(self, fake, name):
        self.entered, self.opened = threading.Event(), threading.Event()
        method = getattr(fake, name)

        def wait(*arguments):
            self.entered.set()
            assert self.opened.wait(20)
            return method(*arguments)

        setattr(fake, name, wait)

    def open(self):
        """Lets the late answer come, and waits until every thread is done."""
        self.opened.set()
        for thread in threading.enumerate():
            if thread.name == "keyring":
                thread.join(20)


def test_nobody_waits_for_a_silent_keyring_longer_than_the_limit(fake):
    _, kept = keep(VAULT, PERSON, NOW)
    gate = Gate(fake, "get_password")
    start = time.monotonic()
    reason = refused(fetch, VAULT, PERSON, kept, seconds=SHORT)
    assert reason == "it did not answer within 0.2 seconds and may be waiting for its own password"
    assert refused(offered, seconds=SHORT) == reason  # the first question still stands
    assert time.monotonic() - start < 2
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "keyring")
    gate.open()
    assert fetch(VAULT, PERSON, kept)


def test_the_limit_is_five_seconds_where_nothing_else_is_said():
    assert keyrings.SECONDS == 5
    for work in (offered, probe, keep, fetch, forget):
        assert work.__kwdefaults__["seconds"] == 5


def test_a_silent_keyring_while_it_is_looked_for_costs_no_more(monkeypatch):
    opened = threading.Event()
    offer(monkeypatch, {"Secret Service": lambda: opened.wait(20)})
    for work, arguments in ((offered, ()), (keep, (VAULT, PERSON, NOW))):
        assert "did not answer" in refused(work, *arguments, seconds=SHORT)
    opened.set()


@pytest.mark.parametrize("method", ["get_password", "set_password", "delete_password"])
def test_a_late_answer_stores_nothing(fake, method):
    gate = Gate(fake, method)
    assert "did not answer" in refused(keep, VAULT, PERSON, NOW, seconds=SHORT)
    assert gate.entered.is_set()
    gate.open()
    assert fake.entries == {}


def test_a_secret_that_was_stored_too_late_goes_again(fake):
    probe()
    gate = Gate(fake, "set_password")
    waiting = fake.set_password
    fake.set_password = lambda service, username, password: (
        waiting if username == USER else Fake.set_password.__get__(fake)
    )(service, username, password)
    assert "did not answer" in refused(keep, VAULT, PERSON, NOW, seconds=SHORT)
    gate.open()
    assert fake.entries == {}
    assert fake.calls[-2:] == ["set", "delete"]


def test_a_question_that_nobody_waits_for_any_more_is_not_asked(fake):
    _, kept = keep(VAULT, PERSON, NOW)
    gate = Gate(fake, "get_password")
    fake.calls.clear()
    for work in (fetch, forget, fetch):
        refused(work, VAULT, PERSON, kept, seconds=SHORT)
    gate.open()
    assert fake.calls == ["get"]
    assert (SERVICE, USER) in fake.entries


def test_a_late_answer_removes_nothing_that_was_there(fake, monkeypatch):
    secret, kept = keep(VAULT, PERSON, NOW)
    gate = Gate(fake, "get_password")
    refused(keep, VAULT, PERSON, NOW, replace=True, seconds=SHORT)
    gate.open()
    finding = SimpleNamespace(present=keyrings.present)
    gate = Gate(finding, "present")
    monkeypatch.setattr(device, "present", finding.present)
    refused(forget, VAULT, PERSON, kept, seconds=SHORT)
    gate.open()
    assert fetch(VAULT, PERSON, kept) == secret


# --- what the environment would choose -------------------------------------------------------------------------------

PROPERTIES = {
    "PRIORITY": "99",
    "PERSIST": "enterprise",
    "SCHEME": "KeePassXC",
    "PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session",
    "APPID": "somebody else",
    "KEYCHAIN": "elsewhere",
    "COLLECTION": "session",
    "GET_PASSWORD": "no method",
}


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Everything by which somebody else could choose a keyring; the module leaves a mark when it is imported."""
    folder, config = tmp_path / "hostile", tmp_path / "config"
    (config / "python_keyring").mkdir(parents=True)
    folder.mkdir()
    (folder / "hostile.py").write_text(
        "import pathlib, keyring.backends.null\n"
        f"pathlib.Path({str(tmp_path / 'mark')!r}).touch()\n"
        "class Keyring(keyring.backends.null.Keyring): priority = 99\n"
    )
    (config / "python_keyring" / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=hostile.Keyring\nkeyring-path={folder}\n"
    )
    variables = {f"KEYRING_PROPERTY_{name}": value for name, value in PROPERTIES.items()}
    variables |= {"XDG_CONFIG_HOME": str(config), "LOCALAPPDATA": str(config), "KEYCHAIN_PATH": "elsewhere"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "mark", variables


def test_every_keyring_is_made_as_if_the_environment_said_nothing(hostile, monkeypatch):
    from keyring.backends import SecretService, Windows, kwallet, libsecret, macOS

    kinds = [SecretService.Keyring, Windows.WinVaultKeyring, kwallet.DBusKeyring, libsecret.Keyring, macOS.Keyring]
    for kind in kinds:
        deaf = keyrings._deafened(kind)()
        assert isinstance(deaf, kind)
        assert set(vars(deaf)) <= {"handle"}
    with pytest.raises(AttributeError):  # what an instance made as usual meets
        SecretService.Keyring()


def test_the_entry_stays_on_this_computer_in_windows(hostile, monkeypatch):
    from keyring.backends import Windows

    written = []
    store = SimpleNamespace(
        CRED_PERSIST_LOCAL_MACHINE=2, CRED_PERSIST_ENTERPRISE=3, CRED_TYPE_GENERIC=1,
        CredWrite=lambda credential, _flags: written.append(credential),
    )  # fmt: skip
    monkeypatch.setattr(Windows, "missing_deps", False)
    monkeypatch.setattr(Windows, "win32cred", store, raising=False)
    monkeypatch.setattr(Windows.WinVaultKeyring, "_read_credential", lambda _self, _target: None)
    keyrings._windows().set_password(SERVICE, USER, "x" * 44)
    assert [(each["TargetName"], each["UserName"], each["Persist"]) for each in written] == [(SERVICE, USER, 2)]


def test_the_keychain_of_macos_is_the_systems_own(hostile, monkeypatch):
    from keyring.backends import macOS

    monkeypatch.setattr(macOS.Keyring, "keychain", "elsewhere")
    monkeypatch.setattr(macOS.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(macOS, "api", None, raising=False)
    assert keyrings._macos().keychain is None


def test_only_five_keyrings_are_known_and_none_of_another_system_is_made(monkeypatch):
    made = []
    assert [name for name, _ in keyrings.BACKENDS.values()] == ["Windows", "macOS", "Linux", "Linux", "Linux"]
    for system in ("Windows", "macOS", "Linux", "freebsd15"):
        monkeypatch.setattr(keyrings, "system", lambda system=system: system)
        makers = {name: (where, lambda name=name: made.append(name)) for name, (where, _) in keyrings.BACKENDS.items()}
        monkeypatch.setattr(keyrings, "BACKENDS", makers)
        keyrings.present()
    assert made == list(keyrings.BACKENDS)


def test_neither_keyring_nor_the_estimate_of_strength_is_loaded_before_it_is_needed():
    script = (
        "import sys, reviewer_app.vault.credentials, reviewer_app.vault.device\n"
        "sys.exit(bool({'keyring', 'secretstorage', 'zxcvbn_rs_py'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60).returncode == 0


# --- a real Secret Service -------------------------------------------------------------------------------------------

linux = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
UNLOCKED = 'gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
LOCKED = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; exec "$@"'
NO_DAEMON = 'exec "$@"'


@pytest.fixture
def session(tmp_path):
    """Runs one thing in a desktop session of its own: a bus, a keyring daemon, always the same home."""
    home, run = tmp_path / "home", tmp_path / "run"
    for folder in (home, run):
        folder.mkdir(mode=0o700)

    def go(*words, start=UNLOCKED, bus=True, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_RUNTIME_DIR": str(run),
            "XDG_CURRENT_DESKTOP": "GNOME",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            **variables,
        }
        command = ["sh", "-c", start, "sh", sys.executable, str(CHILD), *words]
        command = ["dbus-run-session", "--", *command] if bus else command
        began = time.monotonic()
        ended = subprocess.run(
            command, env=environment, input=b"its own password\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=60, check=True,
        )  # fmt: skip
        assert time.monotonic() - began < 20
        return json.loads(ended.stdout)

    go.home = home
    return go


@linux
def test_the_secret_service_keeps_a_secret_for_the_next_session_and_not_in_clear(session):
    secret, *kept = session("keep")["answer"]
    assert kept[:4] == ["Secret Service", "Linux", "GNOME", "2026-11-25"]
    assert session("fetch", *kept)["answer"] == secret
    files = [path for path in session.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".keyring" for path in files)
    forms = [bytes.fromhex(secret), secret.encode(), base64.b64encode(bytes.fromhex(secret))]
    assert [path.name for path in files if any(form in path.read_bytes() for form in forms)] == []


@linux
def test_the_secret_service_forgets(session):
    _, *kept = session("keep")["answer"]
    assert session("forget", *kept)["answer"] is None
    assert session("fetch", *kept)["reason"].startswith("it shows no entry")
    assert session("keep")["answer"]


@linux
def test_a_locked_secret_service_gives_nothing_and_loses_nothing(session):
    secret, *kept = session("keep")["answer"]
    for verb, words in (("fetch", kept), ("forget", kept), ("keep", [])):
        told = session(verb, *words, start=LOCKED)
        assert (told["code"], told["reason"]) == ("V-125", keyrings.LOCKED)
    assert session("fetch", *kept)["answer"] == secret


@linux
def test_a_secret_service_that_was_never_set_up_makes_nothing(session):
    assert session("offered", start=LOCKED)["answer"] == ["Secret Service"]
    assert session("keep", start=LOCKED)["reason"] == keyrings.LOCKED


@linux
def test_a_prompt_that_nobody_answers_holds_up_nobody(session):
    secret, *kept = session("keep")["answer"]
    for verb, words in (("silent fetch", kept), ("silent forget", kept), ("silent keep", [])):
        told = session(verb, *words, start=LOCKED)
        assert "did not answer within 0.3 seconds" in told["reason"]
        assert told["took"] < 2
    assert session("fetch", *kept)["answer"] == secret


@linux
def test_without_a_bus_there_is_no_keyring(session):
    assert session("offered", start=NO_DAEMON, bus=False)["answer"] == []
    assert session("keep", start=NO_DAEMON, bus=False)["reason"] == keyrings.NONE_HERE
    told = session("fetch", "Secret Service", "Linux", "GNOME", "2026-11-25", start=NO_DAEMON, bus=False)
    assert told["reason"].endswith("this session offers none")


@linux
@pytest.mark.parametrize("chosen", ["keyring.backends.null.Keyring", "hostile.Keyring", ""])
def test_a_hostile_environment_chooses_no_keyring_and_loads_nothing(session, hostile, chosen):
    mark, variables = hostile
    if chosen:
        variables = {**variables, "PYTHON_KEYRING_BACKEND": chosen}
    told = session("keep", **variables)
    secret, *kept = told["answer"]
    assert kept[0] == "Secret Service"
    assert told["modules"] == []
    assert not [folder for folder in told["path"] if "hostile" in folder]
    assert not mark.exists()
    assert session("fetch", *kept)["answer"] == secret  # in the lasting collection, under the names it always has


@linux
def test_a_program_that_asks_for_the_usual_keyring_would_have_loaded_it(session, hostile):
    mark, variables = hostile
    variables = {name: value for name, value in variables.items() if "PROPERTY" not in name}
    assert "hostile" in session("usual", **variables)["answer"]
    assert mark.exists()
