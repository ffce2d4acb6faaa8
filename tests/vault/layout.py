# SPDX-License-Identifier: Apache-2.0
"""The folder of a vault that has no database yet."""

from pathlib import Path

from reviewer_app.vault.place import begin_folder, mend_layout, require_free


def create_layout(folder: Path) -> None:
    """A new vault's folder and the folders in it, as the making of a vault lays them."""
    require_free(folder)
    begin_folder(folder)
    mend_layout(folder)
