# SPDX-License-Identifier: Apache-2.0
"""What a person's windows remember: kept in the vault, never in the account's settings."""

from reviewer_app.services.desk import Desk


def remember(desk: Desk, name: str, text: str) -> None:
    """Keeps a preference of the signed-in person."""
    desk.vault.set_preference(f"{desk.person.id}:{name}", text)


def recall(desk: Desk, name: str, otherwise: str = "") -> str:
    """The kept preference, or `otherwise`."""
    return desk.vault.preference(f"{desk.person.id}:{name}") or otherwise
