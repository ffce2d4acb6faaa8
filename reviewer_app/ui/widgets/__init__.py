# SPDX-License-Identifier: Apache-2.0
"""The parts every page is made of: real widgets with a name for screen readers, restyled while open.

layout    rows, columns, labels, facts, scrolling, pairs that fold
controls  buttons, fields, choices, form fields with their error, filter field, saved views, drop target
banner    the marking strip and stamps
nav       the side bar
table     tables: sorting, filtering, copying, opening
strips    alerts, progress with Cancel, tracks, empty states
drawing   painted parts: access window, steps
charts    intervals of shares beside their table
sheet     pages as pictures
editor    text by portion-marked paragraphs
"""
