# SPDX-License-Identifier: Apache-2.0
"""Everything a person can do, one module for each area, without windows."""
