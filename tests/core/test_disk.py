"""A full disk."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from saccade.core._disk import appending, naming_full_disk
from saccade.core._errors import DiskFullError


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError("Can't write data (error message = 'No space left on device')"),
    ],
)
def test_the_error_names_the_file(error: OSError) -> None:
    with (
        pytest.raises(DiskFullError, match=r"b\.txt: cannot be written") as e,
        naming_full_disk(Path("a/b.txt")),
    ):
        raise error
    assert e.value.errno == errno.ENOSPC
    assert "Fix: free some space" in str(e.value)


def test_other_errors_go_on() -> None:
    with pytest.raises(PermissionError), naming_full_disk("a"):
        raise PermissionError(13, "Permission denied")


def test_nothing_is_added_in_part(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with appending(path) as file:
        file.write("1\n")
    with pytest.raises(DiskFullError), appending(path) as file:  # noqa: PT012
        file.write("2,3")
        file.flush()
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_disk_that_is_really_full() -> None:
    with (
        pytest.raises(DiskFullError, match="/dev/full: cannot be written"),
        appending(Path("/dev/full")) as file,
    ):
        file.write("1\n")
