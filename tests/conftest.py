# SPDX-License-Identifier: Apache-2.0
"""What every test gets: unexpected log output fails it, and no test waits for a real passphrase derivation."""

import logging
import os
import sys

import pytest

ENDED = pytest.StashKey[int]()


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory):
    """What the program keeps beside its vaults in the account's data folder stays out of the real one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("account")))
        yield


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
