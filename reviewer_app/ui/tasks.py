# SPDX-License-Identifier: Apache-2.0
"""Work away from the window: one small executor, one long-lived object that carries results back to the main thread."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

Report = Callable[[float], None]
"""Takes the fraction done, 0 to 1: Qt's own integers end at 2 GiB."""
Work = Callable[[Report, Callable[[], bool]], Any]
"""Takes `progress` and `cancelled`; returns a value, never a row or a widget."""
Callback = Callable[[Any], object]
BEAT = 0.05  # seconds between two reports of one job


class Tasks(Protocol):
    """What pages know of background work."""

    def run(
        self,
        work: Work,
        on_done: Callback,
        on_error: Callback,
        on_progress: Callback | None = None,
        owner: QObject | None = None,
    ) -> Callable[[], None]:
        """Start `work(progress, cancelled)`; exactly one of `on_done(value)` and `on_error(error)` is called.

        Callbacks run on the main thread, and not at all once their owner is gone: `owner`, or the QObject whose
        methods they are. Connect bound methods; a closure keeps a closed page alive. Returns a function that asks the
        work to stop.
        """
        ...

    def close(self) -> None:
        """Take no more work, ask all to stop, wait; nothing is delivered afterwards."""
        ...


def is_alive(callback: Callback, owner: QObject | None = None) -> bool:
    """The QObject that a callback belongs to still exists."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = owner or getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


def throttled(report: Report, clock: Callable[[], float] = time.monotonic) -> Report:
    """At most one report per 50 ms; those between are dropped."""
    last = -BEAT

    def beat(fraction: float) -> None:
        nonlocal last
        if clock() - last >= BEAT:
            last = clock()
            report(fraction)

    return beat


class TaskRunner(QObject):
    """Runs work on two threads. Make one on the main thread and close it before the window dies."""

    _arrived = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="work")
        self._running: set[threading.Event] = set()
        self._closed = False
        self._arrived.connect(self._deliver)

    def run(
        self,
        work: Work,
        on_done: Callback,
        on_error: Callback,
        on_progress: Callback | None = None,
        owner: QObject | None = None,
    ) -> Callable[[], None]:
        """See `Tasks.run`."""
        cancel = threading.Event()

        def tell(callback: Callback | None, value: object) -> None:
            if callback:
                self._arrived.emit(callback, value, owner)

        def job() -> None:
            try:
                value = work(throttled(partial(tell, on_progress)), cancel.is_set)
            except Exception as error:  # noqa: BLE001  every failure is the caller's to judge, on the main thread
                tell(on_error, error)
            else:
                tell(on_done, value)
            finally:
                self._running.discard(cancel)

        self._running.add(cancel)
        self._pool.submit(job)
        return cancel.set

    @Slot(object, object, object)
    def _deliver(self, callback: Callback, value: object, owner: QObject | None) -> None:
        if not self._closed and is_alive(callback, owner):
            callback(value)

    def close(self) -> None:
        """See `Tasks.close`."""
        self._closed = True
        for cancel in tuple(self._running):
            cancel.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


class InlineTasks:
    """The same, at once and on the calling thread: for tests and for scripts that drive the windows."""

    def __init__(self) -> None:
        self._closed = False

    def run(
        self,
        work: Work,
        on_done: Callback,
        on_error: Callback,
        on_progress: Callback | None = None,
        owner: QObject | None = None,
    ) -> Callable[[], None]:
        """See `Tasks.run`; the work has ended when this returns."""
        if self._closed:
            raise RuntimeError("closed")
        cancel = threading.Event()

        def tell(callback: Callback | None, value: object) -> None:
            if callback and not self._closed and is_alive(callback, owner):
                callback(value)

        try:
            value = work(throttled(partial(tell, on_progress)), cancel.is_set)
        except Exception as error:  # noqa: BLE001  every failure is the caller's to judge
            tell(on_error, error)
        else:
            tell(on_done, value)
        return cancel.set

    def close(self) -> None:
        """See `Tasks.close`."""
        self._closed = True
