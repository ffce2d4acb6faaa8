# SPDX-License-Identifier: Apache-2.0
"""Every error a person may be shown. Anything that is not an AppError is a bug.

AppError
├── VaultError          a vault cannot be made, opened, read or written
├── JournalError        a change is refused so that history stays true
├── AttachmentError     a file cannot be stored or read
├── MarkingError        a marking does not follow the rules
├── EvaluationError     an evaluation file cannot be read
├── MemoError           a memo cannot be made yet
├── PackageError        a package is refused
└── EntryError          what a person typed cannot be taken as it is

Each class carries the sentence a person reads: what happened and why, then what to do. The sentence is a format
string, filled from the keyword arguments of the constructor; they also stand as attributes on the error.
Every class has its own code, which the help explains.
"""

import traceback
from typing import ClassVar


class AppError(Exception):
    """An expected failure: its text is written for the person at the screen, never for a developer."""

    code: ClassVar[str] = "R-000"
    sentence: ClassVar[str] = "The action could not be finished. Try it again."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


# --- the vault -----------------------------------------------------------------------------------------------------


class VaultError(AppError):
    code = "V-100"
    sentence = "The vault cannot be used. Check its folder and try again."


class NotAVault(VaultError):
    code = "V-101"
    sentence = (
        "“{name}” is not a vault, or lost both copies of its slot file. Choose another folder, or put slots.a or slots.b "
        "back from a backup."
    )


class VaultExists(VaultError):
    code = "V-102"
    sentence = "“{name}” exists already. Choose another name, or open the vault that is there."


class NewerVault(VaultError):
    code = "V-103"
    sentence = (
        "This vault was written by a newer version of Reviewer (format {found}, this program knows {known}). "
        "Nothing was changed. Open it with the newer program."
    )


class OnNetworkPath(VaultError):
    code = "V-104"
    sentence = (
        "“{name}” lies on a network path ({kind}), where a vault can be damaged. Choose a folder on a disk of this "
        "computer."
    )


class VaultInUse(VaultError):
    code = "V-105"
    sentence = "This vault is already open ({holder}). Use that window, or close it first."


class WrongPassphrase(VaultError):
    code = "V-106"
    sentence = (
        "The passphrase does not open {person}'s slot. Check the person chosen and Caps Lock, then type it again."
    )


class WrongRecoveryKey(VaultError):
    code = "V-107"
    sentence = "The recovery key does not open this vault. Check it against the printed sheet, then type it again."


class MistypedRecoveryKey(VaultError):
    code = "V-108"
    sentence = (
        "Group {group} of the recovery key is mistyped: its check does not fit. Compare it with the printed sheet."
    )


class SlotsDamaged(VaultError):
    code = "V-109"
    sentence = (
        "Both copies of the slot file are damaged, so no key can be reached. Nothing was changed. Put slots.a or "
        "slots.b back from a backup of this vault."
    )


class SlotRefused(VaultError):
    code = "V-110"
    sentence = "The slot file was changed by another hand ({reason}). Nothing was opened. Tell your security officer."


class DatabaseDamaged(VaultError):
    code = "V-111"
    sentence = (
        "The passphrase is right, but the vault's database cannot be read ({reason}). Nothing was changed. Restore the "
        "vault from a backup."
    )


class DatabaseMissing(VaultError):
    code = "V-112"
    sentence = (
        "The vault's database file is missing. Nothing was created. If the vault's folder was moved, put it back; "
        "otherwise put vault.db back from a backup."
    )


class RolledBack(VaultError):
    code = "V-113"
    sentence = (
        "The vault is older than its anchor: entry {sequence} of its journal is missing or different. Nothing was "
        "changed. Tell your security officer."
    )


class NoPermission(VaultError):
    code = "V-114"
    sentence = "This account may not {action} “{name}”. Ask the owner of the folder for access, then try again."


class NoSpace(VaultError):
    code = "V-115"
    sentence = "The disk is full, so nothing was saved. Free {needed} on the vault's disk, then save again."


