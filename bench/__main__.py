# SPDX-License-Identifier: Apache-2.0
"""Runs the benches named as arguments, or all of them, and prints one line a figure with its budget beside it."""

import importlib
import inspect
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType

import bench
from bench import Figure, Figures

TOP = f"{'What':<64} {'measured':>12}   {'budget':>12}   within"


def main(names: list[str]) -> int:
    """Prints the table; returns 0 whatever was measured (a busy machine is not a fault), 2 for an unknown name."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}. Known: {', '.join(known)}.", file=sys.stderr)
        return 2
    print(TOP)
    for name in names or known:
        for measure in functions(importlib.import_module(f"bench.{name}")):
            show(f"{name}.{measure.__name__}", measure)
    return 0


def functions(module: ModuleType) -> Iterator[Callable[[], Figures]]:
    """The public functions written in a module, in its order."""
    for name, member in vars(module).items():
        if inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_"):
            yield member


def show(name: str, measure: Callable[[], Figures]) -> None:
    """Measures and prints; a bench that cannot run says why and leaves the others alone."""
    begun = time.perf_counter()
    try:
        figures = measure()
    except Exception as error:  # noqa: BLE001  one broken bench must not hide the other figures
        print(f"{name:<64} not measured: {type(error).__name__}: {error}")
        return
    print(f"# {name}, {time.perf_counter() - begun:.0f} s")
    for what, figure in figures.items():
        print(line(what, Figure(*figure)), flush=True)


def line(what: str, figure: Figure) -> str:
    """One row of the table."""
    if figure.budget is None:
        return f"{what:<64} {told(figure.measured, figure.unit):>12}"
    bound = f"{'≥' if figure.at_least else '≤'} {told(figure.budget, figure.unit)}"
    return (
        f"{what:<64} {told(figure.measured, figure.unit):>12}   {bound:>12}   {'yes' if figure.is_within() else 'NO'}"
    )


def told(number: float, unit: str) -> str:
    """`0.41 s`, `118 MB`: three figures are enough."""
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2 if abs(number) >= 1 else 3
    return f"{number:.{digits}f} {unit}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
