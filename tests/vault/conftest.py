# SPDX-License-Identifier: Apache-2.0
"""Two open vaults, made anew for each test that asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer_app.vault.vault import Vault
from tests.vault.histories import new_vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = new_vault(tmp_path / "a.vault")
    yield vault
    vault.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Vault]:
    vault = new_vault(tmp_path / "b.vault")
    yield vault
    vault.close()
