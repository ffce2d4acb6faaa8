# SPDX-License-Identifier: Apache-2.0
"""Dialogs that ask one thing each; one to a file."""
