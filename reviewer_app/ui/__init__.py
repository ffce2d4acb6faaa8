# SPDX-License-Identifier: Apache-2.0
"""The windows; the only room that imports PySide6."""
