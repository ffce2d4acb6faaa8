# SPDX-License-Identifier: Apache-2.0
"""The operating system's keyring: which ones may be used, whether one does what it is told, and a limit for its answers.

SECURITY: only the keyrings listed here are used, each by its own class. What `keyring` calls detection and configuration
is never asked: its file puts a folder on the path and imports a class from there, its variables choose a class and set
attributes of it.
"""

import base64
import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, TypeVar

from reviewer_app.errors import KeyringUnavailable, VaultError

SECONDS = 5.0
"""How long a keyring may take: it can wait for ever for somebody to type its own password."""

NONE_HERE = "none of those that Reviewer uses answers in this session"
LOCKED = "it is locked, or was never set up"
OTHER = "it gave back something other than was stored"
KEEPS_ALL = "it does not remove what it is told to"

Answer = TypeVar("Answer")
IsLate = Callable[[], bool]


class Backend(Protocol):
    """What is used of a keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _deaf(kind: Any) -> Any:
    """An instance of a keyring's class that took nothing from the environment; raises where it cannot work."""
    deaf = _deafened(kind)
    deaf.priority  # noqa: B018  raises where the keyring is not here; it asks no person
    return deaf()


@cache
def _deafened(kind: Any) -> Any:
    """The class without its reading of `KEYRING_PROPERTY_…`, which could set any attribute: another collection, another
    way to name entries, a text in place of a method."""
    return type(kind)(f"Deaf{kind.__name__}", (kind,), {"set_properties_from_env": lambda _self: None})


def _windows() -> Backend:
    from keyring.backends.Windows import WinVaultKeyring

    backend: Any = _deaf(WinVaultKeyring)
    backend.persist = "local machine"  # SECURITY: by default the entry roams with the account to other computers
    return backend  # type: ignore[no-any-return]


def _macos() -> Backend:
    from keyring.backends.macOS import Keyring

    backend: Any = _deaf(Keyring)
    backend.keychain = None  # it comes from the environment and is used for nothing but a warning
    return backend  # type: ignore[no-any-return]


def _secret_service() -> Backend:
    from keyring.backends.SecretService import Keyring

    return _labelled(_deaf(Keyring))


def _libsecret() -> Backend:
    from keyring.backends.libsecret import Keyring

    return _labelled(_deaf(Keyring))


def _kwallet() -> Backend:
    from keyring.backends.kwallet import DBusKeyring

    return _labelled(_deaf(DBusKeyring))


def _labelled(backend: Any) -> Backend:
    backend.appid = "reviewer-app"  # it is part of an entry, and would be the path of the program
    return backend  # type: ignore[no-any-return]


BACKENDS: dict[str, tuple[str, Callable[[], Backend]]] = {
    "Windows Credential Manager": ("Windows", _windows),
    "macOS Keychain": ("macOS", _macos),
    "Secret Service": ("Linux", _secret_service),
    "libsecret": ("Linux", _libsecret),
    "KWallet": ("Linux", _kwallet),
}
"""Every keyring that may be used, best first: its system, and what makes it or raises where it is absent."""


def system() -> str:
    """`Windows`, `macOS`, `Linux` or what Python calls it."""
    return {"win32": "Windows", "darwin": "macOS", "linux": "Linux"}.get(sys.platform, sys.platform)


def present(only: str = "") -> dict[str, Backend]:
    """The keyrings that are here in this session, by name, best first; they may yet be locked."""
    found = {}
    for name, (its_system, make) in BACKENDS.items():
        if its_system == system() and only in ("", name):
            with contextlib.suppress(Exception):  # whatever it lacks, it is not here
                found[name] = make()
    return found


def proved() -> tuple[str, Backend]:
    """The first keyring that does what it is told; raises the first one's complaint where none does."""
    complaint: Exception | None = None
    for name, backend in present().items():
        try:
            try_out(backend)
        except Exception as error:  # noqa: BLE001  a keyring raises what it likes, and the next one may work
            complaint = complaint or error
        else:
            return name, backend
    raise complaint or KeyringUnavailable(reason=NONE_HERE)


def try_out(backend: Backend) -> None:
    """Stores, compares and removes an entry: some keyrings take everything and keep nothing."""
    service, user = f"reviewer-app trial {os.urandom(8).hex()}", "trial"
    text = base64.b64encode(os.urandom(32)).decode()
    backend.set_password(service, user, text)
    try:
        if backend.get_password(service, user) != text:
            raise KeyringUnavailable(reason=OTHER)
    finally:
        backend.delete_password(service, user)
    if backend.get_password(service, user) is not None:
        raise KeyringUnavailable(reason=KEEPS_ALL)


_turn = threading.Lock()
"""One question at a time: what a late one still does never meets a newer one."""


def ask(work: Callable[[IsLate], Answer], seconds: float) -> Answer:
    """What `work` returns or raises, done in a thread that holds up neither the caller nor the end of the program.

    An answer after so many seconds is dropped; `work` is given a function that says so, to ask before it changes
    anything. Raises KeyringUnavailable in place of every error that is not ours.
    """
    answers: queue.SimpleQueue[tuple[Answer, None] | tuple[None, Exception]] = queue.SimpleQueue()
    late = threading.Event()

    def run() -> None:
        with _turn:
            if late.is_set():
                return
            try:
                answers.put((work(late.is_set), None))
            except Exception as error:  # noqa: BLE001  it is raised again below, on the caller's thread
                answers.put((None, error))

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        late.set()
        told = f"it did not answer within {seconds:g} seconds and may be waiting for its own password"
        raise KeyringUnavailable(reason=told) from None
    if error is None:
        return answer  # type: ignore[return-value]
    if isinstance(error, VaultError):
        raise error
    raise KeyringUnavailable(reason=_complaint(error)) from error


def _complaint(error: Exception) -> str:
    from keyring.errors import InitError, KeyringLocked

    # SECURITY: only the kind of a foreign error is told, never its words.
    return LOCKED if isinstance(error, InitError | KeyringLocked) else f"it refused with {type(error).__name__}"
