# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.vault import uptime
from reviewer_app.vault.uptime import Instant, elapsed, instant

linux = pytest.mark.skipif(sys.platform != "linux", reason="boot id and clock of Linux")


@pytest.mark.parametrize(
    ("since", "now", "seconds"),
    [
        (("a", 100.0), ("a", 130.5), 30.5),
        (("a", 100.0), ("a", 100.0), 0.0),
        (("a", 100.0), ("a", 40.0), 0.0),  # a machine put back to a snapshot
        (("a", 100.0), ("b", 40.0), 40.0),
        (("a", 100.0), ("b", 400.0), 400.0),
        (("?41", 100.0), ("?42", 40.0), 40.0),
        (("?41", 100.0), ("?42", 400.0), 300.0),  # a fast start: the counter may have run on
        (("?", 100.0), ("a", 400.0), 300.0),  # the id could not be read once
        (("?", 100.0), ("?", 40.0), 0.0),
    ],
)
def test_what_has_passed_at_least(since, now, seconds):
    assert elapsed(Instant(*since), Instant(*now)) == seconds


moments = st.floats(0, 1e9)


@given(moments, moments, st.sampled_from(["boots anew", "runs on under a new id", "runs on"]))
def test_a_wait_is_never_shortened(first, later, case):
    """The truth is known here: what ran between the two moments, at least."""
    if case == "boots anew":
        found, true = elapsed(Instant("a", first), Instant("b", later)), later
    else:
        new_id = "?2" if case == "runs on under a new id" else "?1"
        found, true = elapsed(Instant("?1", first), Instant(new_id, first + later)), first + later - first
    assert 0 <= found <= true


def test_time_goes_on_within_one_boot():
    first, second = instant(), instant()
    assert first.boot == second.boot
    assert second.seconds >= first.seconds > 0


@linux
def test_it_is_the_kernels_own_count_and_id():
    found = instant()
    assert found.boot == uptime.BOOT_ID.read_text().strip()
    assert found.seconds == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=5)


@linux
def test_another_process_sees_the_same_boot():
    command = [sys.executable, "-c", "from reviewer_app.vault.uptime import instant; print(*instant())"]
    before = instant()
    boot, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert (boot, before.seconds <= float(seconds) <= instant().seconds) == (before.boot, True)


@linux
@pytest.mark.parametrize("text", [None, b"", b"\n", b"\xff\xfe", b"x" * 36, b"0" * 99])
def test_a_boot_id_that_cannot_be_read_is_an_unsure_one(tmp_path, monkeypatch, text):
    path = tmp_path / "boot_id"
    if text is not None:
        path.write_bytes(text)
    monkeypatch.setattr(uptime, "BOOT_ID", path)
    uptime._boot.cache_clear()
    try:
        assert instant().boot == uptime.UNSURE
    finally:
        uptime._boot.cache_clear()
