# SPDX-License-Identifier: Apache-2.0
"""What every dialog owes: banner, names, Escape without a change, Enter unless it is long, every theme and size."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
)

from reviewer_app.domain.memos import Purpose
from reviewer_app.domain.people import Role
from reviewer_app.errors import FileVanished, NotAFile
from reviewer_app.services import attachments, cases, findings, packages
from reviewer_app.services.people import OneTime
from reviewer_app.services.policies import GROUPS
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.assign import AssignDialog
from reviewer_app.ui.dialogs.attach_details import AttachDetails, NotAttached
from reviewer_app.ui.dialogs.confirm import Asked, ConfirmDialog
from reviewer_app.ui.dialogs.device import DeviceDialog
from reviewer_app.ui.dialogs.finding import FindingDialog
from reviewer_app.ui.dialogs.new_case import NewCaseDialog
from reviewer_app.ui.dialogs.office import OfficeDialog
from reviewer_app.ui.dialogs.passphrase import PassphraseDialog
from reviewer_app.ui.dialogs.person import OneTimeDialog, PersonDialog
from reviewer_app.ui.dialogs.policy import PolicyDialog
from reviewer_app.ui.dialogs.record_date import RecordDateDialog
from reviewer_app.ui.dialogs.record_determination import RecordDeterminationDialog
from reviewer_app.ui.dialogs.record_receipt import RecordReceiptDialog
from reviewer_app.ui.dialogs.record_terms import AgreementDialog, CheckpointDialog, OfferDialog
from reviewer_app.ui.dialogs.set_tracks import SetTracksDialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.dialogs.write_package import WritePackage
from reviewer_app.ui.tasks import InlineTasks
from reviewer_app.ui.widgets.banner import Banner
from tests.desks import NOW, leave_for, open_desk
from tests.factories import LOG, incoming, make_case, text_file
from tests.ui.conftest import accessible_name
from tests.ui.places import during, press

FIELDS = (QLineEdit, QPlainTextEdit, QComboBox, QCheckBox, QTableView)

LONG_NAME = "O'Neill-de la Cruz Santamaría y Fernández de Córdoba"
POLICY, ADD = (
    "policy changed",
    Asked("person added", f"Add {LONG_NAME} as reviewer and supervisor", "Add", effect="So."),
)


class Given:
    """What the dialogs are about: a case with a log, a finding and a package that left."""

    def __init__(self, desk, folder):
        self.desk, self.case = desk, make_case(desk).id
        self.log = attachments.attach(desk, self.case, LOG, incoming()).attachment
        self.finding = findings.add(desk, self.case, "Weakness in an archiver", "U", evidence=[self.log.id])
        self.transfer, _ = packages.write(
            desk, self.case, Purpose.HAND_OVER, "Office 2", folder, grant=leave_for(desk, packages.WRITTEN, self.case)
        )
        self.files = attachments.candidates([text_file(folder), folder / "gone.txt"])

    @property
    def file(self):
        return cases.case_file(self.desk, self.case)


MAKE = {
    "attach": lambda of, up: AttachDetails(up, of.desk, of.file, of.files),
    "not attached": lambda of, up: NotAttached(up, [NotAFile(name="folder"), FileVanished(name="gone.txt")]),
    "new finding": lambda of, up: FindingDialog(up, of.desk, of.file),
    "edit finding": lambda of, up: FindingDialog(up, of.desk, of.file, of.finding),
    "new case": lambda of, up: NewCaseDialog(up, of.desk),
    "office": lambda of, up: OfficeDialog(up, of.desk),
    "date": lambda of, up: RecordDateDialog(up, of.desk, of.file),
    "change date": lambda of, up: RecordDateDialog(up, of.desk, of.file, of.file.facts[0].fact),
    "determination": lambda of, up: RecordDeterminationDialog(up, of.desk, of.file),
    "receipt": lambda of, up: RecordReceiptDialog(up, of.desk, of.transfer),
    "offer": lambda of, up: OfferDialog(up, of.desk, of.file),
    "agreement": lambda of, up: AgreementDialog(up, of.desk, of.file),
    "checkpoint": lambda of, up: CheckpointDialog(up, of.desk, of.file),
    "tracks": lambda of, up: SetTracksDialog(up, of.desk, of.file.case),
    "strike out": lambda of, up: StrikeOutDialog(up, of.desk, of.finding, "finding F-1"),
    "package": lambda of, up: WritePackage(up, of.desk, of.case, Purpose.HAND_OVER),
    "assign": lambda of, up: AssignDialog(up, of.desk, of.file.case),
    "person": lambda of, up: PersonDialog(up, of.desk),
    "roles": lambda of, up: PersonDialog(up, of.desk, LONG_NAME, (Role.REVIEWER,)),
    "one-time passphrase": lambda of, up: OneTimeDialog(up, of.desk, LONG_NAME, OneTime("", "K7QX-3MPT-ZZ4W", NOW)),
    "passphrase": lambda of, up: PassphraseDialog(up, of.desk, InlineTasks()),
    "device secret": lambda of, up: DeviceDialog(up, of.desk, InlineTasks(), on=True),
    "no device secret": lambda of, up: DeviceDialog(up, of.desk, InlineTasks(), on=False),
    "confirm": lambda of, up: ConfirmDialog(up, of.desk, InlineTasks(), Asked(POLICY, "Change the policy", "Change")),
    "confirm, two": lambda of, up: ConfirmDialog(up, of.desk, InlineTasks(), ADD),
    **{f"policy, {name}": lambda of, up, name=name: PolicyDialog(up, of.desk, name) for name in GROUPS},
}
LONG = {"new finding", "edit finding", "new case", "office", "package", "person", "policy, Sign-in"}


@pytest.fixture(scope="module")
def of(tmp_path_factory):
    for desk in open_desk(tmp_path_factory):
        yield Given(desk, tmp_path_factory.mktemp("medium"))


@pytest.fixture
def open_dialog(shell, of, qtbot):
    def made(name):
        dialog = MAKE[name](of, shell)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    return made


def entries(of):
    return len(of.desk.vault.entries())


@pytest.mark.parametrize("name", MAKE)
def test_it_carries_the_banner_twice_and_every_field_has_a_name(open_dialog, shell, name):
    dialog = open_dialog(name)
    banners = dialog.findChildren(Banner)
    assert [banner.accessibleName() for banner in banners] == [shell.banners[0].accessibleName()] * 2
    assert all(banner.isVisible() for banner in banners)
    assert dialog.windowTitle() and "BLUE HERON" not in dialog.windowTitle()
    fields = [each for kind in FIELDS for each in dialog.findChildren(kind) if not each.objectName().startswith("qt_")]
    assert [type(each).__name__ for each in fields if not accessible_name(each)] == []
    names = [accessible_name(each) for each in fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", MAKE)
def test_escape_leaves_without_a_change(open_dialog, of, qtbot, name):
    dialog = open_dialog(name)
    before = entries(of)
    with qtbot.waitSignal(dialog.rejected):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and entries(of) == before


@pytest.mark.parametrize("name", ["new finding", "new case", "office"])
def test_escape_asks_where_much_was_typed_and_keeps_by_default(open_dialog, of, name):
    dialog = open_dialog(name)
    line = next(each for each in dialog.findChildren(QLineEdit) if each.isEnabled())
    line.setText("Typed")
    seen = []

    def look(question):
        seen.append([each.text() for each in question.findChildren(QAbstractButton) if each.isDefault()])
        QTest.keyClick(question, Qt.Key.Key_Return)

    during(lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape), look)
    assert seen == [["Keep"]] and dialog.isVisible() and line.text() == "Typed"
    during(lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape), lambda question: press(question, "Discard"))
    assert not dialog.isVisible()


FILL = {
    "attach": ("source", {"source": "Disc 4"}),
    "date": ("source", {"moment": "20 Nov 2026 09:00", "source": "Record 9"}),
    "change date": ("reason", {"moment": "29 Oct 2026 09:00", "reason": "Mistyped"}),
    "determination": ("reference", {"moment": "20 Nov 2026", "authority": "NSA", "reference": "R-1"}),
    "receipt": ("receipt", {"receipt": "Ref. 118"}),
    "offer": ("document", {"by": "J. P.", "offered": "28 Oct 2026", "document": "Letter"}),
    "agreement": ("reference", {"reference": "EX-115"}),
    "checkpoint": ("build", {"build": "bh-2"}),
    "strike out": ("reason", {"reason": "Wrong case"}),
}


@pytest.mark.parametrize("name", FILL)
def test_enter_records_a_short_form(open_dialog, of, qtbot, name):
    dialog, before = open_dialog(name), entries(of)
    at, typed = FILL[name]
    for field, text in typed.items():
        entry = getattr(dialog, field)
        getattr(entry, "field", entry).setText(text)
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(getattr(dialog, at), Qt.Key.Key_Return)
    assert dialog.made
    assert entries(of) == before + (name != "attach")


@pytest.mark.parametrize("name", sorted(FILL.keys() - {"attach", "agreement", "checkpoint"}))
def test_enter_in_an_empty_form_says_what_is_missing_and_records_nothing(open_dialog, of, name):
    dialog, before = open_dialog(name), entries(of)
    for line in dialog.findChildren(QLineEdit):
        if line is not getattr(dialog, "mark", None):
            line.clear()
    QTest.keyClick(getattr(dialog, FILL[name][0]), Qt.Key.Key_Return)
    wrong = [entry.error.text() for entry in dialog.form.fields.values() if entry.error.text()]
    assert dialog.isVisible() and len(wrong) == 1 and entries(of) == before
    assert dialog.form.general.isHidden()


@pytest.mark.parametrize("name", sorted(LONG))
def test_enter_alone_records_no_long_form(open_dialog, of, name):
    dialog, before = open_dialog(name), entries(of)
    line = next(each for each in dialog.findChildren(QLineEdit) if each.isEnabled() and not each.isReadOnly())
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert dialog.isVisible() and entries(of) == before
    assert [each for each in dialog.findChildren(QAbstractButton) if getattr(each, "isDefault", bool)()] == []


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_every_dialog_holds_in_every_theme_and_size(shell, of, appearance, problems, scheme, percent):
    appearance.choose_scheme(scheme)
    appearance.choose_size(percent)
    found = {}
    for name, make in MAKE.items():
        dialog = make(of, shell)
        wrong = problems(dialog)
        room = dialog.screen().availableSize()
        if dialog.width() > room.width() or dialog.height() > room.height():
            wrong.append(f"larger than the screen: {dialog.size()}")
        wrong += [
            f"cut: {each.text()}"
            for each in dialog.findChildren(QAbstractButton)
            if each.isVisible() and each.text() and each.width() < each.minimumSizeHint().width()
        ]
        if wrong:
            found[name] = wrong
        dialog.hide()
        dialog.deleteLater()
    assert found == {}
    appearance.choose_size(100)
    appearance.choose_scheme("light")


class SmallScreen:
    """1024 × 700, the smallest screen there is."""

    @staticmethod
    def availableSize():
        return QSize(1024, 700)


def test_every_dialog_fits_the_smallest_screen_with_the_largest_text(shell, of, appearance, monkeypatch):
    monkeypatch.setattr(Dialog, "screen", lambda _self: SmallScreen)
    appearance.choose_size(200)
    cut = {}
    for name, make in MAKE.items():
        dialog = make(of, shell)
        dialog.show()
        QApplication.processEvents()
        shown = [each for each in dialog.findChildren(QLabel) if each.isVisible() and each.wordWrap()]
        low = [each.text() for each in shown if each.height() < each.heightForWidth(each.width())]
        if dialog.width() > 1024 or dialog.height() > 700 or low:
            cut[name] = (dialog.size(), low)
        dialog.hide()
        dialog.deleteLater()
    assert cut == {}
    appearance.choose_size(100)
