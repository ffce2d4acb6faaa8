# SPDX-License-Identifier: Apache-2.0
"""Reviewer: the case files of AI models offered voluntarily for early access, in one encrypted vault."""

__version__ = "0.1.0"
