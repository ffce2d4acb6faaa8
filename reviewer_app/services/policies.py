# SPDX-License-Identifier: Apache-2.0
"""The site policy: what an office decides for its vault. Read by everybody, changed by an officer, journaled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reviewer_app.domain.people import Setting
from reviewer_app.errors import EntryError
from reviewer_app.policy import Policy
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.vault.passphrases import Flaw, Rules, flaws
from reviewer_app.vault.slots import SlotFile
from reviewer_app.vault.vault import Transaction

CHANGED = "policy changed"


@dataclass(frozen=True)
class Item:
    """One setting: its name in the policy, what people call it, and the rule or bounds that hold it, in words.

    `none` says what 0 means where it is no number like others; `choices` are all the values there can be.
    """

    name: str
    told: str
    note: str = ""
    none: str = ""
    choices: tuple[str, ...] = ()

    def said(self, value: Any) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return self.none if self.none and value == 0 else str(value)


OFF = "off, in a practice vault"
GROUPS: dict[str, tuple[Item, ...]] = {
    "Session": (
        Item("idle_minutes", "Minutes without use until the vault locks", "1 to 15 (V-222389)."),
        Item("officer_idle_minutes", "The same, while an officer is signed in", "1 to 10 (V-222390)."),
    ),
    "Sign-in": (
        Item("attempts", "Wrong passphrases until a person is locked", "1 to 3 (V-222432)."),
        Item("attempt_minutes", "Minutes within which they count", "15 to 1440, which is a day."),
        Item(
            "lock_minutes",
            "Minutes until a lock ends by itself",
            "0 to 1440; with 0 only an officer or the recovery key ends it.",
            "never by itself",
        ),
        Item("dormant_days", "Days without a sign-in until a person is disabled", "1 to 35 (APSC-DV-000320).", OFF),
        Item("keyring", "People may use a device secret", "A second part of the sign-in, kept on this computer."),
        Item("notice", "Notice to accept before signing in"),
    ),
    "Passphrases": (
        Item("passphrase_length", "Characters at least", "15 to 128 (APSC-DV-001680)."),
        Item(
            "passphrase_classes",
            "Four kinds of characters are needed",
            "A capital, a small letter, a digit and a special character (APSC-DV-001690 to 001720).",
        ),
        Item("passphrase_strength", "How hard to guess, up to 4", "3 or 4; 4 withstands a copied vault.", OFF),
        Item("passphrase_changed", "Characters that a new one has to change", "8 to 128 (APSC-DV-001730)."),
        Item("passphrase_least_days", "Days before it may be changed", "1 to 30 (APSC-DV-001760).", OFF),
        Item("passphrase_most_days", "Days until it has to be changed", "1 to 60 (APSC-DV-001770).", OFF),
        Item("one_time_hours", "Hours that a one-time passphrase is good", "1 to 72 (APSC-DV-000300)."),
    ),
    "Access window": (
        Item("access_days", "Days of access", "1 to 30 (order sec. 3(b)(ii))."),
        Item("first_day", "The day of access counts as day", "Printed beside the number.", choices=("0", "1")),
        Item("to_end_of_day", "The window ends at the end of the last day"),
        Item("alert_hours", "Alerts, hours before an end", "Whole hours with spaces, such as 336 168 72 24 4."),
    ),
    "Office": (
        Item("organisation", "Organisation"),
        Item("office_prefix", "Prefix of case numbers", "Up to 12 capitals, digits and dashes."),
        Item("classification_profile", "Classification marking profile", choices=("IC", "DOD")),
        Item("cui_profile", "CUI marking profile", choices=("NARA", "DOD")),
    ),
}
"""The settings an officer changes here. Floor and ceiling are set when a vault is made; `services.office` has the rest."""

ITEMS = {item.name: item for items in GROUPS.values() for item in items}


def rules_of(policy: Policy) -> Rules:
    """What this office demands of passphrases. Raises EntryError for what the STIG does not allow a real vault."""
    said = {name: getattr(policy, f"passphrase_{name}") for name in _PASSPHRASES}
    try:
        return Rules(**said, one_time_hours=policy.one_time_hours, practice=policy.practice)
    except ValueError as error:
        name, _, rest = str(error).partition(" ")
        item = ITEMS[f"passphrase_{name}" if name in _PASSPHRASES else "passphrase_classes"]
        if "most_days" in rest:
            reason = "it has to be less than the days until it has to be changed"
        elif item.name == "passphrase_classes":
            reason = "only a practice vault does without them"
        else:
            reason = _bounds(item)
        raise EntryError(field=item.told, reason=reason) from error


def _bounds(item: Item) -> str:
    note = item.note.rstrip(".") or "write another"
    return f"this value is not possible; {note[0].lower()}{note[1:]}"


def passphrase_flaws(policy: Policy, passphrase: str, words: Sequence[str], earlier: str | None = None) -> list[Flaw]:
    """Which rules of an office a new passphrase does not meet yet; for an empty one, all that it could fail to meet.

    `words` are names that may not stand in it, `earlier` the passphrase it replaces, where that was typed too.
    """
    return flaws(passphrase, rules_of(policy), earlier=earlier, words=words)


def names(policy: Policy, person: str, folder: Path) -> tuple[str, ...]:
    """What may not stand in a person's passphrase: the person's name, and in a real vault that of the vault and office."""
    return (person,) if policy.practice else (person, folder.stem, policy.organisation)


_PASSPHRASES = ("length", "classes", "strength", "changed", "least_days", "most_days", "kept")


def change(desk: Desk, grant: Grant, **values: Any) -> bool:
    """Records new values by their names in the policy; whether anything changed.

    The part that is needed before unlock goes into the slot file next, under its seal; after a crash between the two
    the next sign-in does that. Raises EntryError beside the setting whose value cannot hold.
    """
    desk.require(grant, CHANGED)
    changed = {name: value for name, value in values.items() if value != getattr(desk.policy, name)}
    if not changed:
        return False
    policy = checked(desk.policy, changed)
    with desk.record(CHANGED, grant=grant) as tx:
        keep(tx, desk, policy, changed)
    desk.policy = policy
    show_before_unlock(desk)
    return True


def checked(policy: Policy, changes: dict[str, Any]) -> Policy:
    """The policy with these changes. Raises EntryError beside the first one that cannot hold."""
    for name in changes.keys() - ITEMS.keys():
        raise ValueError(f"{name} is not changed here")
    said = {name: _text(name, value) if type(value) is str else value for name, value in changes.items()}
    try:
        made = Policy.model_validate({**policy.model_dump(), **said})
        hours = [int(word) for word in made.alert_hours.split()]
    except ValidationError as error:
        item = ITEMS[str(error.errors()[0]["loc"][0])]
        raise EntryError(field=item.told, reason=_bounds(item)) from error
    except ValueError as error:
        raise EntryError(field=ITEMS["alert_hours"].told, reason="write whole hours with spaces between") from error
    if not hours or min(hours) < 1 or not made.notice.strip() or not made.organisation.strip():
        name = "alert_hours" if not hours or min(hours) < 1 else "notice" if not made.notice.strip() else "organisation"
        raise EntryError(field=ITEMS[name].told, reason="this is missing; write it")
    if not made.practice and not made.dormant_days:
        raise EntryError(field=ITEMS["dormant_days"].told, reason="only a practice vault does without; write 1 to 35")
    rules_of(made)
    return made


def _text(name: str, value: str) -> str:
    """SECURITY: the slot file holds some of it before anybody has signed in, and must stay small."""
    told = ITEMS[name].told
    return typed.words(told, value) if name == "notice" else typed.line(told, value)


def keep(tx: Transaction, desk: Desk, policy: Policy, names: Any) -> None:
    """Records settings of a policy by name."""
    kept = {setting.name: setting for setting in desk.records.find(Setting)}
    for name in names:
        value = json.dumps(getattr(policy, name), ensure_ascii=False)
        if name in kept:
            tx.set(kept[name], value=value)
        else:
            tx.create(Setting(name=name, value=value))


def show_before_unlock(desk: Desk) -> None:
    """Makes the slot file say what the journal says of the policy."""
    slots = SlotFile.read(desk.vault.folder)
    wanted = desk.policy.before_unlock()
    if dict(slots.policy) != wanted:
        slots.set_policy(desk.opened, wanted)
        desk.keep_slots(slots)
