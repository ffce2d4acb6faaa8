# SPDX-License-Identifier: Apache-2.0
"""Passphrases typed again at an open desk: one's own before what is defined for it (IA-11), and a second person's (AC-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer_app.domain.people import Role
from reviewer_app.errors import SignInRefused
from reviewer_app.services import signing_in
from reviewer_app.services.acts import ACTS, Asks
from reviewer_app.services.desk import Confirmation, Desk, Grant
from reviewer_app.vault.slots import SlotFile


@dataclass(frozen=True)
class Wanted:
    """What an act asks for: one's own passphrase, and one of `seconds` (id, name).

    `needs_second` with nobody in `seconds` says that the act has to wait until there is such a person.
    """

    own: bool
    needs_second: bool
    seconds: tuple[tuple[str, str], ...]


def wanted(desk: Desk, verb: str, about: str | None = None) -> Wanted:
    """What has to be typed before an act; `about` is the person it concerns, who is no second."""
    act = ACTS[verb]
    seconds = tuple(desk.seconds(verb, about)) if act.second else ()
    return Wanted(act.asks is not Asks.NOTHING, bool(act.second) and not desk.may_alone(verb), seconds)


def confirm(desk: Desk, person: str, passphrase: str) -> Confirmation:
    """Proves that a person of this vault is here; takes about half a second.

    Raises WrongPassphrase, which counts as a refused try to sign in, SignInLocked and SignInRefused.
    """
    opened = signing_in.prove(desk, SlotFile.read(desk.vault.folder), person, passphrase)
    if opened.must_change:
        raise SignInRefused(person=desk.name_of(person), reason="a one-time passphrase is changed first, at a sign-in")
    roles = frozenset(Role(role) for role in opened.person.roles) if opened.person else frozenset[Role]()
    return Confirmation(desk, person, roles, desk.clock())


def grant(
    desk: Desk,
    verb: str,
    passphrases: Sequence[tuple[str, str]],
    *,
    case: str | None = None,
    about: str | None = None,
) -> Grant:
    """Leave for an act, from (person, passphrase) of oneself and, where it needs one, of the second person.

    Raises what `confirm` and `Desk.allow` raise.
    """
    typed = [confirm(desk, person, passphrase) for person, passphrase in passphrases]
    own = next((each for each in typed if each.person == desk.person.id), None)
    second = next((each for each in typed if each.person != desk.person.id), None)
    return desk.allow(verb, case=case, about=about, own=own, second=second)
