# SPDX-License-Identifier: Apache-2.0
"""The reader process: started without a key, does one job on one untrusted file, and ends.

It gets the file's bytes by asking for ranges over its standard input and output. It loads neither the vault nor the
window nor pydantic; what it answers is checked by `reader` in the program.
"""

import codecs
import json
import os
from collections.abc import Callable
from typing import Any, NoReturn

from reviewer_app.evaluations import confinement, pipe
from reviewer_app.evaluations.detect import NAMES, detect
from reviewer_app.evaluations.fields import Unreadable, Warnings
from reviewer_app.evaluations.inspect import read_log, read_rows
from reviewer_app.evaluations.inspect_said import says
from reviewer_app.evaluations.source import SourceFile

IN, OUT = 0, 1
LARGEST_JOB = 64 * 1024
INSPECT = ("inspect-eval", "inspect-json")
Job = dict[str, Any]
Answer = dict[str, Any]


class PipeSource:
    """The file's bytes, asked for over the pipe."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        pipe.send(OUT, pipe.WANT, pipe.RANGE.pack(offset, length))
        _, data = pipe.receive(IN, {pipe.BYTES: pipe.LARGEST_RANGE})
        return data


def main() -> NoReturn:
    """Wait for the job, prepare for it, give up everything else, do it, answer, end."""
    confinement.limit_resources()
    # Nothing can be imported once the process is locked down; these are the texts and names files may hold.
    for encoding in ("cp437", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        codecs.lookup(encoding)
    try:
        _, data = pipe.receive(IN, {pipe.JOB: LARGEST_JOB})
        job = json.loads(data)
        work = _JOBS[job["kind"]]
        if work is draw_pages:
            import reviewer_app.evaluations.pages  # noqa: F401 - large, so only for this job, and before locking down
        held = confinement.lock_down()
        answer = json.dumps(_attempt(work, job) | {"confinement": held})
        pipe.send(OUT, pipe.ANSWER, answer.encode())
    except pipe.PipeClosed:
        pass  # the program ended, or no longer wants the answer
    os._exit(0)


def _attempt(work: Callable[[SourceFile, Job], Answer], job: Job) -> Answer:
    try:
        return work(SourceFile(PipeSource(job["size"])), job)
    except Unreadable as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"stopped": "memory"}
    except pipe.PipeClosed:
        raise
    except Exception as error:  # noqa: BLE001 - a bug in a reader must end as a message; it may quote nothing of the file
        return {"stopped": "error", "error": type(error).__name__}


# --- the jobs ------------------------------------------------------------------------------------------------------


def find_kind(file: SourceFile, _: Job) -> Answer:
    """`found`: a key of `detect.NAMES`."""
    return {"found": detect(file)}


def read_run(file: SourceFile, _: Job) -> Answer:
    """`said`: the shape of `said.Said`. Raises Unreadable."""
    kind, warnings = detect(file), Warnings()
    if kind not in INSPECT:
        raise Unreadable(f"it is {NAMES[kind]}")
    said = says(kind, read_log(kind, file, warnings), warnings)
    return {"said": said | {"warnings": warnings.all()}}


def list_samples(file: SourceFile, job: Job) -> Answer:
    """`samples`: the shape of `said.Samples`, the first `limit` of them. Raises Unreadable."""
    kind, warnings = detect(file), Warnings()
    if kind not in INSPECT:
        raise Unreadable(f"it is {NAMES[kind]}")
    rows, more = read_rows(kind, file, job["limit"], warnings)
    return {"samples": {"rows": rows, "more": more, "warnings": warnings.all()}}


def draw_pages(file: SourceFile, job: Job) -> Answer:
    """Sends the pictures of the pages `numbers` at `width`; `pages`: how many there are and what was drawn."""
    from reviewer_app.evaluations.pages import draw, open_document

    document = open_document(file)
    drawn = []
    for picture in draw(document, job["numbers"], job["width"]):
        pipe.send(OUT, pipe.BYTES, picture.data)
        drawn.append({"number": picture.number, "width": picture.width, "height": picture.height})
    return {"pages": {"count": len(document), "drawn": drawn}}


_JOBS: dict[str, Callable[[SourceFile, Job], Answer]] = {
    "detect": find_kind,
    "read": read_run,
    "samples": list_samples,
    "pages": draw_pages,
}

if __name__ == "__main__":
    main()
