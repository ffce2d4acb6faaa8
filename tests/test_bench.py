# SPDX-License-Identifier: Apache-2.0
"""The bench runner: what counts as within its budget, what is run, what is printed."""

import types

import pytest

from bench import Figure
from bench.__main__ import functions, line, main, show


@pytest.mark.parametrize(
    ("figure", "within"),
    [
        (Figure(0.4, 0.4), True),
        (Figure(0.41, 0.4), False),
        (Figure(0.8, 0.8, "×", True), True),
        (Figure(0.79, 0.8, "×", True), False),
        (Figure(9.0, None), True),
    ],
)
def test_a_ceiling_and_a_floor_hold_at_their_own_value(figure, within):
    assert figure.is_within() is within


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(0.4123, 0.2), ["0.412 s", "≤ 0.200 s", "NO"]),
        (Figure(1.25, 1.0, "× age", True), ["1.25 × age", "≥ 1.00 × age", "yes"]),
        (Figure(118.4, None, "MB"), ["118 MB"]),
    ],
)
def test_a_line_shows_the_figure_beside_its_budget(figure, said):
    text = line("what", figure)
    assert [text.index(part) for part in said] == sorted(text.index(part) for part in said)


def test_only_the_public_functions_written_in_a_module_are_run():
    module = types.ModuleType("room")
    exec("def second(): ...\ndef first(): ...\ndef _helper(): ...", module.__dict__)
    for function in ("first", "second", "_helper"):
        module.__dict__[function].__module__ = "room"
    module.__dict__["borrowed"] = line
    assert [function.__name__ for function in functions(module)] == ["second", "first"]


def test_a_bench_that_cannot_run_says_why(capsys):
    def broken():
        raise FileNotFoundError("age")

    show("room.broken", broken)
    assert "not measured: FileNotFoundError: age" in capsys.readouterr().out


def test_an_unknown_name_is_answered_with_the_known_ones(capsys):
    assert main(["nothing"]) == 2
    assert "start" in capsys.readouterr().err
