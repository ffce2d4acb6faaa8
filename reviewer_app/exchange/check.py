# SPDX-License-Identifier: Apache-2.0
"""Checks an untrusted bag byte for byte: strict BagIt 1.0 with SHA-512, no links, nothing unlisted, nothing extracted."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewer_app.errors import PackageError, PackageUnreadable
from reviewer_app.exchange.form import (
    DECLARATION,
    DECLARED,
    INFO,
    LARGEST_SIGNATURE,
    LARGEST_TAG_FILE,
    MANIFEST,
    MOST_PAYLOAD,
    SIGNATURES,
    TAG_MANIFEST,
    Cancelled,
    Listed,
    Meter,
    Progress,
    oxum,
)
from reviewer_app.exchange.names import DEEPEST, check_names, shown

CHUNK = 2**20
MOST_TAG_FILES = 100
CHANGED = "its files were changed while they were checked"

# SECURITY: never through a link, and a pipe put in a file's place does not hold the program up.
_READ = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _READ |= getattr(os, _flag, 0)

_OTHER_MANIFEST = re.compile(r"(?:tag)?manifest-(?!sha512\.txt$).*\.txt", re.IGNORECASE)
_MANIFEST_LINE = re.compile(r"([0-9a-f]{128})  (\S+)")
_INFO_LINE = re.compile(r"([A-Za-z0-9-]{1,64}): (\S(?:.*\S)?)")


@dataclass(frozen=True)
class CheckedBag:
    """A bag whose every byte agrees with its manifests. `sha512` is that of its tag manifest.

    `info` holds bag-info.txt by label, `tags` the bytes of the tag files, `kept` those of the payload files asked for.
    """

    payload: tuple[Listed, ...]
    tag_files: tuple[Listed, ...]
    sha512: str
    info: Mapping[str, str]
    tags: Mapping[str, bytes]
    kept: Mapping[str, bytes]


@dataclass(frozen=True)
class _Found:
    """A file as it was found: where, how large, and what tells it from another one put in its place."""

    path: Path
    size: int
    identity: tuple[int, ...]


def check_bag(folder: Path, keep: Mapping[str, int], progress: Progress, cancelled: Cancelled) -> CheckedBag:
    """Reads every file once. `keep` names payload files whose bytes are wanted, each with the largest size taken.

    Raises PackageError, PackageUnreadable and PackageCancelled.
    """
    tree = _look(folder)
    check_names(sorted(tree))
    meter = Meter(sum(found.size for found in tree.values()), progress, cancelled)
    tag_files, tags = _check_tags({name: tree[name] for name in tree if not name.startswith("data/")}, meter)
    listed = manifest_lines(MANIFEST, tags[MANIFEST])
    _same_names(listed, tree.keys() - tags.keys(), MANIFEST)
    payload, kept = [], {}
    for name in sorted(listed):
        file, content = _read(tree[name], name, meter, keep.get(name))
        _same_hash(file, listed)
        payload.append(file)
        if name in keep:
            kept[name] = content
    info = info_lines(tags[INFO]) if INFO in tags else {}
    if info.get("Payload-Oxum", oxum(payload)) != oxum(payload):
        raise PackageError(reason=f"the Payload-Oxum in “{INFO}” does not agree with the files")
    if _look(folder) != tree:
        raise PackageError(reason=CHANGED)
    (last,) = (file for file in tag_files if file.name == TAG_MANIFEST)
    return CheckedBag(tuple(payload), tag_files, last.sha512, info, tags, kept)


# --- tag files -----------------------------------------------------------------------------------------------------


def _check_tags(found: Mapping[str, _Found], meter: Meter) -> tuple[tuple[Listed, ...], dict[str, bytes]]:
    if len(found) > MOST_TAG_FILES:
        raise PackageError(reason=f"it holds more than {MOST_TAG_FILES} files beside its payload")
    read = {name: _read(found[name], name, meter, _largest(name)) for name in sorted(found)}
    tags = {name: content for name, (_file, content) in read.items()}
    _check_form(tags)
    listed = manifest_lines(TAG_MANIFEST, tags[TAG_MANIFEST])
    _same_names(listed, tags.keys() - SIGNATURES - {TAG_MANIFEST}, TAG_MANIFEST)
    files = tuple(file for file, _content in read.values())
    for file in files:
        if file.name in listed:
            _same_hash(file, listed)
    return files, tags


def _largest(name: str) -> int:
    return LARGEST_SIGNATURE if name in SIGNATURES else LARGEST_TAG_FILE


def _check_form(tags: Mapping[str, bytes]) -> None:
    if tags.get(DECLARATION) != DECLARED:
        raise PackageError(reason=f"“{DECLARATION}” is missing or does not declare BagIt 1.0 and UTF-8 exactly")
    for name in tags:
        if _OTHER_MANIFEST.fullmatch(name):
            raise PackageError(reason=f"“{shown(name)}” is a manifest of another kind than SHA-512")
        if name.casefold() == "fetch.txt":
            raise PackageError(reason="“fetch.txt” names files that lie elsewhere")
    for needed in (MANIFEST, TAG_MANIFEST):
        if needed not in tags:
            raise PackageError(reason=f"“{needed}” is missing")


def manifest_lines(name: str, content: bytes) -> dict[str, str]:
    """SHA-512 by file name. Raises PackageError unless each line is what `sha512sum` writes for a plain name."""
    listed: dict[str, str] = {}
    for number, line in enumerate(_lines(name, content), 1):
        found = _MANIFEST_LINE.fullmatch(line)
        if not found:
            raise PackageError(reason=f"line {number} of “{name}” is not a SHA-512, two spaces and a file name")
        if found[2] in listed:
            raise PackageError(reason=f"“{name}” lists “{shown(found[2])}” twice")
        listed[found[2]] = found[1]
    check_names(listed)
    return listed


def info_lines(content: bytes) -> dict[str, str]:
    """The values of bag-info.txt by label. Raises PackageError unless each line is one label and one printable value."""
    info: dict[str, str] = {}
    for number, line in enumerate(_lines(INFO, content), 1):
        found = _INFO_LINE.fullmatch(line)
        if not found or not line.isprintable() or found[1] in info:
            raise PackageError(reason=f"line {number} of “{INFO}” is not one new label and its value")
        info[found[1]] = found[2]
    return info


def _lines(name: str, content: bytes) -> Iterator[str]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackageError(reason=f"“{name}” is not UTF-8 text") from error
    if not text.endswith("\n"):
        raise PackageError(reason=f"“{name}” is empty or cut off")
    yield from text[:-1].split("\n")


def _same_names(listed: Iterable[str], found: Iterable[str], manifest: str) -> None:
    for name in sorted(set(listed) - set(found)):
        raise PackageError(reason=f"“{shown(name)}” is missing")
    for name in sorted(set(found) - set(listed)):
        raise PackageError(reason=f"“{shown(name)}” is not listed in “{manifest}”")


def _same_hash(file: Listed, listed: Mapping[str, str]) -> None:
    if file.sha512 != listed[file.name]:
        raise PackageError(reason=f"“{file.name}” was changed or damaged: its SHA-512 is not the one listed")


# --- the disk ------------------------------------------------------------------------------------------------------


def _look(folder: Path) -> dict[str, _Found]:
    """Every file below the folder by its name there. Raises PackageError for anything but folders and plain files."""
    with _unreadable(folder.name):
        status = os.lstat(folder)
        if _is_link(status) or not stat.S_ISDIR(status.st_mode):
            raise PackageError(reason=f"“{shown(folder.name)}” is not a folder")
        tree: dict[str, _Found] = {}
        for name, found in _walk(folder, ()):
            tree[name] = found
            if len(tree) > MOST_PAYLOAD + MOST_TAG_FILES:
                raise PackageError(reason=f"it holds more than {MOST_PAYLOAD:,} files")
        return tree


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[tuple[str, _Found]]:
    inside = list(folder.iterdir())
    if not inside or len(above) >= DEEPEST:
        raise PackageError(reason=f"the folder “{shown('/'.join(above))}” is empty or lies too deep")
    for path in inside:
        parts = (*above, path.name)
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode) and not _is_link(status):
            yield from _walk(path, parts)
        else:
            yield "/".join(parts), _found(path, status, "/".join(parts))


def _found(path: Path, status: os.stat_result, name: str) -> _Found:
    """SECURITY: a second name (hard link) would let a file be changed from outside the folder after the check."""
    if _is_link(status) or not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise PackageError(reason=f"“{shown(name)}” is a link or not a plain file")
    return _Found(path, status.st_size, _identity(status))


def _is_link(status: os.stat_result) -> bool:
    attributes = getattr(status, "st_file_attributes", 0)  # Windows: a junction is a reparse point, not a link
    return stat.S_ISLNK(status.st_mode) or bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_nlink


def _read(found: _Found, name: str, meter: Meter, largest: int | None) -> tuple[Listed, bytes]:
    """Hashes the file that was found and no other; its bytes too where `largest` is given, otherwise none."""
    if largest is not None and found.size > largest:
        raise PackageError(reason=f"“{name}” is larger than a package may hold it")
    seen, size, kept = hashlib.sha512(), 0, bytearray()
    with _unreadable(name), os.fdopen(os.open(found.path, _READ), "rb", buffering=0) as file:
        if _identity(os.fstat(file.fileno())) != found.identity:
            raise PackageError(reason=CHANGED)
        meter.step()
        while chunk := file.read(CHUNK):
            seen.update(chunk)
            size += len(chunk)
            if largest is not None:
                kept += chunk
            if size > found.size:
                break
            meter.step(len(chunk))
        if size != found.size or _identity(os.fstat(file.fileno())) != found.identity:
            raise PackageError(reason=CHANGED)
    return Listed(name, size, seen.hexdigest()), bytes(kept)


@contextmanager
def _unreadable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise PackageError(reason=CHANGED) from error
        reason = (error.strerror or "no reason given").lower()
        raise PackageUnreadable(name=shown(name), reason=reason) from error
