# SPDX-License-Identifier: Apache-2.0
"""The destruction of a vault by two officers, and an honest list of what it did not reach."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress

from reviewer_app.errors import VaultError
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.services.signing_in import count_beside, kept_at
from reviewer_app.vault import destroy as vault_destroy
from reviewer_app.vault import device
from reviewer_app.vault.destroy import Destroyed
from reviewer_app.vault.slots import SlotFile

__all__ = ["DESTROYED", "Destroyed", "destroy"]

DESTROYED = "vault destroyed"


def destroy(desk: Desk, grant: Grant) -> Destroyed:
    """Destroys the vault at which this desk sits; nothing opens it afterwards, and the desk is of no use.

    The slot files go first, so that no key is reached again whatever fails later. `failed` of the answer names what is
    still there; called on the folder again it goes on. Raises what recording raises: then nothing was destroyed.
    """
    desk.require(grant, DESTROYED)
    with desk.record(DESTROYED, grant=grant):
        pass
    slots = SlotFile.read(desk.vault.folder)
    with ExitStack() as last:
        last.callback(desk.lock.release)
        desk.reader.close()
        desk.vault.close()
        made = vault_destroy.destroy(desk.vault.folder)
        forgotten = tuple(_forgotten(slots))
    return Destroyed((*made.destroyed, *forgotten), made.failed, made.beyond)


def _forgotten(slots: SlotFile) -> Iterator[str]:
    """What this account keeps of the vault elsewhere goes too, as far as it can be reached."""
    for each in slots.people:
        if each.device:
            with suppress(VaultError):
                device.forget(slots.vault, each.id, kept_at(each.device))
                yield f"the device secret of {each.name} in this account's key store"
    with suppress(OSError):
        count_beside(slots).unlink()
        yield "the copy of the count of refused tries in this account's data folder"
