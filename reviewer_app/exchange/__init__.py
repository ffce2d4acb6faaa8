# SPDX-License-Identifier: Apache-2.0
"""Packages that leave and enter a vault."""
