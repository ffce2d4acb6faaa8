# SPDX-License-Identifier: Apache-2.0
"""Writes notes until it is killed; prints each note that was confirmed saved. Run by test_crash."""

import sys
from pathlib import Path

from reviewer_app.vault.vault import Vault
from tests.vault.histories import KEYS, add_note, make_case

vault = Vault.open(Path(sys.argv[1]), KEYS)
case = make_case(vault)
while True:
    print(add_note(vault, case.id, "saved").id, flush=True)
