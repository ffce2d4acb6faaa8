# SPDX-License-Identifier: Apache-2.0
"""The headless verbs as a script sees them: output, one line on standard error, exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer_app import cli
from reviewer_app.domain.memos import Purpose
from reviewer_app.services import packages, vaults
from tests.desks import PASSPHRASE, cheap_passphrases, leave_for, make_desk
from tests.factories import DATA, LOG, make_case, make_note

MARKINGS = DATA / "markings"


def cases(name):
    return json.loads((MARKINGS / name).read_text(encoding="utf-8"))


def profiles(axis):
    """Every combination of options that contains the axis a case depends on."""
    for classification in ("IC", "DOD"):
        for cui in ("NARA", "DOD"):
            if axis in ("any", classification, {"NARA": "NARA", "DOD": "DOD-CUI"}[cui]):
                yield ["--profile", classification, "--cui", cui]


@pytest.fixture
def desk(tmp_path):
    return make_desk(tmp_path)


# --- markings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["banners.json", "portions.json"])
def test_marking_check_agrees_with_every_case_of_the_tables(table, capsys):
    for case in cases(table):
        for options in profiles(case["profile"]):
            assert cli.main(["marking", "check", case["text"], *options]) == (0 if case["valid"] else 1), case
    assert capsys.readouterr().err


def test_marking_roll_up_agrees_with_every_case_of_the_table(capsys):
    for case in cases("rollups.json"):
        for options in profiles(case["profile"]):
            assert cli.main(["marking", "roll-up", *case["portions"], *options]) == 0
            assert capsys.readouterr().out.strip() == case["banner"], case


def test_a_portion_nobody_knows_is_one_line_on_standard_error(capsys):
    assert cli.main(["marking", "roll-up", "(S//NF)", "(Z)"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1 and "(Z)" in said.err


# --- evaluation files ----------------------------------------------------------------------------------------------


def test_read_json_prints_the_agreed_object(capsys):
    assert cli.main(["read", "--json", str(LOG)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == [
        *("format", "tool", "tool_version", "model", "task", "status", "run_at", "counts", "scores", "settings"),
        "warnings",
    ]
    assert (said["status"], said["model"], said["counts"]["completed"]) == ("success", "mockllm/model", 26)


def test_read_prints_text_for_people(capsys):
    assert cli.main(["read", str(LOG)]) == 0
    assert "26 completed" in capsys.readouterr().out


def test_a_truncated_log_is_exit_1_and_one_line(capsys):
    cut = DATA / "evaluations/derived_truncated/security-guide_first60pct.eval"
    assert cli.main(["read", "--json", str(cut)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1 and cut.name in said.err


def test_a_file_that_is_not_there_is_exit_1_and_one_line(capsys, tmp_path):
    assert cli.main(["read", str(tmp_path / "gone.eval")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


# --- vaults --------------------------------------------------------------------------------------------------------


def checked(folder: Path, passphrase: str = PASSPHRASE, *options: str) -> int:
    read, write = os.pipe()
    os.write(write, f"{passphrase}\n".encode())
    os.close(write)
    with cheap_passphrases():
        return cli.main(["vault", "check", str(folder), "--passphrase-fd", str(read), *options])


def tamper(desk, statement):
    with desk.vault.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_vault_check_says_that_a_sound_vault_holds_together(desk, capsys):
    make_case(desk)
    vaults.leave(desk)
    assert checked(desk.vault.folder) == 0
    assert "Everything holds together." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE note SET body = '(U) Changed.'", "note "),
        ("DELETE FROM entry WHERE number = (SELECT max(number) - 1 FROM entry)", "entry "),
    ],
)
def test_vault_check_names_what_was_changed_behind_the_journal(desk, capsys, statement, where):
    note = make_note(desk, make_case(desk).id)
    with desk.record("case opened"):
        pass
    tamper(desk, statement)
    vaults.leave(desk)
    assert checked(desk.vault.folder, PASSPHRASE, "--json") == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert any(each["where"].startswith(where) for each in found)
    if where == "note ":
        assert found[0]["where"] == f"note {note.id}"


def test_a_wrong_passphrase_is_one_line_and_never_echoed(desk, capsys):
    vaults.leave(desk)
    assert checked(desk.vault.folder, "not the right passphrase") == 1
    said = capsys.readouterr()
    assert "R. Ibarra" in said.err and "not the right" not in said.err + said.out


@pytest.mark.parametrize("descriptor", ["-1", "4095"])
def test_a_descriptor_that_gives_nothing_is_one_line(desk, capsys, descriptor):
    vaults.leave(desk)
    assert cli.main(["vault", "check", str(desk.vault.folder), "--passphrase-fd", descriptor]) == 1
    assert capsys.readouterr().err.startswith("Passphrase: it cannot be read there; check --passphrase-fd")


def test_a_folder_that_is_no_vault_is_named(tmp_path, capsys):
    assert checked(tmp_path) == 1
    assert "is not a vault" in capsys.readouterr().err


def test_a_vault_that_is_open_says_who_holds_it(desk, capsys):
    assert checked(desk.vault.folder) == 1
    assert f"by process {os.getpid()}" in capsys.readouterr().err
    vaults.leave(desk)


# --- packages ------------------------------------------------------------------------------------------------------


def test_package_verify_lists_the_files_and_names_a_changed_one(desk, capsys, tmp_path):
    case = make_case(desk)
    _, written = packages.write(
        desk,
        case.id,
        Purpose.HAND_OVER,
        "Practice clearinghouse",
        tmp_path,
        grant=leave_for(desk, packages.WRITTEN, case.id),
    )
    vaults.leave(desk)
    assert cli.main(["package", "verify", str(written.path)]) == 0
    assert "data/case.json" in capsys.readouterr().out
    report = written.path / "data/report.txt"
    report.write_bytes(report.read_bytes().replace(b"BLUE", b"BLUF", 1))
    assert cli.main(["package", "verify", str(written.path)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1 and "data/report.txt" in said.err


# --- the program ---------------------------------------------------------------------------------------------------


def test_selftest_counts_its_known_answers(capsys):
    assert cli.main(["selftest"]) == 0
    assert "10 of 10 hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["read"], ["marking"], ["vault", "check"], ["marking", "check", "U", "--cui", "X"]]
)
def test_wrong_usage_is_exit_2(arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


def test_the_installed_program_runs_without_loading_windows():
    script = "import sys; from reviewer_app import cli; cli.main(['selftest']); sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0


HARDENED = """
import os, resource, sys
from reviewer_app import cli
from reviewer_app.__main__ import main
cli.main = lambda arguments: print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))
sys.argv = ["reviewer-app", "selftest"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits and umask are those of POSIX")
def test_headless_verbs_leave_no_core_and_no_readable_files():
    done = subprocess.run([sys.executable, "-c", HARDENED], capture_output=True, text=True, check=True)
    assert done.stdout == "(0, 0) 0o77\n"


def test_a_fault_is_told_by_type_and_place_only(monkeypatch, capsys):
    def fail(_options):
        raise KeyError("BLUE HERON")

    monkeypatch.setattr(cli, "_selftest", fail)
    assert cli.main(["selftest"]) == 1
    told = capsys.readouterr().err
    assert "KeyError at test_cli.py" in told and "HERON" not in told and told.count("\n") == 1
