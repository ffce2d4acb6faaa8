# SPDX-License-Identifier: Apache-2.0
"""Reading an untrusted file: hands it by ranges to a reader process of its own and checks what comes back.

The process is expected to be taken over by a hostile file. So it gets nothing but that file's bytes, its answer is
bounded and validated here, and time, memory or a crash there end as an error about that one file.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer_app.errors import Cancelled, EvaluationError, ReaderFailed
from reviewer_app.evaluations import pipe
from reviewer_app.evaluations.child import Cancel, Child, Progress, Talk, Watch, child_command
from reviewer_app.evaluations.said import Said, Samples, plain
from reviewer_app.evaluations.source import ByteSource

TIMEOUT = 30.0
"""Seconds a job may take by the clock."""
MOST_ROWS = 5_000
MOST_PAGES = 20
WIDEST = 4_000
_STOPPED = {
    "memory": "it needs more memory than one file may take",
    "error": "the reader met something it does not expect",
}
Value = TypeVar("Value", bound=BaseModel)


class PageImage(BaseModel):
    """One page as pixels, row by row from the top, four bytes each: red, green, blue, unused."""

    model_config = ConfigDict(frozen=True)
    number: int = Field(ge=0)
    width: int = Field(gt=0, le=WIDEST + 1)
    height: int = Field(gt=0)
    data: bytes


class PageImages(BaseModel):
    """How many pages a document has, and the pictures of those asked for."""

    model_config = ConfigDict(frozen=True)
    count: int = Field(gt=0)
    images: tuple[PageImage, ...]


class Reader:
    """Reads files, each in a process that is used once. With `warm` one spare process waits for the next file.

    May be used from several threads. `confinement` says in words what bound the last process that answered.
    Every method raises EvaluationError when the file cannot be read, ReaderFailed when the process was stopped,
    Cancelled when `cancelled` said so, and whatever the source raises when it cannot give its bytes.
    """

    def __init__(self, warm: bool = False, command: Callable[[], list[str]] = child_command) -> None:
        self.confinement: str | None = None
        self._warm = warm
        self._command = command
        self._lock = threading.Lock()
        self._spare: Child | None = None
        self._renew_spare()

    def detect(
        self, source: ByteSource, name: str, *, cancelled: Cancel | None = None, timeout: float = TIMEOUT
    ) -> str:
        """Which kind of file it is, a key of `detect.NAMES`."""
        answer, _ = self._do({"kind": "detect"}, source, name, cancelled=cancelled, timeout=timeout)
        return plain(str(answer.get("found")))

    def read(
        self,
        source: ByteSource,
        name: str,
        *,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
        timeout: float = TIMEOUT,
    ) -> Said:
        """What the evaluation file says. `name` is for messages only; `progress` gets fractions from 0 to 1."""
        answer, _ = self._do({"kind": "read"}, source, name, progress=progress, cancelled=cancelled, timeout=timeout)
        return _checked(Said, answer.get("said"), name)

    def samples(
        self,
        source: ByteSource,
        name: str,
        *,
        limit: int = 1_000,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
        timeout: float = TIMEOUT,
    ) -> Samples:
        """The first `limit` samples (at most MOST_ROWS) of the evaluation file."""
        job = {"kind": "samples", "limit": min(limit, MOST_ROWS)}
        answer, _ = self._do(job, source, name, progress=progress, cancelled=cancelled, timeout=timeout)
        return _checked(Samples, answer.get("samples"), name)

    def page_images(
        self,
        source: ByteSource,
        name: str,
        pages: Sequence[int],
        width: int,
        *,
        cancelled: Cancel | None = None,
        timeout: float = TIMEOUT,
    ) -> PageImages:
        """Pages of a PDF document, numbered from 0 and at most MOST_PAGES of them, `width` pixels across."""
        if len(pages) > MOST_PAGES or not 1 <= width <= WIDEST:
            raise ValueError(f"{len(pages)} pages, {width} pixels")
        job = {"kind": "pages", "numbers": list(pages), "width": width}
        answer, pictures = self._do(job, source, name, cancelled=cancelled, timeout=timeout, most_pictures=len(pages))
        return _images(answer.get("pages"), pictures, name)

    def close(self) -> None:
        """End the spare process; jobs that are running end by themselves."""
        with self._lock:
            self._warm = False
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(
        self,
        job: dict[str, Any],
        source: ByteSource,
        name: str,
        *,
        cancelled: Cancel | None,
        timeout: float,
        progress: Progress | None = None,
        most_pictures: int = 0,
    ) -> tuple[dict[str, Any], list[bytes]]:
        child = self._take_child(name)
        watch = Watch(child, timeout, cancelled)
        try:
            with watch:
                answer, pictures = Talk(child, source, most_pictures, progress).hold(job)
        except pipe.PipeClosed as error:
            if watch.reason == "cancelled":
                raise Cancelled(name=name) from error
            raise ReaderFailed(name=name, reason=watch.reason or child.why_ended()) from error
        except (pipe.BadFrame, ValueError, RecursionError) as error:
            raise ReaderFailed(name=name, reason="the reader gave an answer that cannot be right") from error
        finally:
            child.end()
            self._renew_spare()
        self.confinement = plain(str(answer.get("confinement")))
        if "refused" in answer:
            raise EvaluationError(name=name, reason=plain(str(answer["refused"]))[:300])
        if "stopped" in answer:
            raise ReaderFailed(name=name, reason=_STOPPED.get(answer["stopped"], _STOPPED["error"]))
        return answer, pictures

    def _take_child(self, name: str) -> Child:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and spare.is_alive():
            return spare
        if spare is not None:
            spare.end()
        try:
            return Child(self._command())
        except OSError as error:
            raise ReaderFailed(name=name, reason=f"the reader process cannot be started ({error.strerror})") from error

    def _renew_spare(self) -> None:
        with self._lock:
            if self._warm and self._spare is None:
                try:
                    self._spare = Child(self._command())
                except OSError:
                    self._spare = None  # the next job tries again and tells the person


def _checked(kind: type[Value], found: object, name: str) -> Value:
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        raise ReaderFailed(name=name, reason="the reader gave an answer that cannot be right") from error


def _images(found: object, pictures: list[bytes], name: str) -> PageImages:
    try:
        listed = found if isinstance(found, dict) else {}
        drawn = [PageImage(**page, data=data) for page, data in zip(listed["drawn"], pictures, strict=True)]
        if any(len(image.data) != image.width * image.height * 4 for image in drawn):
            raise ValueError("a picture has another size than it says")
        return PageImages(count=listed["count"], images=tuple(drawn))
    except (KeyError, TypeError, ValueError) as error:
        raise ReaderFailed(name=name, reason="the reader gave an answer that cannot be right") from error
