# SPDX-License-Identifier: Apache-2.0
import pytest

from reviewer_app.services import vaults
from tests.desks import make_desk
from tests.factories import make_case


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path)
    yield made
    vaults.leave(made)


@pytest.fixture
def case(desk):
    """A new case of the desk that the test module works at, by id."""
    return make_case(desk).id
