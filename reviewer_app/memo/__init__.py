# SPDX-License-Identifier: Apache-2.0
"""A frozen case revision becomes a PDF memo."""
