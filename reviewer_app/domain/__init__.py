# SPDX-License-Identifier: Apache-2.0
"""What is true about cases: values and rules, without files, windows or databases."""
