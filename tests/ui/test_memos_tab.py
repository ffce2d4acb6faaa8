# SPDX-License-Identifier: Apache-2.0
"""The Memos tab: the draft is kept, the gate says what is missing and leads there, a final memo is frozen, copies."""

import errno
import os

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from shiboken6 import delete

from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.domain.memos import Memo, MemoState
from reviewer_app.errors import NoSpace
from reviewer_app.services import assignments, memos, people, vaults
from reviewer_app.ui.case import memos as page
from reviewer_app.ui.case.memos import MemosTab
from tests.desks import (
    COLLEAGUES_PASSPHRASE,
    PASSPHRASE,
    PERSON,
    cheap_passphrases,
    leave_for,
    open_desk,
    sign_in,
)
from tests.factories import make_case
from tests.ui.offices import REVIEWER, SUPERVISOR, desk_as
from tests.ui.places import TabPlace, during, press, says, texts

FIRST = "(U) This memo records what was submitted."


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def place(shell, tasks, desk):
    made = TabPlace(shell, desk, tasks, make_case(desk).id)
    yield made
    for tab in made.tabs.values():  # its timers would write to a vault that is left
        delete(tab)


@pytest.fixture
def tab(place):
    return place.show(MemosTab)


def write(tab, body):
    """Type a text and let the pause before the preview pass."""
    tab.draft.body.setPlainText(body)
    tab.draft._show.stop()
    tab.draft.paused.emit()


def kept(place):
    return place.desk.vault.find(Memo, case=place.case)


def test_a_new_memo_shows_its_page_and_a_closed_checklist(tab, shell, problems):
    assert tab.document.sheet.pages >= 1 and says(tab, "As it will print")
    assert says(tab.gate, "points hold") and tab.gate.final.isEnabled()
    assert problems(shell) == []


def test_what_is_typed_is_kept_and_found_again(place, tab, qtbot):
    QTest.keyClicks(tab.draft.subject, " of BLUE HERON")
    assert tab.draft.typed and tab.draft.told.text() == ""
    with qtbot.waitSignal(tab.draft.keep_asked):
        pass
    assert tab.draft.told.text().startswith("Kept in the vault ")
    assert memos.kept_writing(place.desk, place.case).subject == tab.draft.subject.text()
    again = place.show(MemosTab)
    assert again.draft.subject.text() == tab.draft.subject.text()
    assert kept(place) == []


def test_a_case_that_changes_leaves_what_is_typed_alone(place, tab):
    tab.draft.body.setPlainText(f"{FIRST}\n\n(U) Half a sen")
    place.changed()
    assert tab.draft.writing().body.endswith("(U) Half a sen")


@pytest.mark.parametrize(
    ("body", "paragraph", "said"),
    [
        (f"{FIRST}\n\nNo mark here.", 2, "has no portion mark"),
        (f"{FIRST}\n\n(U) Two.\n\n(XX) Three.", 3, "(XX) is not a valid mark"),
        (f"{FIRST}\n\n(U) The model is approved.", 2, "says “approved”"),
    ],
)
def test_the_gate_holds_the_final_memo_back_and_leads_to_the_place(tab, shell, qtbot, body, paragraph, said):
    write(tab, body)
    assert says(tab.gate, said) and not tab.gate.final.isEnabled()
    waiting = sum(not point.ok for point in tab.gate.points)
    assert (
        says(tab.gate, f"{waiting} of {len(tab.gate.points)} points need") and str(waiting) in tab.gate.final.toolTip()
    )
    assert tab.draft.body._tinted == {paragraph - 1}
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    press(tab.gate, f"Go to paragraph {paragraph}")
    assert tab.draft.body.textCursor().block().text() == body.split("\n\n")[paragraph - 1]
    assert tab.draft.body.hasFocus()
    write(tab, FIRST)
    assert tab.gate.final.isEnabled() and tab.draft.body._tinted == set()


def test_a_final_memo_that_is_asked_for_too_early_is_refused_with_its_reason(place, tab):
    write(tab, "(U) The model is approved.")
    tab._keep_memo(final=True)
    assert "“approved”" in str(place.errors[0]) and kept(place) == []
    assert tab.draft.writing().body == "(U) The model is approved."


def test_a_draft_is_kept_as_a_pdf_and_the_text_goes_on(place, tab):
    write(tab, FIRST)
    tab.act()
    (memo,) = kept(place)
    assert memo.state is MemoState.DRAFT and tab.draft.writing().body == FIRST
    assert says(tab.gate, "1 memo") and place.news == ["Draft 1 is kept in the vault as a PDF."]


