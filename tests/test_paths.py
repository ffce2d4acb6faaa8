# SPDX-License-Identifier: Apache-2.0
"""The program finds its own files in a source tree, in an installed package and in the frozen folder."""

import sys

import pytest

from reviewer_app import paths
from reviewer_app.errors import DiskFailed

find = paths.resources.__wrapped__  # without its memory of the first answer


def test_in_the_source_tree_resources_lie_beside_the_package():
    assert (find() / "fonts" / "INDEX.md").is_file()


def test_the_frozen_folder_comes_first(tmp_path, monkeypatch):
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert find() == tmp_path / "resources"


def test_an_installed_package_carries_its_resources(tmp_path, monkeypatch):
    inside = tmp_path / "site" / "reviewer_app"
    (inside / "resources").mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(inside / "paths.py"))
    assert find() == inside / "resources"


def test_missing_resources_are_an_error_with_a_next_step(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "a" / "b" / "paths.py"))
    with pytest.raises(DiskFailed):
        find()


def test_a_resource_is_read_as_text():
    assert paths.resource_text("fonts/INDEX.md").startswith("# Fonts")
