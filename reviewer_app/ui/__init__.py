# SPDX-License-Identifier: Apache-2.0
"""The windows; the only room that imports PySide6."""

import builtins

_import = builtins.__import__
import PySide6.QtCore  # noqa: E402, F401

# PySide hooks every import to read that module's source, for optional name styles that nothing here uses: a tenth of a
# second and 30 MB once the vault is loaded.
builtins.__import__ = _import