def test_a_final_memo_is_asked_for_attached_and_frozen(place, tab):
    write(tab, f"{FIRST}\n\n(U) It adds nothing.")
    during(lambda: press(tab.gate, "Prepare final memo"), lambda question: press(question, "Cancel"))
    assert kept(place) == []
    during(lambda: press(tab.gate, "Prepare final memo"), lambda question: press(question, "Prepare final memo"))
    (memo,) = kept(place)
    file = place.desk.vault.get(Attachment, memo.pdf)
    assert memo.state is MemoState.FINAL and memo.body == f"{FIRST}\n\n(U) It adds nothing."
    assert (file.holding, file.detected) == (Holding.GOVERNMENT_RECORD, "pdf")
    assert place.news == ["Final memo 1 is kept in the vault as a PDF."]
    write(tab, "(U) A later text.")
    tab.keep()
    assert place.desk.vault.get(Memo, memo.id) == memo
    press(tab, "Show Final memo 1")
    assert says(tab, file.name) and tab.back.isVisible()
    press(tab, "Back to the draft")
    assert says(tab, "As it will print") and not tab.back.isVisible()


# --- signing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def seats(shell, tasks, tmp_path):
    """A vault whose R. Ibarra keeps a final memo and a draft; a function that lets somebody sit down at its Memos tab."""
    with cheap_passphrases():
        now, ids = desk_as(tmp_path, PERSON)
        case = make_case(now).id
        for final in (True, False):
            memos.keep(now, case, memos.opening(now, case), final=final)
        assignments.assign(now, case, {ids[REVIEWER], now.person.id})
        places = []

        def sit(name):
            nonlocal now
            now = sign_in(now, ids[name], PASSPHRASE if name == PERSON else COLLEAGUES_PASSPHRASE)
            places.append(TabPlace(shell, now, tasks, case))
            return places[-1], places[-1].show(MemosTab)

        yield sit
        for each in places:
            delete(each.tabs["memos"])
        vaults.leave(now)


def test_a_supervisor_signs_a_final_memo_of_somebody_else(seats, shell, problems):
    place, tab = seats(SUPERVISOR)
    assert says(tab.gate, "Not signed yet") and problems(shell) == []
    press(tab.gate, "Sign Final memo 1")
    (asked,) = place.confirmed
    assert (asked.verb, asked.what, asked.button) == (memos.SIGNED, "Sign final memo 1", "Sign")
    assert "known by its SHA-512" in asked.effect and "says nothing about the model" in asked.effect
    assert says(tab.gate, f"Signed by {SUPERVISOR}, supervisor, 23 Nov 2026 10:40 EST")
    assert not says(tab.gate, "Not signed yet") and place.news == ["Final memo 1 is signed."]
    assert place.desk.vault.entries(place.case)[0].verb == memos.SIGNED
    with pytest.raises(AssertionError, match="no button"):
        press(tab.gate, "Sign Final memo 1")


@pytest.mark.parametrize("name", [PERSON, REVIEWER])
def test_its_author_and_a_reviewer_are_told_who_signs_and_offered_nothing(seats, name):
    _, tab = seats(name)
    assert says(tab.gate, "Not signed yet. A supervisor who did not write it signs it.")
    with pytest.raises(AssertionError, match="no button"):
        press(tab.gate, "Sign Final memo 1")


def test_a_draft_says_nothing_of_signatures(seats):
    _, tab = seats(SUPERVISOR)
    assert len([text for text in texts(tab.gate) if "igned" in text]) == 1
    with pytest.raises(AssertionError, match="no button"):
        press(tab.gate, "Sign Draft 2")


def test_what_is_not_confirmed_is_not_signed(seats, monkeypatch):
    place, tab = seats(SUPERVISOR)
    monkeypatch.setattr(place, "confirm", lambda _asked: None)
    press(tab.gate, "Sign Final memo 1")
    assert says(tab.gate, "Not signed yet") and place.news == []


def test_a_signature_that_does_not_fit_its_memo_any_more_is_told_as_a_danger(seats, monkeypatch):
    place, tab = seats(SUPERVISOR)
    press(tab.gate, "Sign Final memo 1")
    monkeypatch.setattr(memos, "file_of", lambda *_: Attachment.model_construct(sha512="0" * 128))
    place.changed()
    told = f"The signature of {SUPERVISOR} of 23 Nov 2026 10:40 EST does not fit this memo any more"
    assert says(tab.gate, told) and not says(tab.gate, "Signed by")
    shown = [each for each in tab.gate.findChildren(QLabel) if each.text().startswith(told)]
    assert {each.property("tone") for each in shown} == {"danger"}


