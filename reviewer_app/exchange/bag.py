# SPDX-License-Identifier: Apache-2.0
"""Writes a BagIt 1.0 bag: all of it or nothing, on the disk before it has its name, never over anything."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewer_app.errors import PackageNotWritten
from reviewer_app.exchange.form import (
    DECLARATION,
    DECLARED,
    INFO,
    MANIFEST,
    MOST_PAYLOAD,
    TAG_MANIFEST,
    UNFINISHED,
    Cancelled,
    Listed,
    Meter,
    Progress,
    manifest_text,
    never,
    no_progress,
    oxum,
    size_text,
)
from reviewer_app.exchange.names import check_names

FILE_MODE = 0o600
FOLDER_MODE = 0o700
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
SPARE = 2**20  # bytes for manifests and folders beside the payload, at least

# Windows needs O_BINARY, POSIX has O_NOFOLLOW: neither system has both.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Payload:
    """One file to be carried: its path below the bag, its size in bytes, and its bytes, read once.

    `sha512` is what the bytes must come to, where that is known.
    """

    name: str
    size: int
    chunks: Iterable[bytes]
    sha512: str | None = None

    @classmethod
    def of(cls, name: str, content: bytes) -> "Payload":
        """A file whose bytes are at hand."""
        return cls(name, len(content), (content,))


@dataclass(frozen=True)
class Bag:
    """A bag on the disk. `sha512` is that of its tag manifest and stands for every byte of it."""

    path: Path
    payload: tuple[Listed, ...]
    tags: tuple[Listed, ...]
    sha512: str


def write_bag(
    folder: Path,
    name: str,
    payload: Sequence[Payload],
    info: Sequence[tuple[str, str]],
    tags: Callable[[Sequence[Listed]], Mapping[str, bytes]],
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Bag:
    """Writes `folder/name`. `info` are the lines of bag-info.txt; `tags` gives further tag files for the payload's list.

    Raises PackageNotWritten (space, refusal, an existing name, content that is not what was announced),
    PackageCancelled, and whatever the chunks raise. After any of them nothing of the bag is left.
    """
    check_names([name, *(item.name for item in payload)])
    if len(payload) > MOST_PAYLOAD:
        raise PackageNotWritten(reason=f"it would hold more than {MOST_PAYLOAD:,} files")
    size = sum(item.size for item in payload)
    meter = Meter(size, progress, cancelled)
    with _refusals_named(), _staged(folder, name, size) as part:
        carried = tuple(_write_payload(part, item, meter) for item in sorted(payload, key=lambda item: item.name))
        texts = {
            DECLARATION: DECLARED,
            INFO: info_text([*info, ("Payload-Oxum", oxum(carried))]),
            MANIFEST: manifest_text(carried).encode(),
            **tags(carried),
        }
        listed = [_write_tag(part, tag, content) for tag, content in sorted(texts.items())]
        last = _write_tag(part, TAG_MANIFEST, manifest_text(listed).encode())
        meter.step()
    return Bag(folder / name, carried, (*listed, last), last.sha512)


def info_text(lines: Iterable[tuple[str, str]]) -> bytes:
    """The lines of bag-info.txt, one each; white space in a value becomes single spaces.

    Raises PackageNotWritten for a value that is empty or cannot be printed.
    """
    made = []
    for label, value in lines:
        text = " ".join(value.split())
        if not text or not text.isprintable():
            raise PackageNotWritten(reason=f"{label} is empty or holds a character that cannot be printed")
        made.append(f"{label}: {text}\n")
    return "".join(made).encode()


# --- all or nothing ------------------------------------------------------------------------------------------------


@contextmanager
def _staged(folder: Path, name: str, size: int) -> Iterator[Path]:
    """A new folder with room for `size` bytes that takes its final name when the block ends well, and is removed when it does not."""
    final = folder / name
    here = folder / (name + UNFINISHED)
    if os.path.lexists(final):
        raise PackageNotWritten(reason=f"“{name}” exists there already")
    _needs_room(folder, size)
    here.mkdir(FOLDER_MODE)
    try:
        yield here
        _sync_folders(here)
        here.rename(final)  # onto a folder that is not empty, a file or a link, the system refuses
        here = final
        _sync_folder(folder)
    except BaseException as error:
        shutil.rmtree(here, ignore_errors=True)
        if os.path.lexists(here):
            raise PackageNotWritten(reason=f"an unfinished “{here.name}” is left there; delete it") from error
        raise


@contextmanager
def _refusals_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PackageNotWritten(reason=_reason(error)) from error


def _reason(error: OSError) -> str:
    if error.errno in FULL:
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "a file is larger than this medium can hold"
    if error.errno == errno.EEXIST:
        return "a package of that name is there already"
    return f"the folder or medium refused it ({(error.strerror or 'no reason given').lower()})"


def _needs_room(folder: Path, size: int) -> None:
    needed, free = size + size // 1000 + SPARE, shutil.disk_usage(folder).free
    if free < needed:
        raise PackageNotWritten(reason=f"{size_text(free)} are free there and it needs {size_text(needed)}")


# --- files ---------------------------------------------------------------------------------------------------------


def _write_payload(part: Path, item: Payload, meter: Meter) -> Listed:
    _make_folders(part, item.name)
    written = _write(part / item.name, item.name, _metered(item.chunks, meter))
    if written.size != item.size or item.sha512 not in (None, written.sha512):
        raise PackageNotWritten(reason=f"the stored bytes of “{item.name}” are not what its record says")
    return written


def _make_folders(part: Path, name: str) -> None:
    """The folders of a file below `part`, and never `part` itself: a medium may have been pulled out."""
    folder = part
    for step in name.split("/")[:-1]:
        folder /= step
        folder.mkdir(FOLDER_MODE, exist_ok=True)


def _metered(chunks: Iterable[bytes], meter: Meter) -> Iterator[bytes]:
    meter.step()
    for chunk in chunks:
        meter.step(len(chunk))
        yield chunk


def _write_tag(part: Path, name: str, content: bytes) -> Listed:
    return _write(part / name, name, (content,))


def _write(path: Path, name: str, chunks: Iterable[bytes]) -> Listed:
    """Writes a new file through to the disk and hashes it on the way."""
    seen, size = hashlib.sha512(), 0
    with os.fdopen(os.open(path, _NEW, FILE_MODE), "wb", buffering=0) as file:
        for chunk in chunks:
            seen.update(chunk)
            size += len(chunk)
            _write_all(file.fileno(), chunk)
        os.fsync(file.fileno())
    return Listed(name, size, seen.hexdigest())


def _write_all(descriptor: int, chunk: bytes) -> None:
    with memoryview(chunk) as view:
        done = 0
        while done < len(view):
            done += os.write(descriptor, view[done:])


def _sync_folders(top: Path) -> None:
    for folder, _folders, _files in os.walk(top, topdown=False):
        _sync_folder(Path(folder))


def _sync_folder(folder: Path) -> None:
    """Waits until the disk has the names in the folder; Windows keeps them by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
