# SPDX-License-Identifier: Apache-2.0
"""Choosing files and folders without leaving a trace of them in the account's settings."""

import os
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget


def leave_no_trace() -> None:
    """SECURITY: Qt's own file dialog writes the folders a person visited to QtProject.conf in the account; send it to
    nowhere. The program keeps no settings of its own outside the vault."""
    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, os.devnull)


def _dialog(parent: QWidget | None, title: str, mode: QFileDialog.FileMode, folder: Path | None) -> QFileDialog:
    leave_no_trace()
    wanted = folder or Path.home()
    first = next((place for place in (wanted, *wanted.parents) if place.is_dir()), Path.home())
    dialog = QFileDialog(parent, title, str(first))
    dialog.setFileMode(mode)
    dialog.setOption(QFileDialog.Option.DontResolveSymlinks)
    dialog.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons)
    return dialog


def _chosen(dialog: QFileDialog) -> list[Path]:
    agreed = dialog.exec() == QFileDialog.DialogCode.Accepted
    paths = [Path(name) for name in dialog.selectedFiles()] if agreed else []
    dialog.deleteLater()
    return paths


def choose_files(parent: QWidget | None, title: str, folder: Path | None = None) -> list[Path]:
    """Several files; none when the person changed their mind."""
    return _chosen(_dialog(parent, title, QFileDialog.FileMode.ExistingFiles, folder))


def choose_folder(parent: QWidget | None, title: str, folder: Path | None = None) -> Path | None:
    """One folder."""
    dialog = _dialog(parent, title, QFileDialog.FileMode.Directory, folder)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(_chosen(dialog)), None)
