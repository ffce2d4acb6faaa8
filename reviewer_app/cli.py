# SPDX-License-Identifier: Apache-2.0
"""The headless verbs: what a script, a receiver or a test can do without a window.

Exit codes: 0 good, 1 bad input (one clear line on standard error), 2 usage. A passphrase comes from a prompt or from
a file descriptor, never from an argument.
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from reviewer_app import __version__
from reviewer_app.errors import AppError, EntryError, place_of
from reviewer_app.paths import resource_text


def main(arguments: list[str]) -> int:
    """Runs one verb; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except AppError as error:
        print(f"{error} [{error.code}]", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001  SECURITY: its words may quote a case; type and place do not
        print(f"Reviewer met a fault of its own: {place_of(error)}. What was saved is kept.", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="reviewer-app",
        usage="reviewer-app [VAULT]\n       reviewer-app VERB …",
        description="Without a verb the application opens.",
    )
    top.add_argument("--version", action="version", version=f"Reviewer {__version__}")
    verbs = top.add_subparsers(required=True, metavar="VERB", prog=top.prog)
    _reading(verbs)
    _marking(verbs)
    _vault(verbs)
    _package(verbs)
    _verb(verbs, "selftest", "versions and known-answer tests of the cryptography", _selftest)
    _verb(verbs, "tour", "a practice vault and the main job, played through the real windows", _usage).add_argument(
        "--out"
    )
    return top


Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _verb(verbs: Verbs, name: str, told: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    made = verbs.add_parser(name, help=told, description=told)
    made.set_defaults(run=run)
    return made


def _usage(_options: argparse.Namespace) -> int:
    return 2


# --- evaluation files ----------------------------------------------------------------------------------------------


def _reading(verbs: Verbs) -> None:
    read = _verb(verbs, "read", "what an evaluation file says", _read)
    read.add_argument("file", type=Path, metavar="FILE")
    read.add_argument("--json", action="store_true", help="one JSON object; what the file does not say is null")


def _read(options: argparse.Namespace) -> int:
    from reviewer_app.evaluations.reader import Reader
    from reviewer_app.evaluations.said import describe
    from reviewer_app.evaluations.source import FileSource

    with FileSource(options.file) as source:
        said = Reader().read(source, options.file.name)
    print(said.model_dump_json(indent=2) if options.json else describe(said))
    return 0


# --- markings ------------------------------------------------------------------------------------------------------


def _marking(verbs: Verbs) -> None:
    told = "check a banner or portion mark, or roll portions up to a banner"
    actions = verbs.add_parser("marking", help=told, description=told).add_subparsers(required=True, metavar="ACTION")
    check = _verb(actions, "check", "is this banner line or (portion mark) well formed", _marking_check)
    check.add_argument("text", metavar="TEXT")
    roll_up = _verb(actions, "roll-up", "the banner line of these portion marks", _marking_roll_up)
    roll_up.add_argument("portions", nargs="+", metavar="PORTION")
    for verb in (check, roll_up):
        verb.add_argument("--profile", choices=("IC", "DOD"), default="IC")
        verb.add_argument("--cui", choices=("NARA", "DOD"), default="NARA")


def _marking_check(options: argparse.Namespace) -> int:
    from reviewer_app.domain.markings import MarkingRules, Profile

    rules = MarkingRules.from_json(resource_text("rules/markings.json"))
    profile = Profile(options.profile, options.cui)
    text = options.text
    look = rules.check_portion if text.startswith("(") else rules.check_banner
    findings = look(text, profile)
    wrong = [finding for finding in findings if finding.severity == "error"]
    for finding in findings:
        if finding not in wrong:
            print(f"{finding.severity}: {finding.text} [{finding.rule}; {finding.source}]")
    if wrong:
        print(*(f"{finding.text} [{finding.rule}; {finding.source}]" for finding in wrong), sep="; ", file=sys.stderr)
    if not wrong:
        print(f"{text}: follows the rules of {rules.edition}")
    return 1 if wrong else 0


def _marking_roll_up(options: argparse.Namespace) -> int:
    from reviewer_app.domain.markings import MarkingRules, Profile

    rules = MarkingRules.from_json(resource_text("rules/markings.json"))
    print(rules.roll_up(options.portions, Profile(options.profile, options.cui)))
    return 0


# --- vaults --------------------------------------------------------------------------------------------------------


def _vault(verbs: Verbs) -> None:
    told = "look after a vault"
    actions = verbs.add_parser("vault", help=told, description=told).add_subparsers(required=True, metavar="ACTION")
    check = _verb(actions, "check", "does the vault hold together: history, tables, attachments", _vault_check)
    check.add_argument("vault", type=Path, metavar="VAULT")
    check.add_argument(
        "--person", default="", metavar="NAME", help="who signs in; not needed where there is one person"
    )
    check.add_argument("--passphrase-fd", type=int, metavar="N", help="read the passphrase from this open descriptor")
    check.add_argument("--json", action="store_true", help="one JSON object")


def _vault_check(options: argparse.Namespace) -> int:
    from reviewer_app.services import checking, door, vaults

    found = door.look(options.vault)
    person = door.person_named(found, options.person)
    desk = vaults.unlock(found, person, _passphrase(options.passphrase_fd), warm=False)
    try:
        report = checking.check(desk)
    finally:
        vaults.leave(desk)
    if options.json:
        print(json.dumps({**report.as_json(), "remarks": desk.remarks}, indent=2))
    else:
        print(*desk.remarks, report.told(), sep="\n")
    return 0 if report.sound else 1


def _passphrase(descriptor: int | None) -> str:
    if descriptor is None and not sys.stdin.isatty():
        raise EntryError(field="Passphrase", reason="no terminal can ask for it; use --passphrase-fd")
    try:
        if descriptor is None:
            return getpass.getpass("Passphrase: ")
        with os.fdopen(descriptor, encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, EOFError, ValueError) as error:
        raise EntryError(field="Passphrase", reason="it cannot be read there; check --passphrase-fd") from error


# --- packages ------------------------------------------------------------------------------------------------------


def _package(verbs: Verbs) -> None:
    told = "what a receiver does with a package; needs no vault"
    actions = verbs.add_parser("package", help=told, description=told).add_subparsers(required=True, metavar="ACTION")
    verify = _verb(actions, "verify", "is the package whole and unchanged; lists its files", _package_verify)
    verify.add_argument("folder", type=Path, metavar="DIR")


def _package_verify(options: argparse.Namespace) -> int:
    from reviewer_app.exchange.verify import describe, verify

    print(describe(verify(options.folder)))
    return 0


# --- the program itself --------------------------------------------------------------------------------------------


def _selftest(_options: argparse.Namespace) -> int:
    from reviewer_app.services import selftest

    print(selftest.run())
    return 0