def test_a_signature_by_keys_that_were_replaced_stays_and_says_so(seats):
    place, tab = seats(SUPERVISOR)
    signer = place.desk.person.id
    press(tab.gate, "Sign Final memo 1")
    place, tab = seats(PERSON)
    assert says(tab.gate, f"Signed by {SUPERVISOR}") and not says(tab.gate, "has here now")
    people.give_passphrase(place.desk, signer, leave_for(place.desk, people.GIVEN, about=signer))
    place.changed()
    assert says(tab.gate, f"Signed by {SUPERVISOR}") and says(tab.gate, f"not the one that {SUPERVISOR} has here now")


def test_a_reviewer_is_told_who_changes_office_details(seats):
    place, tab = seats(REVIEWER)
    place.desk.policy = place.desk.policy.model_copy(update={"classified_by": ""})
    write(tab, "(S//NF) A sentence.")
    assert says(tab.gate, "A supervisor or an officer changes office details.")
    with pytest.raises(AssertionError, match="no button"):
        press(tab.gate, "Change office details")


# --- a copy outside the vault ----------------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path, monkeypatch):
    folder = tmp_path / "medium"
    folder.mkdir()
    monkeypatch.setattr(page, "choose_folder", lambda *_: folder)
    return folder


def test_the_pdf_is_saved_to_a_chosen_folder_and_the_history_says_so(place, tab, out):
    tab.act()
    press(tab, "Save a copy of Draft 1")
    (path,) = out.iterdir()
    assert path.read_bytes().startswith(b"%PDF-") and path.name.endswith("-1-draft.pdf")
    assert place.news[-1] == f"Copied out of the vault: {path}. The journal says so."
    assert place.desk.vault.entries(place.case)[0].verb == "memo copied out"


def test_nothing_is_copied_when_no_folder_is_chosen(place, tab, monkeypatch):
    monkeypatch.setattr(page, "choose_folder", lambda *_: None)
    tab.act()
    press(tab, "Save a copy of Draft 1")
    assert place.desk.vault.entries(place.case)[0].verb == "draft memo kept"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "no space left on device"), (errno.EACCES, "permission denied")]
)
def test_a_folder_that_refuses_is_named_and_nothing_stays(place, tab, out, monkeypatch, number, said):
    def refuse(*_said):
        raise OSError(number, os.strerror(number))

    tab.act()
    monkeypatch.setattr(memos, "write_all", refuse)
    seen = []
    during(lambda: press(tab, "Save a copy of Draft 1"), lambda error: seen.extend(texts(error.inside)))
    assert f"Folder: it cannot take the copy ({said}); choose another." in seen
    assert list(out.iterdir()) == []
    assert place.desk.vault.entries(place.case)[0].verb == "memo copy stopped"


def test_a_copy_inside_the_vault_is_refused_and_another_folder_can_be_chosen(place, tab, out, monkeypatch):
    folders = [place.desk.vault.folder, out]
    monkeypatch.setattr(page, "choose_folder", lambda *_: folders.pop(0))
    tab.act()
    seen = []

    def again(error):
        seen.extend(texts(error.inside))
        press(error, "Choose another folder")

    during(lambda: press(tab, "Save a copy of Draft 1"), again)
    assert "Folder: this lies inside the vault; choose one outside it." in seen
    assert [path.name for path in out.iterdir()] == [memos.file_of(place.desk, kept(place)[0]).name]


def test_a_full_vault_keeps_the_text_and_says_why(place, tab, monkeypatch):
    def full(*_said, **_more):
        raise NoSpace(needed="4 MB")

    write(tab, FIRST)
    monkeypatch.setattr(place.desk.blobs, "write_bytes", full)
    tab.act()
    assert isinstance(place.errors[0], NoSpace) and kept(place) == []
    assert tab.draft.writing().body == FIRST


def test_without_room_one_part_stands_in_front_and_a_point_leads_to_the_text(tab, shell, appearance, problems):
    shell.resize(1024, 700)
    appearance.choose_size(200)
    assert tab.views.isVisible() and sum(part.isVisible() for part in tab.parts) == 1
    write(tab, "No mark here.")
    tab._show_part(2)
    press(tab.gate, "Go to paragraph 1")
    assert tab.draft.isVisible() and not tab.gate.isVisible()
    assert problems(shell) == []
    appearance.choose_size(100)