class DiskFailed(VaultError):
    code = "V-116"
    sentence = "The disk refused to {action} “{name}” ({reason}). What was saved before is kept. Check the disk, then try again."


class UnsafeBuild(VaultError):
    code = "V-117"
    sentence = "A library of this program is not safe to use ({reason}). Install Reviewer again from its release."


class SignInRefused(VaultError):
    code = "V-118"
    sentence = "{person} cannot sign in to this vault ({reason}). Ask your security officer."


class WeakPassphrase(VaultError):
    code = "V-119"
    sentence = "The passphrase cannot be taken yet: {reason}. Change it, then try again."


class VaultDamaged(VaultError):
    code = "V-120"
    sentence = (
        "The vault's {part} does not hold together ({reason}). Stop work in this vault and tell your security officer."
    )


class CheckStopped(VaultError):
    code = "V-121"
    sentence = "The vault check was stopped before its end, so it says nothing. Start it again when there is time."


class NotAnchored(VaultError):
    code = "V-122"
    sentence = (
        "What was done last is saved; do not do it again. The anchor, by which an older copy of the vault is noticed, "
        "could not be written. Check the disk, then unlock the vault again."
    )


class VaultNotFound(VaultError):
    code = "V-123"
    sentence = "There is no folder “{name}”. Check its name and its disk, then choose it again."


class SignInLocked(VaultError):
    code = "V-124"
    sentence = (
        "{person} is locked after too many wrong passphrases. The lock ends {how}. Until then no passphrase is tried; "
        "ask your security officer."
    )


class KeyringUnavailable(VaultError):
    code = "V-125"
    sentence = (
        "This computer's keyring cannot be used: {reason}. Sign in at the desktop's keyring and try again, or use the "
        "recovery key, which never needs it."
    )


class DeviceSecretWrong(VaultError):
    code = "V-126"
    sentence = (
        "The keyring's entry for this vault is not the one that was stored: {reason}. Nothing was changed. Put the "
        "keyring back from a backup of this account, or use the recovery key, which never needs it."
    )


class LastOfficer(VaultError):
    code = "V-127"
    sentence = (
        "This would leave the vault without an officer who can act. Give another person that role first, and let them "
        "sign in with a passphrase of their own."
    )


class RotationStopped(VaultError):
    code = "V-128"
    sentence = (
        "The change of the vault's keys cannot go on ({reason}). What was saved in the vault is kept. Settle that, then "
        "let the change go on."
    )


class PassphraseUsed(VaultError):
    code = "V-129"
    sentence = "This passphrase is your present one or one of the five before it. Choose another."


# --- the journal ---------------------------------------------------------------------------------------------------


class JournalError(AppError):
    code = "J-200"
    sentence = "The change was not recorded. Open the page again and repeat it."


class InConflict(JournalError):
    code = "J-201"
    sentence = (
        "Two workstations gave “{field}” different values. See both on the record, choose what holds, then make your "
        "change."
    )


class Stale(JournalError):
    code = "J-202"
    sentence = (
        "“{field}” was changed after you opened it. Your text is kept. Compare it with the new value, then save again."
    )


class NeedsSecondPerson(JournalError):
    code = "J-203"
    sentence = "“{verb}” needs {who} beside you who types a passphrase too. Ask a colleague to confirm it."


class RecordMissing(JournalError):
    code = "J-204"
    sentence = "The {kind} is no longer in the vault: it was deleted or has not arrived. Open the case again."


class HistoryRefused(JournalError):
    code = "J-205"
    sentence = "The hand-over is refused: {reason}. Nothing was taken in. Ask its sender for a new package."


class RoleLacking(JournalError):
    code = "J-206"
    sentence = "“{verb}” is for {who}, and this is not your role in this vault. Ask one of them to do it."


class NotConfirmed(JournalError):
    code = "J-207"
    sentence = "“{verb}” asks for your passphrase again, and it was not typed just now. Type it, then go on."


