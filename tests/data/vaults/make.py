# SPDX-License-Identifier: Apache-2.0
"""Writes resources/schema/1.sql from the declared tables and the stored vault of version 1 beside this file.

Run it with `./dev exec python -m tests.data.vaults.make` after a record of `domain` changes, until version 1 is
released. From then on both stay as they are: a change is a new step in `vault/migrations.py`, and the next release
stores its own vault beside this one.
"""
