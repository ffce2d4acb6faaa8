# SPDX-License-Identifier: Apache-2.0
"""Attachments outside the database: each one file, encrypted in chunks under its own key, read at any place.

Format: docs/formats.md, “Blob”. A file is first written to `blobs/incoming/`, put on the disk and renamed; only then
does the caller insert its row, and says `settle`. Until then a mark in `blobs/incoming/` says that nobody was promised
the file: what a crash leaves behind is swept at the next start. A whole file without mark and row is never deleted, for
the row may be what was lost: it is put aside into `blobs/lost/`.
"""

import hashlib
import io
import os
import re
import stat
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reviewer_app.domain.canonical import new_id
from reviewer_app.errors import AttachmentDamaged, Cancelled, FileChanged, NoSpace
from reviewer_app.vault.blobform import (
    CHUNK,
    FORMAT,
    HEADER,
    MAGIC,
    TAG,
    ChunkCipher,
    IsCancelled,
    Progress,
    sealed_size,
)
from reviewer_app.vault.blobreader import BlobReader
from reviewer_app.vault.files import faults_named, make_folder, move_into_place, open_new, size_text, sync_folder
from reviewer_app.vault.incoming import Batches, PlainFile, SyncedFile, read_of
from reviewer_app.vault.keychain import WrongKey, unwrap, wrap
from reviewer_app.vault.place import free_bytes

ROOM_LEFT = 64 * 1024 * 1024
"""Bytes an attachment leaves free, so that the database can still grow."""


_WHOLE = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{30}")
_PASSING = re.compile(r"incoming/[0-9a-f]{32}\.(part|begun)")


