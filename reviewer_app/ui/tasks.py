# SPDX-License-Identifier: Apache-2.0
"""Work away from the window: one small executor, one long-lived object that carries results back to the main thread."""

import gc
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from shiboken6 import isValid

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Report = Callable[[float], None]
"""Takes the fraction done, 0 to 1: Qt's own integers end at 2 GiB."""
Work = Callable[[Report, Callable[[], bool]], Any]
"""Takes `progress` and `cancelled`; returns a value, never a row or a widget."""
Callback = Callable[[Any], object]
BEAT = 0.05  # seconds between two reports of one job
COLLECT = 500  # ms


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

    def halt(self) -> None:
        """Ask all work to stop and wait; nothing of it is delivered afterwards, and new work is taken."""
        ...

    def close(self) -> None:
        """`halt`, and take no more work."""
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


class _Job:
    """What the main thread keeps of one job. SECURITY: a widget whose last reference a thread drops dies there."""

    def __init__(
        self, work: Work, callbacks: tuple[Callback, Callback, Callback | None], owner: QObject | None
    ) -> None:
        self.work, self.owner = work, owner
        self.on_done, self.on_error, self.on_progress = callbacks
        self.cancel = threading.Event()
        self.value: Any = None
        self.error: Exception | None = None

    def do(self, report: Report) -> None:
        """Called on a thread of the executor."""
        try:
            self.value = self.work(throttled(report), self.cancel.is_set)
        except Exception as error:  # noqa: BLE001  every failure is the caller's to judge, on the main thread
            self.error = error


class TaskRunner(QObject):
    """Runs work on two threads. Make one on the main thread and close it before the window dies.

    While threads run, the cyclic collector runs on the main thread only: elsewhere it would destroy windows.
    """

    _progressed = Signal(int, float)
    _ended = Signal(int)
    _open: ClassVar[int] = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, _Job] = {}
        self._count = 0
        self._pool: ThreadPoolExecutor | None = None
        self._closed = False
        self._progressed.connect(self._on_progressed)
        self._ended.connect(self._on_ended)
        self._collector = QTimer(self)
        self._collector.setInterval(COLLECT)
        self._collector.timeout.connect(self._on_collect)

    def run(
        self,
        work: Work,
        on_done: Callback,
        on_error: Callback,
        on_progress: Callback | None = None,
        owner: QObject | None = None,
    ) -> Callable[[], None]:
        """See `Tasks.run`."""
        pool = self._started()
        self._count += 1
        job = self._jobs[self._count] = _Job(work, (on_done, on_error, on_progress), owner)
        pool.submit(self._do, self._count)
        return job.cancel.set

    def _started(self) -> "ThreadPoolExecutor":
        if self._closed:
            raise RuntimeError("closed")
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # the first window is painted before there is work

            self._pool = ThreadPoolExecutor(2, thread_name_prefix="work")
            TaskRunner._open += 1
            gc.disable()
            self._collector.start()
        return self._pool

    def _do(self, number: int) -> None:
        """On a thread: it holds nothing of the job any more when the main thread hears of the end."""
        self._jobs[number].do(partial(self._progressed.emit, number))
        self._ended.emit(number)

    @Slot(int, float)
    def _on_progressed(self, number: int, fraction: float) -> None:
        job = self._jobs.get(number)
        if job and job.on_progress and not self._closed and is_alive(job.on_progress, job.owner):
            job.on_progress(fraction)

    @Slot(int)
    def _on_ended(self, number: int) -> None:
        job = self._jobs.pop(number, None)
        if job is None or self._closed:
            return
        callback, value = (job.on_error, job.error) if job.error else (job.on_done, job.value)
        if is_alive(callback, job.owner):
            callback(value)

    @Slot()
    def _on_collect(self) -> None:
        """What the interpreter would do by itself, here."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(counts) if most and count > most]
        if due:
            gc.collect(due[-1])

    def close(self) -> None:
        """See `Tasks.close`."""
        self._closed = True
        self.halt()

    def halt(self) -> None:
        """See `Tasks.halt`."""
        for job in self._jobs.values():
            job.cancel.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
            self._collector.stop()
            TaskRunner._open -= 1
            if not TaskRunner._open:
                gc.enable()
        self._jobs.clear()


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

    def halt(self) -> None:
        """See `Tasks.halt`; nothing runs outside `run`."""

    def close(self) -> None:
        """See `Tasks.close`."""
        self._closed = True
