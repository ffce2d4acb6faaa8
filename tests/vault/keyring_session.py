# SPDX-License-Identifier: Apache-2.0
"""Does one thing with a device secret inside a desktop session of its own, and tells it as JSON. Run by test_device."""

import json
import sys
import time
from datetime import UTC, datetime

from reviewer_app.errors import VaultError
from reviewer_app.vault import device
from reviewer_app.vault.device import Kept

VAULT, PERSON = "a" * 32, "b" * 32
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def silent_prompter() -> object:
    """Takes the place of the window that asks for the keyring's password, and never answers."""
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import open_dbus_connection

    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName("org.gnome.keyring.SystemPrompter"))
    return connection


def act(verb: str, *words: str) -> object:
    seconds = 5.0
    if verb.startswith("silent "):
        prompter, verb, seconds = silent_prompter(), verb.removeprefix("silent "), 0.3  # noqa: F841  it lives on
    if verb == "keep":
        secret, kept = device.keep(VAULT, PERSON, NOW, seconds=seconds)
        return [secret.hex(), *kept]
    if verb == "fetch":
        return device.fetch(VAULT, PERSON, Kept(*words), seconds=seconds).hex()
    if verb == "forget":
        return device.forget(VAULT, PERSON, Kept(*words), seconds=seconds)
    if verb == "usual":  # what a program does that asks `keyring` for its choice
        import keyring

        return str(type(keyring.get_keyring()))
    return device.offered(seconds=seconds)


start = time.monotonic()
try:
    told = {"answer": act(*sys.argv[1:])}
except VaultError as error:
    told = {"code": error.code, "reason": error.facts["reason"]}
modules = sorted(name for name in sys.modules if name.split(".")[0] in ("hostile", "keyrings"))
print(json.dumps({**told, "took": time.monotonic() - start, "path": sys.path, "modules": modules}), flush=True)
