# SPDX-License-Identifier: Apache-2.0
"""The Transfers tab: what leaves is said before, a package verifies, a refused folder is named, all is recorded."""

import errno
import os
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reviewer_app.domain.findings import Finding, Referral
from reviewer_app.domain.memos import Purpose, Transfer
from reviewer_app.exchange import bag, package
from reviewer_app.exchange.verify import verify
from reviewer_app.services import attachments, findings, packages
from reviewer_app.ui.dialogs import write_package
from tests.desks import COLLEAGUE, open_desk
from tests.factories import LOG, incoming, make_case, make_note
from tests.ui.cases import CasePlace
from tests.ui.places import during, press, says, texts, when_modal


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def place(shell, tasks, desk):
    made = CasePlace(shell, desk, tasks, make_case(desk).id)
    make_note(desk, made.case)
    made.changed()
    made.page.show_tab("transfers")
    yield made
    shell.drop_page(made.page)


@pytest.fixture
def tab(place):
    return place.page.part("transfers")


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "medium"
    folder.mkdir()
    return folder


def order(folder, recipient="Practice office 2"):
    def play(dialog):
        dialog.recipient.setText(recipient)
        dialog.choose_folder(folder)
        press(dialog, "Write the package")

    return play


def refused(desk, case, start, folder):
    """What the error says, after the person goes back without another try."""
    said = []

    def read(error):
        said.extend(texts(error))
        press(error, "Close")

    def play(dialog):
        when_modal(read, lambda: dialog.done(0))
        order(folder)(dialog)

    during(start, play)
    assert desk.vault.find(Transfer, case=case) == []
    return "\n".join(said)


def test_before_anything_left_it_says_what_a_package_is(place, tab, shell, problems):
    assert says(tab, "Nothing has left this case")
    assert problems(shell) == []


def test_the_dialog_says_what_leaves_and_what_is_withheld(place, tab, desk):
    attachments.attach(desk, place.case, LOG, incoming())
    findings.add(desk, place.case, "Weakness", "U")
    place.changed()
    seen = {}

    def look(dialog):
        seen["whole"] = dialog.leaving.text()
        dialog.purpose.setCurrentIndex(1)
        seen["part"], seen["withheld"] = dialog.leaving.text(), dialog.withheld.text()
        seen["recipient"] = dialog.recipient.text()
        dialog.done(0)

    during(lambda: press(tab, "Write the first package"), look)
    assert "Marked UNCLASSIFIED" in seen["whole"] and "1 file of evidence" in seen["whole"]
    assert "evidence," not in seen["part"] and "not named" in seen["part"]
    assert "1. Weakness" in seen["part"] and "points to the developer" in seen["withheld"]
    assert seen["recipient"] == "Practice clearinghouse"


def test_words_that_read_as_a_verdict_are_sent_only_after_a_person_agreed(place, tab, desk, out):
    make_note(desk, place.case, "(U) The model is approved for release.")
    seen = []

    def play(dialog):
        order(out, "Approving Authority")(dialog)
        seen.extend((dialog.words.text(), dialog.form.general.text()))
        dialog.recipient.setText("Office 2")
        dialog.confirm.setChecked(True)
        press(dialog, "Write the package")

    during(tab.act, play)
    assert "“approved”" in seen[0] and "The recipient: “Approving”" in seen[0] and "Words: some" in seen[1]
    assert [each.recipient for each in desk.vault.find(Transfer, case=place.case)] == ["Office 2"]


def test_the_folder_is_chosen_beside_its_field(place, tab, out, monkeypatch):
    monkeypatch.setattr(write_package, "choose_folder", lambda *_: out)
    seen = []

    def look(dialog):
        press(dialog, "Choose folder")
        seen.append((dialog.place.text(), dialog.folder))

    during(tab.act, look)
    assert seen == [(str(out), out)]


@pytest.mark.parametrize(("recipient", "folder", "field"), [("", True, "Recipient"), ("Office 2", False, "Folder")])
def test_recipient_and_folder_are_needed(place, tab, desk, out, recipient, folder, field):
    seen = []

    def play(dialog):
        dialog.recipient.setText(recipient)
        if folder:
            dialog.choose_folder(out)
        press(dialog, "Write the package")
        seen.append((dialog.isVisible(), dialog.form.fields[field].error.isVisible()))

    during(tab.act, play)
    assert seen == [(True, True)] and desk.vault.find(Transfer, case=place.case) == []


def test_a_written_package_verifies_and_stands_in_list_and_history(place, tab, desk, out, shell, problems):
    log = attachments.attach(desk, place.case, LOG, incoming()).attachment
    during(tab.act, order(out))
    (path,) = out.iterdir()
    (transfer,) = desk.vault.find(Transfer, case=place.case)
    assert verify(path).manifest_sha512 == transfer.manifest
    assert (path / "data/evidence" / log.sha512).read_bytes() == LOG.read_bytes()
    assert tab.table.current_key() == transfer.id and tab.table.rows.cell(0, 1).text == "hand-over"
    for words in (path.name, "Practice office 2", str(path), "Written is not received", "no receipt"):
        assert says(tab.card, words), words
    assert packages.released_by(desk, transfer) == COLLEAGUE and {"Released by", COLLEAGUE} <= set(texts(tab.card))
    assert transfer.manifest in "".join(texts(tab.card)).replace(" ", "")
    assert place.news[-1].startswith(f"Package {path.name} written: {transfer.files} files")
    assert problems(shell) == []
    place.page.show_tab("history")
    line = place.page.part("history").lines[0]
    assert (line.what, line.subject) == ("Package written", "package to Practice office 2")