def _is_file(path: Path) -> bool:
    """Whether a plain file lies there; a link is none."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


@dataclass(frozen=True)
class Stored:
    """What the row of an attachment keeps: id, key wrapped by AES-KW (40 bytes), plaintext size and its SHA-512."""

    blob_id: str
    wrapped_key: bytes
    size: int
    sha512: str


@dataclass(frozen=True)
class Swept:
    """What `Blobs.sweep` removed (names below `blobs/`), which files without a row it put aside, which it put back in
    their places, and which ids have no file."""

    removed: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Blobs:
    """The attachments' files of one vault; `folder` is the vault's, `wrapping_key` its `Keychain.blob_key`."""

    def __init__(self, folder: Path, wrapping_key: bytes) -> None:
        self.folder = folder / "blobs"
        self.incoming = self.folder / "incoming"
        self.lost = self.folder / "lost"
        self._wrapping_key = wrapping_key

    def __repr__(self) -> str:
        return f"<Blobs in {self.folder.parent.name}>"

    def write(
        self,
        path: Path,
        *,
        blob_id: str | None = None,
        progress: Progress = lambda _fraction: None,
        cancelled: IsCancelled = lambda: False,
    ) -> Stored:
        """Stores a file from outside the vault; progress is a fraction from 0 to 1.

        Raises FileVanished, FileUnreadable, NotAFile, FileChanged, Cancelled, NoSpace, NoPermission or DiskFailed;
        then nothing of it is kept.
        """
        with PlainFile(path) as source:
            self._check_room(source.size)
            batches = Batches(source.read_into, source.name, source.size)
            return self._store(batches, blob_id or new_id(), progress, cancelled, source.refuse_changed)

    def write_stream(
        self,
        stream: BinaryIO,
        name: str,
        *,
        size: int | None = None,
        blob_id: str | None = None,
        progress: Progress = lambda _fraction: None,
        cancelled: IsCancelled = lambda: False,
    ) -> Stored:
        """Stores what a stream gives, to its end; with a `size`, FileChanged is raised if it gives more or less.

        Raises FileUnreadable when the stream raises OSError, and otherwise as `write` does.
        """
        self._check_room(size or 0)
        batches = Batches(read_of(stream, name), name, size)
        return self._store(batches, blob_id or new_id(), progress, cancelled, lambda: None)

    def write_bytes(self, data: bytes, name: str, *, blob_id: str | None = None) -> Stored:
        """Stores bytes made in memory, such as a memo."""
        return self.write_stream(io.BytesIO(data), name, size=len(data), blob_id=blob_id)

    def _check_room(self, size: int) -> None:
        lacking = sealed_size(size) + ROOM_LEFT - free_bytes(self.folder)
        if lacking > 0:
            raise NoSpace(needed=size_text(lacking))

    def _store(
        self,
        batches: Batches,
        blob_id: str,
        progress: Progress,
        cancelled: IsCancelled,
        refuse_changed: Callable[[], None],
    ) -> Stored:
        target = self._path(blob_id)
        if target.exists():
            raise ValueError("this blob id is taken")
        key = AESGCM.generate_key(256)
        part, mark = self.incoming / f"{blob_id}.part", self._mark(blob_id)
        header = HEADER.pack(MAGIC, FORMAT, bytes.fromhex(blob_id), CHUNK, os.urandom(7))

        def go_on() -> None:
            if cancelled():
                raise Cancelled(name=batches.name)

        try:
            with faults_named("write", batches.name, needed=sealed_size(batches.expected or 0)):
                with SyncedFile(part, go_on) as file:
                    file.write(header)
                    sha512 = self._seal(batches, ChunkCipher(key, header), file, progress, go_on)
                    refuse_changed()
                    file.settle()
                os.close(open_new(mark))
                sync_folder(self.incoming)
                make_folder(target.parent)
                move_into_place(part, target)
        except BaseException:
            for leftover in (part, target, mark):
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)
            raise
        return Stored(blob_id, wrap(self._wrapping_key, key), batches.total, sha512)

    def _seal(
        self, batches: Batches, cipher: ChunkCipher, file: SyncedFile, progress: Progress, go_on: Callable[[], None]
    ) -> str:
        """Encrypts and writes each batch while a second thread hashes it; returns the SHA-512 of the plaintext."""
        sha512 = hashlib.sha512()
        sealed = memoryview(bytearray(Batches.SIZE // CHUNK * (CHUNK + TAG)))
        index = 0
        with ThreadPoolExecutor(1, "blob-hash") as hasher:
            hashed: Future[None] | None = None
            for batch, is_last in batches:
                go_on()
                if hashed:
                    hashed.result()
                hashed = hasher.submit(sha512.update, batch)
                filled = 0
                for start in range(0, max(1, len(batch)), CHUNK):
                    chunk = batch[start : start + CHUNK]
                    ends = is_last and start + CHUNK >= len(batch)
                    end = filled + len(chunk) + TAG
                    cipher.seal_into(sealed[filled:end], index, batches.total if ends else None, chunk)
                    filled, index = end, index + 1
                file.write(sealed[:filled])
                progress(batches.fraction)
        if batches.expected not in (None, batches.total):
            raise FileChanged(name=batches.name)
        return sha512.hexdigest()

    def open(self, blob_id: str, wrapped_key: bytes, size: int, name: str) -> BlobReader:
        """A reader of one attachment, to be closed; `name` is what errors call it.

        Raises AttachmentMissing, AttachmentDamaged or NoPermission.
        """
        try:
            key = unwrap(self._wrapping_key, wrapped_key)
        except WrongKey as error:
            raise AttachmentDamaged(name=name, reason="its key does not fit") from error
        return BlobReader(self._path(blob_id), blob_id, key, size, name)

    def remove(self, blob_id: str) -> None:
        """Deletes the file; one that is gone already is no mistake."""
        path = self._path(blob_id)
        with faults_named("remove", "attachment"):
            path.unlink(missing_ok=True)
            if path.parent.exists():
                sync_folder(path.parent)
            self._mark(blob_id).unlink(missing_ok=True)

    def settle(self, blob_id: str) -> None:
        """Says that the file's row is saved, so that from now on the file is kept whatever becomes of the row."""
        with suppress(OSError):  # a mark that stays is swept at the next start
            self._mark(blob_id).unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> Swept:
        """Removes unfinished writes and puts whole files without a row aside; `known` are the ids of all rows.

        To be called at start, under the vault's lock. A file that was put aside comes back when its row does. What is
        not named like ours, and what is no file, stays. Raises NoPermission or DiskFailed.
        """
        with faults_named("sweep", "blobs"):
            whole, begun = self._whole(), self._begun()
            unknown = {blob: path for blob, path in whole.items() if blob not in known and _is_file(path)}
            removed = [*self._passing("part"), *begun.values(), *(unknown[blob] for blob in begun if blob in unknown)]
            aside = sorted(unknown.keys() - begun.keys())
            back = sorted(blob for blob in known - whole.keys() if _is_file(self.lost / blob))
            for path in removed:
                path.unlink()
            if aside:
                make_folder(self.lost)
            for blob in aside:
                move_into_place(unknown[blob], self.lost / blob)
            for blob in back:
                make_folder(self._path(blob).parent)
                move_into_place(self.lost / blob, self._path(blob))
        names = sorted(path.relative_to(self.folder).as_posix() for path in removed)
        missing = sorted(known - whole.keys() - set(back))
        return Swept(tuple(names), tuple(aside), tuple(back), tuple(missing))

    def without_row(self, known: Callable[[], set[str]]) -> tuple[str, ...]:
        """Names below `blobs/` of files that no row knows and of what bears an attachment's name and is no file.

        `known` gives the ids of all rows; it is asked after the folder was listed, so that a file that is attached
        meanwhile is not named. Raises NoPermission or DiskFailed.
        """
        with faults_named("list", "blobs"):
            next(self.folder.iterdir(), None)  # globbing passes over what it may not read
            there = {f"{path.parent.name}/{path.name}": path for path in sorted(self.folder.glob("*/*"))}
            begun = self._begun()
        rows = known() | begun.keys()
        return tuple(name for name, path in there.items() if self._is_odd(name, path, rows))

    @staticmethod
    def _is_odd(name: str, path: Path, rows: set[str]) -> bool:
        is_whole = _WHOLE.fullmatch(name) is not None
        is_unknown = name.startswith("lost/") or (is_whole and path.name not in rows)
        return is_unknown or ((is_whole or bool(_PASSING.fullmatch(name))) and path.exists() and not _is_file(path))

    def _whole(self) -> dict[str, Path]:
        """What bears a finished file's name, by id."""
        paths = self.folder.glob("*/*")
        return {path.name: path for path in paths if _WHOLE.fullmatch(f"{path.parent.name}/{path.name}")}

    def _begun(self) -> dict[str, Path]:
        """The marks of files whose row is not known to be saved, by id."""
        return {path.stem: path for path in self._passing("begun")}

    def _passing(self, ending: str) -> list[Path]:
        paths = self.incoming.glob(f"*.{ending}")
        return [path for path in paths if _PASSING.fullmatch(f"incoming/{path.name}") and _is_file(path)]

    def _mark(self, blob_id: str) -> Path:
        return self.incoming / f"{blob_id}.begun"

    def _path(self, blob_id: str) -> Path:
        # SECURITY: ids may come from a package; nothing but 32 hexadecimal digits becomes a path.
        if not re.fullmatch("[0-9a-f]{32}", blob_id):
            raise ValueError("not a blob id")
        return self.folder / blob_id[:2] / blob_id
