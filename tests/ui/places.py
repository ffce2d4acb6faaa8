# SPDX-License-Identifier: Apache-2.0
"""A window around one part of the case page, for tests: real desk, real shell, work done inline."""

from collections.abc import Sequence
from pathlib import Path

from reviewer_app.services.cases import case_file
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.attaching import Attaching
from reviewer_app.ui.case.tab import CaseTab
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Tasks


class TabPlace:
    """Implements `ui.case.tab.Workplace`; remembers the news, the errors told and the tabs asked for."""

    def __init__(self, shell: Shell, desk: Desk, tasks: Tasks, case: str) -> None:
        self.shell, self.desk, self.tasks, self.case = shell, desk, tasks, case
        self.tabs: dict[str, CaseTab] = {}
        self.news: list[str] = []
        self.errors: list[Exception] = []
        self.asked: list[str] = []
        self.dropped: list[Sequence[Path]] = []
        self.attaching = Attaching(self)

    @property
    def window(self) -> Shell:
        return self.shell

    def show(self, kind: type[CaseTab]) -> CaseTab:
        """A tab of this kind in front, showing the case."""
        tab = self.tabs[kind.key] = kind(self)
        tab.show_file(case_file(self.desk, self.case))
        self.shell.show_page(tab, "docket")
        return tab

    def changed(self) -> None:
        for tab in self.tabs.values():
            tab.show_file(case_file(self.desk, self.case))

    def show_tab(self, key: str) -> None:
        self.asked.append(key)

    def attach_files(self, paths: Sequence[Path] = ()) -> None:
        self.dropped.append(paths)

    def run(self, text, work, on_done, on_error=None):
        return self.shell.progress.run(self.tasks, text, work, on_done, on_error or self.tell)

    def tell(self, error: Exception) -> None:
        self.errors.append(error)

    def say(self, text: str) -> None:
        self.news.append(text)