def test_a_receipt_is_recorded_as_its_receiver_gave_it(place, tab, desk, out):
    during(tab.act, order(out))

    def record(dialog):
        dialog.receipt.setText("Received 24 Nov 2026, ref. 118")
        QTest.keyClick(dialog.receipt, Qt.Key.Key_Return)

    during(lambda: press(tab.card, "Record a receipt"), record)
    (transfer,) = desk.vault.find(Transfer, case=place.case)
    assert transfer.receipt == "Received 24 Nov 2026, ref. 118"
    assert says(tab.card, "ref. 118") and not says(tab.card, "Written is not received")


def test_a_referral_moves_its_findings_on_and_names_no_developer(place, tab, desk, out):
    finding = findings.add(desk, place.case, "Weakness", "U")
    place.changed()
    during(lambda: tab.write(Purpose.REFERRAL), order(out, "Practice clearinghouse"))
    (path,) = out.iterdir()
    assert "Example Developer" not in (path / "data/case.json").read_text(encoding="utf-8")
    assert desk.vault.get(Finding, finding.id).referral is Referral.TRANSFERRED


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_folder_inside_the_vault_is_refused_beside_its_field(place, tab, desk):
    seen = []

    def play(dialog):
        order(desk.vault.folder / "blobs")(dialog)
        seen.append((dialog.isVisible(), dialog.form.fields["Folder"].error.text()))

    during(tab.act, play)
    assert seen == [(True, "This lies inside the vault; choose one outside it.")]
    assert desk.vault.find(Transfer, case=place.case) == []


def test_a_folder_that_holds_the_package_already_is_refused_and_left_as_it_is(place, tab, desk, out, monkeypatch):
    monkeypatch.setattr(package, "identifier", lambda _content: "MRC-taken")
    taken = out / "MRC-taken"
    taken.mkdir()
    (taken / "kept.txt").write_text("kept", encoding="utf-8")
    assert "“MRC-taken” exists there already" in refused(desk, place.case, tab.act, out)
    assert [path.name for path in out.rglob("*")] == ["MRC-taken", "kept.txt"]


def test_a_full_medium_is_told_in_figures_and_nothing_stays(place, tab, desk, out, monkeypatch):
    monkeypatch.setattr(bag.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=4096))
    said = refused(desk, place.case, tab.act, out)
    assert "The package was not written" in said and "are free there and it needs" in said
    assert list(out.iterdir()) == []


def test_a_medium_that_fills_up_leaves_nothing(place, tab, desk, out, monkeypatch):
    def full(*_said):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(bag, "_write", full)
    assert "the disk is full" in refused(desk, place.case, tab.act, out)
    assert list(out.iterdir()) == []


def test_a_folder_that_is_gone_can_be_changed_without_typing_again(place, tab, desk, out, tmp_path):
    seen = []

    def again(dialog):
        seen.append((dialog.recipient.text(), dialog.folder))
        order(out)(dialog)

    def read(error):
        seen.extend(text for text in texts(error) if "was not written" in text)
        when_modal(again, lambda: error.done(0))
        press(error, "Change and write again")

    def play(dialog):
        when_modal(read, lambda: dialog.done(0))
        order(tmp_path / "gone", "Office 9")(dialog)

    during(tab.act, play)
    assert seen[0].startswith("The package was not written: the folder or medium refused it")
    assert seen[1] == ("Office 9", tmp_path / "gone")
    assert len(desk.vault.find(Transfer, case=place.case)) == 1


def test_a_cancelled_package_leaves_nothing_and_says_so(place, tab, desk, out, monkeypatch):
    real = place.shell.progress.run

    def cancelled(tasks, text, work, on_done, on_error):
        return real(tasks, text, lambda progress, _cancelled: work(progress, lambda: True), on_done, on_error)

    monkeypatch.setattr(place.shell.progress, "run", cancelled)
    during(tab.act, order(out))
    assert place.news == ["Writing was cancelled. Nothing of the package is left."]
    assert list(out.iterdir()) == [] and desk.vault.find(Transfer, case=place.case) == []


def test_enter_opens_nothing_by_accident_in_the_dialog(place, tab, desk, out):
    seen = []

    def play(dialog):
        dialog.choose_folder(out)
        QTest.keyClicks(dialog.recipient, "Office 2")
        QTest.keyClick(dialog.recipient, Qt.Key.Key_Return)
        seen.append(dialog.isVisible())

    during(tab.act, play)
    assert seen == [True] and list(out.iterdir()) == []
