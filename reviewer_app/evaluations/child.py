# SPDX-License-Identifier: Apache-2.0
"""The program's side of one reader process: starting it, talking with it, and ending it in time."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewer_app.evaluations import pipe
from reviewer_app.evaluations.source import ByteSource

LOOK = 0.05
"""Seconds between two looks at whether the person cancelled."""
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")
Progress = Callable[[float], None]
Cancel = Callable[[], bool]


def child_command() -> list[str]:
    """How the reader process is started: the frozen program starts itself, otherwise Python starts the module."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--reader-process"]
    return [sys.executable, "-I", "-m", "reviewer_app.evaluations.process"]


class Child:
    """One reader process and the two pipes to it."""

    def __init__(self, command: list[str]) -> None:
        # SECURITY: none of this program's environment, folder or open files reaches the process.
        self._process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor,
            env={key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self.to, self.from_ = self._process.stdin.fileno(), self._process.stdout.fileno()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def why_ended(self) -> str:
        """For a process that closed its pipes unasked."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = 0
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return "it took too much computing time"
        return "the reader process ended unexpectedly"

    def end(self) -> None:
        self._process.kill()
        with self._process:
            pass  # closes the pipes and waits


class Watch:
    """Kills the process when its time is over or the person cancels; `reason` then says which."""

    def __init__(self, child: Child, timeout: float, cancelled: Cancel | None) -> None:
        self.reason: str | None = None
        self._child = child
        self._timeout = timeout
        self._cancelled = cancelled
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reader-watch", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        end = time.monotonic() + self._timeout
        while self.reason is None:
            left = end - time.monotonic()
            if self._done.wait(max(0.0, left if self._cancelled is None else min(left, LOOK))):
                return
            if self._cancelled is not None and self._cancelled():
                self.reason = "cancelled"
            elif time.monotonic() >= end:
                self.reason = f"it took longer than {self._timeout:g} seconds"
        self._child.kill()


class Talk:
    """One job's conversation: answers requests for bytes until the answer is there."""

    def __init__(self, child: Child, source: ByteSource, most_pictures: int, progress: Progress | None) -> None:
        self._child = child
        self._source = source
        self._most_pictures = most_pictures
        self._progress = progress
        self._reached = 0

    def hold(self, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The answer and the pictures that came before it. Raises PipeClosed, BadFrame or ValueError."""
        pipe.send(self._child.to, pipe.JOB, json.dumps(job | {"size": self._source.size}).encode())
        pictures: list[bytes] = []
        most = {pipe.WANT: pipe.RANGE.size, pipe.ANSWER: pipe.LARGEST_ANSWER}
        while True:
            picture = {pipe.BYTES: pipe.LARGEST_PICTURE} if len(pictures) < self._most_pictures else {}
            kind, data = pipe.receive(self._child.from_, most | picture)
            if kind == pipe.WANT:
                self._give(data)
            elif kind == pipe.BYTES:
                pictures.append(data)
            else:
                answer = json.loads(data)
                if not isinstance(answer, dict):
                    raise ValueError("the answer is no object")
                return answer, pictures

    def _give(self, request: bytes) -> None:
        if len(request) != pipe.RANGE.size:
            raise pipe.BadFrame(request)
        offset, length = pipe.RANGE.unpack(request)
        # SECURITY: the process may ask for anything; it gets bytes of this file and of nothing else.
        if not 0 < length <= pipe.LARGEST_RANGE or offset + length > self._source.size:
            raise pipe.BadFrame(offset, length)
        pipe.send(self._child.to, pipe.BYTES, self._source.read_at(offset, length))
        if self._progress is not None and offset + length > self._reached:
            self._reached = offset + length
            self._progress(self._reached / self._source.size)