class PassphraseDue(JournalError):
    code = "J-208"
    sentence = "Your passphrase was given by an officer or is too old. Choose one of your own first, then go on."


# --- attachments ---------------------------------------------------------------------------------------------------


class AttachmentError(AppError):
    code = "A-300"
    sentence = "“{name}” was not attached. Try again."


class FileVanished(AttachmentError):
    code = "A-301"
    sentence = (
        "“{name}” is not there, or went away while it was read. Nothing was stored. Put it back, then choose it again."
    )


class FileUnreadable(AttachmentError):
    code = "A-302"
    sentence = "“{name}” cannot be read ({reason}). Nothing was stored. Check the file, then choose it again."


class NotAFile(AttachmentError):
    code = "A-303"
    sentence = "“{name}” is not a plain file. Nothing was stored. Choose a file, not a folder, link or device."


class FileChanged(AttachmentError):
    code = "A-304"
    sentence = (
        "“{name}” changed while it was read. Nothing was stored. Wait until it is complete, then choose it again."
    )


class AttachmentDamaged(AttachmentError):
    code = "A-305"
    sentence = (
        "The stored attachment “{name}” is damaged ({reason}). Other attachments are not affected. Restore it from a "
        "backup, or strike its entry out and attach the file again."
    )


class AttachmentMissing(AttachmentError):
    code = "A-306"
    sentence = (
        "The stored file of “{name}” is missing from the vault. Restore it from a backup, or strike its entry out and "
        "attach the file again."
    )


class Cancelled(AttachmentError):
    code = "A-307"
    sentence = "“{name}” was cancelled. Nothing of it was stored."


# --- markings ------------------------------------------------------------------------------------------------------


class MarkingError(AppError):
    code = "M-400"
    sentence = "“{text}” is not a marking this program knows: {reason}. Correct it and try again."


class RulesUnusable(MarkingError):
    code = "M-401"
    sentence = "The file of {name} rules cannot be used: {reason}. Put the file of this release back in its place."


# --- evaluation files ----------------------------------------------------------------------------------------------


class EvaluationError(AppError):
    code = "E-500"
    sentence = "“{name}” cannot be read as an evaluation file: {reason}. The file itself stays as it is."


class ReaderFailed(EvaluationError):
    code = "E-501"
    sentence = "Reading “{name}” was stopped: {reason}. The file itself stays as it is; nothing else is affected."


# --- memos ---------------------------------------------------------------------------------------------------------


class MemoError(AppError):
    code = "P-600"
    sentence = "The memo cannot be made: {reason}. Correct the memo's text and try again."


# --- packages ------------------------------------------------------------------------------------------------------


class PackageError(AppError):
    code = "X-700"
    sentence = "The package is refused: {reason}. Nothing was taken in. Ask its sender for a new one."


class PackageNotWritten(PackageError):
    code = "X-701"
    sentence = "The package was not written: {reason}. Choose another folder or medium and write it again."


class PackageCancelled(PackageError):
    code = "X-702"
    sentence = "Work on the package was cancelled, and nothing of it was kept. Start it again when you are ready."


class WithheldTextFound(PackageError):
    code = "X-703"
    sentence = (
        "The package cannot be written: {place} holds {what}, which is withheld from this recipient. Reword it, then "
        "write the package again."
    )


class PackageUnreadable(PackageError):
    code = "X-704"
    sentence = "“{name}” cannot be read ({reason}). Put the medium back or copy the package again, then check it again."


class NotAPackage(PackageError):
    code = "X-705"
    sentence = "“{name}” is no package: it has no {file}. Choose the package's own folder."


# --- what a person typed -------------------------------------------------------------------------------------------


class EntryError(AppError):
    code = "F-800"
    sentence = "{field}: {reason}."


# --- faults --------------------------------------------------------------------------------------------------------


def place_of(error: BaseException) -> str:
    """Type and place of a fault, `KeyError at table.py:120`: never its words, which may quote a case."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(
        f"{frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-4:-1]
    )
    return f"{type(error).__name__} at {where or 'an unknown place'}"
