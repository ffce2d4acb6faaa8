# SPDX-License-Identifier: Apache-2.0
import pytest

from reviewer_app.services import vaults
from tests.desks import make_desk


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path)
    yield made
    vaults.leave(made)
