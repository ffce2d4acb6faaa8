# SPDX-License-Identifier: Apache-2.0
"""The device secret: an optional second part of a person's key, kept in the operating system's keyring.

32 random bytes as base64, one entry for each vault and person. It is never the only way to a vault: the recovery key
does without it. A keyring may be absent, locked, silent, or another one than last time; each is an error that says so,
and nothing is ever made anew because it was not found.

SECURITY: every process of the same account can read the keyring. The secret protects copied files, and nothing else.
Format: docs/formats.md, “Device secret”.
"""

import base64
import contextlib
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

from reviewer_app.errors import DeviceSecretWrong, KeyringUnavailable
from reviewer_app.vault.keychain import derive
from reviewer_app.vault.keyrings import KEEPS_ALL, OTHER, SECONDS, Backend, IsLate, ask, present, proved, system

LENGTH = 32
USER = "device secret"

HELD = "it already holds a device secret of this vault and person, perhaps that of a copy of the vault"
"""The reason why `keep` stored nothing although it could; a person may decide to `replace` the entry."""

Random = Callable[[int], bytes]


class Kept(NamedTuple):
    """Where and when a device secret was stored, in texts, so that a change can be explained.

    `backend` is a name of `keyrings.BACKENDS`, `system` and `desktop` are for people, `stored` is the day in UTC
    (`2026-11-25`). `check` are 16 hexadecimal digits derived from the secret, by which another secret is told from a
    mistyped passphrase; without them nothing is compared.
    """

    backend: str
    system: str
    desktop: str
    stored: str
    check: str = ""

    def told(self) -> str:
        """`kept in the Secret Service on GNOME, 25 Nov 2026`."""
        where = _shown(self.backend)
        article = "" if where in ("libsecret", "KWallet") else "the "
        return f"kept in {article}{where} on {_shown(self.desktop or self.system)}, {_day(self.stored)}"


def offered(*, seconds: float = SECONDS) -> list[str]:
    """The names of the keyrings that are here in this session, best first; they may yet be locked.

    Raises KeyringUnavailable when that takes longer.
    """
    return ask(lambda _late: list(present()), seconds)


def probe(*, seconds: float = SECONDS) -> str:
    """The name of the keyring that would be used: it stored, gave back and removed a trial entry.

    Raises KeyringUnavailable.
    """
    return ask(lambda _late: proved()[0], seconds)


def keep(
    vault: str,
    person: str,
    now: datetime,
    *,
    replace: bool = False,
    random: Random = os.urandom,
    seconds: float = SECONDS,
) -> tuple[bytes, Kept]:
    """Stores a new device secret and returns it once the keyring has given it back, with where it is.

    Raises KeyringUnavailable; then the caller has none. With the reason HELD an entry is there that a slot may need:
    only a person who knows that none does may `replace` it.
    """
    secret, service = random(LENGTH), _service(vault, person)
    text = base64.b64encode(secret).decode()

    def work(is_late: IsLate) -> str:
        name, backend = proved()
        if not replace and backend.get_password(service, USER) is not None:
            raise KeyringUnavailable(reason=HELD)
        if is_late():  # whoever asked was told that nothing is stored
            return name
        backend.set_password(service, USER, text)
        if is_late() or backend.get_password(service, USER) != text:
            with contextlib.suppress(Exception):
                backend.delete_password(service, USER)
            raise KeyringUnavailable(reason=OTHER)
        return name

    name = ask(work, seconds)
    stored = now.astimezone(UTC).date().isoformat()
    return secret, Kept(name, system(), _desktop(), stored, _check(secret, vault, person))


def fetch(vault: str, person: str, kept: Kept, *, seconds: float = SECONDS) -> bytes:
    """The device secret, 32 bytes, from the keyring it was stored in.

    Raises KeyringUnavailable, or DeviceSecretWrong when the entry is another than was stored.
    """

    def work(_late: IsLate) -> str:
        found = _the_same(kept).get_password(_service(vault, person), USER)
        if found is None:
            raise KeyringUnavailable(reason=f"it shows no entry of this vault and person, which was {kept.told()}")
        return found

    secret = _decoded(ask(work, seconds))
    if kept.check and kept.check != _check(secret, vault, person):
        raise DeviceSecretWrong(reason="it is the secret of another time")
    return secret


def forget(vault: str, person: str, kept: Kept, *, seconds: float = SECONDS) -> None:
    """Removes the entry and looks that it is gone; one that is gone already is no mistake. Raises KeyringUnavailable."""

    def work(is_late: IsLate) -> None:
        from keyring.errors import PasswordDeleteError

        backend, service = _the_same(kept), _service(vault, person)
        if is_late():
            return
        with contextlib.suppress(PasswordDeleteError):  # so it says that there is none
            backend.delete_password(service, USER)
        if backend.get_password(service, USER) is not None:
            raise KeyringUnavailable(reason=KEEPS_ALL)

    ask(work, seconds)


def _the_same(kept: Kept) -> Backend:
    """The keyring in which the secret was stored: no other is asked for it."""
    found = present(kept.backend) if kept.backend else {}
    if not found:
        here = " and ".join(present()) or "none"
        raise KeyringUnavailable(reason=f"the secret was {kept.told()}; this session offers {here}")
    return found[kept.backend]


def _service(vault: str, person: str) -> str:
    """One service name for each vault and person: under a shared one, Windows renames the entry that was there first."""
    return f"reviewer-app {vault} {person}"


def _check(secret: bytes, vault: str, person: str) -> str:
    return derive(secret, b"reviewer/1 device secret check", bytes.fromhex(vault) + bytes.fromhex(person), 8).hex()


def _decoded(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != LENGTH or base64.b64encode(secret).decode() != text:
        raise DeviceSecretWrong(reason="it has another form")
    return secret


# --- texts -----------------------------------------------------------------------------------------------------------

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _desktop() -> str:
    """`GNOME` of `ubuntu:GNOME`; "" where there is none."""
    return _shown(os.environ.get("XDG_CURRENT_DESKTOP", "").rsplit(":", 1)[-1]) if system() == "Linux" else ""


def _shown(text: str) -> str:
    """A text from the slot file or the environment, as a message may hold it."""
    return "".join(each if each.isprintable() else "?" for each in text[:40])


def _day(stored: str) -> str:
    try:
        day = date.fromisoformat(stored)
    except ValueError:
        return "on an unknown day"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
