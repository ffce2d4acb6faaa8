# SPDX-License-Identifier: Apache-2.0
"""What an evaluation file says, read in a process of its own that holds no key."""
