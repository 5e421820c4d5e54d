"""The same picture in training and validation."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.data import _duplicates as duplicates
from saccade.data import find_duplicates, list_duplicates


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {"a": "one", "b": "two", "c": "one", "d": "three", "e": "two", "f": "on"}
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in [*contents, "missing"]}


def pairs(files: dict[str, str], a: str, b: str) -> list[str]:
    found = find_duplicates([files[name] for name in a], [files[name] for name in b])
    names = {path: name for name, path in files.items()}
    return [names[first] + names[second] for first, second in found]


def test_pairs_come_in_the_order_of_the_second_list(files: dict[str, str]) -> None:
    assert pairs(files, "abd", "ec") == ["be", "ac"]
    assert pairs(files, "ca", "a") == ["ca"]  # the first of equal ones
    assert pairs(files, "d", "abcef") == []
    assert pairs(files, "", "a") == pairs(files, "a", "") == []


def test_what_cannot_be_read_is_no_duplicate(files: dict[str, str], tmp_path) -> None:
    lost, folder = files["missing"], str(tmp_path)
    assert find_duplicates([lost, folder, files["a"]], [lost, folder]) == []


def test_only_files_of_equal_size_are_read(files, monkeypatch) -> None:
    read = []
    digest = duplicates._digest
    monkeypatch.setattr(
        duplicates, "_digest", lambda path: (read.append(path), digest(path))[1]
    )
    assert pairs(files, "d", "ab") == []
    assert read == []
    assert pairs(files, "abd", "c") == ["ac"]
    assert files["d"] not in read


def test_the_message_names_the_pairs() -> None:
    one = list_duplicates([("t/1.png", "v/2.png")])
    assert one.startswith("1 picture of validation is in training too, so")
    assert one.endswith("\n  t/1.png = v/2.png")
    many = list_duplicates([(f"{n}", f"v{n}") for n in range(1007)])
    assert many.startswith("1,007 pictures of validation are in training too")
    assert "4 = v4\n  and 1,002 more" in many
