# SPDX-License-Identifier: Apache-2.0
"""The window before the workplace under test: opened, played by keys or fields. Its fixtures are taken in by conftest."""

from functools import partial

import pytest
from PySide6.QtTest import QTest

from reviewer_app.evaluations.reader import Reader
from reviewer_app.services import seats, vaults
from reviewer_app.ui.entrance import Entrance
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.vault import place, slots
from tests.desks import PASSPHRASE, PERSON, ROUNDS, cheap_passphrases, make_desk
from tests.factories import make_case

STRONG = "7 grey Herons-at dawn, twice"
"""What a real vault takes as a passphrase."""
OTHER = "Nine 2 old kettles; a ferry"
"""The next one, changed enough."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The person's data folder, which is not there yet; everything slow is made quick, and nothing waits."""
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "share" / "Reviewer")
    monkeypatch.setattr(seats, "Reader", lambda warm: Reader())
    monkeypatch.setattr(vaults, "Ballast", partial(place.Ballast, size=1000))
    monkeypatch.setattr(slots, "calibrate", lambda: ROUNDS)
    monkeypatch.setattr(vaults, "SWITCH_WAIT", 0.0)
    with cheap_passphrases():
        yield tmp_path / "share" / "Reviewer"


def make_vault(folder, policy=None, cases=0):
    """A vault that nobody is in; its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = make_desk(folder, policy, passphrase=STRONG if policy and not policy.practice else PASSPHRASE)
    for _ in range(cases):
        make_case(desk)
    vaults.leave(desk)
    return desk.vault.folder


@pytest.fixture
def enter(qtbot, tasks):
    """Opens the entrance; who signs in is in `.desks`, and is left at the end."""
    made = []

    def open_it(folder=None, runner=tasks, **given):
        entrance = Entrance(runner, folder, **given)
        entrance.desks = []
        entrance.entered.connect(entrance.desks.append)
        qtbot.addWidget(entrance, before_close_func=lambda window: window.leave())
        with qtbot.waitActive(entrance):
            entrance.show()
        made.append(entrance)
        return entrance

    yield open_it
    for entrance in made:
        for desk in entrance.desks:
            vaults.leave(desk)


def alerts(entrance):
    return [alert.text for alert in entrance.findChildren(Alert) if alert.isVisible()]


def focused(entrance):
    return entrance.focusWidget()


def key(entrance, *keys):
    """Strike keys, or write texts, where the focus is."""
    for each in keys:
        (QTest.keyClicks if isinstance(each, str) else QTest.keyClick)(focused(entrance), each)


def sign_in(entrance, passphrase=PASSPHRASE, person=""):
    page = entrance.page
    page.notice.setChecked(True)
    if person:
        page.people.setCurrentIndex([each.name for each in page.door.people].index(person))
    page.passphrase.line.setText(passphrase)
    page.act()


def banner(entrance):
    said = {each.accessibleName() for each in entrance.banners}
    assert len(said) == 1 and all(each.isVisible() for each in entrance.banners)
    return said.pop()


def fill_in(page, **changes):
    """Fills in the form for a new vault, as it can be taken but for the changes."""
    values = {"person": PERSON, "first": STRONG, "second": STRONG, **changes}
    if page.floor.currentIndex() < 0:
        page.floor.setCurrentText("CUI")
    for name, text in values.items():
        typed_into(page, name).setText(text)


def typed_into(page, name):
    """The field of this name, in the form or among those of the passphrase."""
    return getattr(page.new, name).line if name in ("first", "second") else getattr(page, name)


def choose(new, passphrase=OTHER):
    """Types a passphrase twice."""
    for field in new.fields:
        field.line.setText(passphrase)


def shown_key(page):
    """The recovery key as the page shows it."""
    return "-".join(group.text() for group in page.groups)


def type_key(field, text):
    """Types a recovery key from its first group on."""
    field.lines[0].setFocus()
    for letter in text:
        QTest.keyClicks(field.window().focusWidget(), letter)


def keep_key(page):
    """Goes through both steps of a recovery key as a careful person does; the key."""
    text = shown_key(page)
    page.written.click()
    type_key(page.typed, text)
    page.go.click()
    return text
