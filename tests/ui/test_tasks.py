# SPDX-License-Identifier: Apache-2.0
"""One contract for the executor and for its inline form."""

import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from reviewer_app.ui.tasks import InlineTasks, TaskRunner, is_alive, throttled


class Heard(QObject):
    def __init__(self):
        super().__init__()
        self.values, self.errors, self.fractions, self.threads = [], [], [], set()

    def done(self, value):
        self.values.append(value)
        self.threads.add(threading.current_thread())

    def failed(self, error):
        self.errors.append(error)
        self.threads.add(threading.current_thread())

    def progressed(self, fraction):
        self.fractions.append(fraction)
        self.threads.add(threading.current_thread())

    def ended(self):
        return len(self.values) + len(self.errors)


@pytest.fixture(params=[TaskRunner, InlineTasks])
def runner(request, qapp):
    made = request.param()
    yield made
    made.close()


def test_each_job_ends_once_on_the_main_thread(runner, qtbot):
    heard = Heard()

    def work(number, progress, _cancelled):
        progress(0.5)
        if number % 3 == 0:
            raise ValueError(number)
        return number

    for number in range(300):
        runner.run(partial(work, number), heard.done, heard.failed, heard.progressed)
    qtbot.waitUntil(lambda: heard.ended() == 300)
    assert sorted(heard.values) == [n for n in range(300) if n % 3]
    assert [type(error) for error in heard.errors] == [ValueError] * 100
    assert heard.fractions == [0.5] * 300
    assert heard.threads == {threading.main_thread()}


def test_a_result_of_five_gibibytes_arrives_whole(runner, qtbot):
    heard = Heard()
    runner.run(lambda _p, _c: 5 * 2**30, heard.done, heard.failed)
    qtbot.waitUntil(lambda: heard.values == [5 * 2**30])


def test_progress_is_told_at_most_every_50_ms(runner, qtbot):
    heard = Heard()

    def work(progress, _cancelled):
        for step in range(10_000):
            progress(step / 10_000)

    runner.run(work, heard.done, heard.failed, heard.progressed)
    qtbot.waitUntil(lambda: heard.ended() == 1)
    assert 1 <= len(heard.fractions) < 100
    assert heard.fractions[0] == 0


def test_nothing_is_delivered_to_an_owner_that_has_gone(runner, qtbot):
    heard, other, go = Heard(), Heard(), threading.Event()
    inline = isinstance(runner, InlineTasks)

    def work(_progress, _cancelled):
        if inline:
            delete(heard)
        else:
            go.wait(10)
        return 1

    runner.run(work, heard.done, heard.failed)
    if not inline:
        delete(heard)
        go.set()
    runner.run(lambda _p, _c: 2, other.done, other.failed)
    qtbot.waitUntil(lambda: other.values == [2])
    assert heard.values == []


def test_a_closure_is_dropped_with_the_owner_that_is_named(runner, qtbot):
    owner, other, values = QObject(), Heard(), []
    delete(owner)
    runner.run(lambda _p, _c: 1, values.append, values.append, owner=owner)
    runner.run(lambda _p, _c: 2, other.done, other.failed)
    qtbot.waitUntil(lambda: other.values == [2])
    assert values == []


def test_nothing_is_delivered_after_close(runner, qapp):
    heard = Heard()
    started = threading.Event()

    def work(_progress, cancelled):
        started.set()
        if isinstance(runner, InlineTasks):
            runner.close()
        else:
            while not cancelled():
                threading.Event().wait(0.001)

    runner.run(work, heard.done, heard.failed)
    assert started.wait(10)
    runner.close()
    qapp.processEvents()
    assert heard.ended() == 0
    with pytest.raises(RuntimeError):
        runner.run(work, heard.done, heard.failed)


def test_after_a_halt_nothing_of_before_is_delivered_and_new_work_is_taken(qtbot):
    runner, before, after, started = TaskRunner(), Heard(), Heard(), threading.Event()

    def work(_progress, cancelled):
        started.set()
        while not cancelled():
            threading.Event().wait(0.001)

    runner.run(work, before.done, before.failed)
    assert started.wait(10)
    runner.halt()
    runner.run(lambda _p, _c: "new", after.done, after.failed)
    qtbot.waitUntil(lambda: after.values == ["new"])
    assert before.ended() == 0
    runner.close()


def test_cancel_reaches_the_work(qtbot):
    runner, heard, started = TaskRunner(), Heard(), threading.Event()

    def work(_progress, cancelled):
        started.set()
        while not cancelled():
            threading.Event().wait(0.001)
        return "stopped"

    cancel = runner.run(work, heard.done, heard.failed)
    assert started.wait(10)
    cancel()
    qtbot.waitUntil(lambda: heard.values == ["stopped"])
    runner.close()


def test_the_throttle_passes_the_first_report_and_one_each_beat():
    told, now = [], iter([0.0, 0.0, 0.01, 0.04, 0.06, 0.06, 0.10, 0.12, 0.12])
    report = throttled(told.append, lambda: next(now))
    for fraction in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        report(fraction)
    assert told == [0.1, 0.4, 0.6]


def test_life_of_a_callback_is_that_of_its_object():
    heard = Heard()
    callback = partial(heard.done, 1)
    assert is_alive(callback) and is_alive(print)
    delete(heard)
    assert not is_alive(callback)
