# SPDX-License-Identifier: Apache-2.0
"""The encrypted vault: keys, database, journal, attachments."""
