# SPDX-License-Identifier: Apache-2.0
"""The reader process from outside: what it gives, and what happens when it hangs, dies, lies or is taken over."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reviewer_app.errors import AttachmentDamaged, Cancelled, EvaluationError, ReaderFailed
from reviewer_app.evaluations import pipe, process, reader
from reviewer_app.evaluations.child import child_command
from reviewer_app.evaluations.fields import Unreadable
from reviewer_app.evaluations.reader import Reader
from reviewer_app.evaluations.source import FileSource, SourceFile

PDF = "documents/winobias_scale_final.pdf"
ZSTD = "generated/2026-11-23T14-44-41-00-00_security-guide-mock_YivUGo8LCUNyQsnMB7strG.eval"


@pytest.fixture
def opened(make):
    """A reader over the real process, and a source of one of the test files."""
    with Reader() as found:
        yield found, lambda name: make.source((make.files / name).read_bytes())


# --- the real process ----------------------------------------------------------------------------------------------


def test_a_log_is_read_in_the_confined_process(opened):
    found, source = opened
    shares = []
    said = found.read(source(ZSTD), "log.eval", progress=shares.append)
    assert (said.format, said.scores[0].value) == ("inspect-eval", 0.07692307692307693)
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] <= 1
    if sys.platform == "linux":
        assert found.confinement == "resource limits and system call filter"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-be", "utf-8-sig"])
def test_the_locked_process_has_everything_it_needs_for_strange_texts_and_names(make, opened, encoding):
    data = json.dumps(make.header(eval=make.header()["eval"] | {"task": "ä"}), ensure_ascii=False).encode(encoding)
    packed = make.eval_bytes(None, None, **{"header.json": data, "samples/old.json": "{}"})
    packed = packed.replace(b"samples/old.json", b"samples/\x81ld.json")  # a name in code page 437
    for made in (data, packed):
        assert opened[0].read(make.source(made), "log").task == "ä"


def test_samples_and_kinds_come_from_the_process_too(opened):
    found, source = opened
    assert len(found.samples(source(ZSTD), "log.eval", limit=5).rows) == 5
    assert found.detect(source(PDF), "log.eval") == "pdf"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("derived_truncated/security-guide_first60pct.eval", "the file is cut off"),
        ("scanners/ms_defender__defender.zip", "a ZIP archive that is no evaluation log"),
        ("scanners/nuclei__empty.jsonl", "an empty file"),
        (PDF, "a PDF document"),
    ],
)
def test_what_is_no_readable_log_gives_one_clear_line(opened, name, reason):
    found, source = opened
    with pytest.raises(EvaluationError, match=reason) as refused:
        found.read(source(name), "shown.eval")
    assert not isinstance(refused.value, ReaderFailed)
    assert "shown.eval" in str(refused.value) and "\n" not in str(refused.value)


def test_deep_json_is_refused_and_the_process_lives_to_say_so(make, opened):
    for deep in ("[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 201 + "]" * 201):
        text = f'{{"eval": {{"model": {deep}}}, "status": "x", "plan": {{}}}}'
        for made in (text.encode(), make.eval_bytes(None, None, **{"header.json": text})):
            with pytest.raises(EvaluationError, match="nested more than 200 levels"):
                opened[0].read(make.source(made), "log")


def test_a_plain_file_is_read_from_the_disk(make, opened):
    with FileSource(make.files / ZSTD) as source:
        assert opened[0].read(source, ZSTD).status == "success"


def test_pages_of_a_pdf_become_pictures(opened):
    found, source = opened
    drawn = found.page_images(source(PDF), "memo.pdf", [0], 600)
    (image,) = drawn.images
    assert (drawn.count, image.number, image.width) == (1, 0, 600)
    assert len(image.data) == image.width * image.height * 4 and len(set(image.data)) > 10
    assert image.data[:3] == b"\xff\xff\xff"


@pytest.mark.parametrize(
    ("pages", "data", "reason"),
    [([1], None, "no page 2"), ([0], b"%PDF-1.7 and nothing", "no PDF document"), ([0], b"", "no PDF document")],
)
def test_pages_that_are_not_there_are_refused(make, opened, pages, data, reason):
    source = opened[1](PDF) if data is None else make.source(data)
    with pytest.raises(EvaluationError, match=reason):
        opened[0].page_images(source, "memo.pdf", pages, 100)


@pytest.mark.parametrize(("pages", "width"), [([0] * 21, 100), ([0], 0), ([0], 5000)])
def test_more_than_a_screenful_of_pages_is_a_mistake(make, opened, pages, width):
    with pytest.raises(ValueError):
        opened[0].page_images(make.source(b"x"), "memo.pdf", pages, width)


def test_the_process_loads_neither_vault_nor_window_nor_database():
    code = "import json, sys, reviewer_app.evaluations.process; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True).stdout)
    ours = {name.split(".")[1] for name in loaded if name.startswith("reviewer_app.")}
    assert ours == {"evaluations", "errors"}
    assert not {"sqlmodel", "sqlalchemy", "PySide6", "pydantic", "cryptography", "keyring", "socket"} & set(loaded)


def test_a_frozen_program_starts_itself(monkeypatch):
    assert child_command()[1:] == ["-I", "-m", "reviewer_app.evaluations.process"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == [sys.executable, "--reader-process"]


# --- spare processes -----------------------------------------------------------------------------------------------


def test_a_spare_waits_and_each_process_is_used_once(make):
    started = []

    def command():
        started.append(threading.get_ident())
        return child_command()

    with Reader(warm=True, command=command) as found:
        assert len(started) == 1
        for reads in range(1, 4):
            found.read(make.source(make.eval_bytes(make.header(), make.rows())), "log")
            assert len(started) == 1 + reads
        found._spare.kill()
        found._spare._process.wait()
        assert found.read(make.source(make.eval_bytes(make.header(), make.rows())), "log").task == "ctf"
    assert found._spare is None


def test_two_workers_read_at_the_same_time(make):
    with Reader(warm=True) as found, ThreadPoolExecutor(2) as pool:
        sources = [make.source(make.eval_bytes(make.header(version=n), make.rows())) for n in range(6)]
        warned = [said.warnings for said in pool.map(lambda source: found.read(source, "log"), sources)]
    assert [any(f"version {n} " in text for text in texts) for n, texts in enumerate(warned)] == [
        n not in (1, 2) for n in range(6)
    ]


# --- a process that hangs, dies or lies ----------------------------------------------------------------------------

BEGIN = """
import json, os, sys, time
from reviewer_app.evaluations import pipe
job = json.loads(pipe.receive(0, {pipe.JOB: 65536})[1])
def answer(value): pipe.send(1, pipe.ANSWER, json.dumps(value).encode())
"""


def faked(code):
    return Reader(command=lambda: [sys.executable, "-I", "-c", BEGIN + code])


BAD = {
    "dies": ("os._exit(3)", "ended unexpectedly"),
    "crashes": ("os.kill(os.getpid(), 11)", "ended unexpectedly"),
    "ends without an answer": ("", "ended unexpectedly"),
    "prints garbage": ("os.write(1, b'Traceback (most recent call last)')", "cannot be right"),
    "answers too much": ("os.write(1, pipe.HEAD.pack(pipe.ANSWER, pipe.LARGEST_ANSWER + 1))", "cannot be right"),
    "answers no JSON": ("pipe.send(1, pipe.ANSWER, b'{')", "cannot be right"),
    "answers a list": ("answer([])", "cannot be right"),
    "answers nothing": ("answer({})", "cannot be right"),
    "answers deep JSON": ("pipe.send(1, pipe.ANSWER, b'[' * 1000000)", "cannot be right"),
    "answers another shape": ("answer({'said': {'format': 'x', 'verdict': 'fine'}})", "cannot be right"),
    "answers a negative count": ("answer({'said': {'format': 'x', 'counts': {'planned': -1}}})", "cannot be right"),
    "sends pictures nobody wanted": ("pipe.send(1, pipe.BYTES, b'x')", "cannot be right"),
    "asks outside the file": ("pipe.send(1, pipe.WANT, pipe.RANGE.pack(0, job['size'] + 1))", "cannot be right"),
    "asks for nothing": ("pipe.send(1, pipe.WANT, pipe.RANGE.pack(0, 0))", "cannot be right"),
    "asks too briefly": ("pipe.send(1, pipe.WANT, b'xx')", "cannot be right"),
    "met a bug": ("answer({'stopped': 'error', 'error': 'KeyError'})", "does not expect"),
    "ran out of memory": ("answer({'stopped': 'memory'})", "more memory"),
    "gives an unknown reason": ("answer({'stopped': 'gone fishing'})", "does not expect"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_process_that_misbehaves_is_a_message_about_that_file(make, case):
    code, reason = BAD[case]
    with faked(code) as found, pytest.raises(ReaderFailed, match=reason) as failed:
        found.read(make.source(b"x" * 100), "log.eval")
    assert "“log.eval”" in str(failed.value) and "nothing else is affected" in str(failed.value)


@pytest.mark.parametrize("code", ["time.sleep(60)", "while True: pipe.send(1, pipe.WANT, pipe.RANGE.pack(0, 9))"])
def test_a_process_that_hangs_is_ended_in_time(make, code):
    with faked(code) as found, pytest.raises(ReaderFailed, match=r"longer than 0\.3 seconds"):
        found.read(make.source(b"x" * 100), "log.eval", timeout=0.3)


def test_a_process_that_computes_for_ever_is_ended_by_its_own_limit(make):
    code = "from reviewer_app.evaluations import confinement as c\nc.SECONDS = 1\nc.limit_resources()\nwhile True: pass"
    with faked(code) as found, pytest.raises(ReaderFailed, match="too much computing time"):
        found.read(make.source(b"x"), "log.eval")


def test_cancelling_ends_the_job(make):
    asked = []
    with faked("time.sleep(60)") as found, pytest.raises(Cancelled):
        found.read(make.source(b"x"), "log.eval", cancelled=lambda: asked.append(1) or len(asked) > 2)


def test_a_source_that_cannot_give_its_bytes_is_what_is_reported():
    class Damaged:
        size = 100

        def read_at(self, offset, length):
            raise AttachmentDamaged(name="log.eval", reason="chunk 0")

    with Reader() as found, pytest.raises(AttachmentDamaged):
        found.read(Damaged(), "log.eval")


def test_a_program_that_cannot_be_started_is_named(make):
    found = Reader(warm=True, command=lambda: ["/nowhere/python"])
    with found, pytest.raises(ReaderFailed, match="cannot be started"):
        found.read(make.source(b"x"), "log.eval")


def test_texts_of_a_lying_process_are_cleaned_and_cut(make):
    code = "answer({'refused': '\\x1b[31mred\\u202e' + 'x' * 9000})"
    with faked(code) as found, pytest.raises(EvaluationError) as refused:
        found.read(make.source(b"x"), "log.eval")
    assert "red‹U+202E›xxx" in str(refused.value) and len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "told",
    [
        {"count": 1, "drawn": [{"number": 0, "width": 9, "height": 9}]},
        {"count": 1, "drawn": []},
        {"count": 0, "drawn": [{"number": 0, "width": 1, "height": 1}]},
        {"count": 1, "drawn": [{"number": 0, "width": 5000, "height": 1}]},
        {"count": 1},
        [],
    ],
)
def test_a_picture_that_does_not_fit_what_is_told_of_it_is_refused(make, told):
    code = f"pipe.send(1, pipe.BYTES, b'xxxx'); answer({{'pages': {told!r}}})"
    with faked(code) as found, pytest.raises(ReaderFailed, match="cannot be right"):
        found.page_images(make.source(b"x"), "memo.pdf", [0], 1)


def test_environment_and_open_files_stay_outside(make, monkeypatch, tmp_path):
    monkeypatch.setenv("REVIEWER_SECRET", "x")
    code = "answer({'refused': json.dumps([sorted(os.environ), sorted(os.listdir('/proc/self/fd')), os.getcwd()])})"
    with (tmp_path / "open").open("wb") as kept, faked(code) as found:
        os.set_inheritable(kept.fileno(), True)
        with pytest.raises(EvaluationError) as refused:
            found.read(make.source(b"x"), "log.eval")
    variables, files, folder = json.loads(refused.value.facts["reason"])
    assert set(variables) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}  # the interpreter sets the first itself
    assert files == ["0", "1", "2", "3"]  # 3 is the folder being listed
    assert folder == "/"


# --- the process from inside ---------------------------------------------------------------------------------------


def test_memory_and_bugs_become_answers_that_quote_nothing(make):
    def raising(error):
        def work(file: SourceFile, job):
            raise error

        return process._attempt(work, {"size": 1})

    assert raising(MemoryError()) == {"stopped": "memory"}
    assert raising(KeyError("secret")) == {"stopped": "error", "error": "KeyError"}
    assert raising(Unreadable("because")) == {"refused": "because"}


def test_frames_of_another_kind_or_size_are_refused():
    to, from_ = os.pipe()[::-1]
    try:
        pipe.send(to, pipe.WANT, b"123")
        with pytest.raises(pipe.BadFrame):
            pipe.receive(from_, {pipe.ANSWER: 100})
        os.close(to)
        with pytest.raises(pipe.PipeClosed):
            pipe.receive(from_, {pipe.ANSWER: 100})
            pipe.receive(from_, {pipe.ANSWER: 100})
    finally:
        os.close(from_)


def test_the_limits_leave_room_for_what_is_asked():
    assert reader.MOST_ROWS * 1_600 <= pipe.LARGEST_ANSWER
    assert reader.WIDEST * 4_000 * 4 <= pipe.LARGEST_PICTURE
