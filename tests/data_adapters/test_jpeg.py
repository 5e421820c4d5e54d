"""Signs of a whole JPEG."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from saccade.data._jpeg import looks_whole


def photo(**options: object) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 80, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", **options)
    return file.getvalue()


@pytest.mark.parametrize("trailer", [b"", b"\0\0", b"appended by a phone"])
def test_whole_ones(trailer: bytes) -> None:
    assert looks_whole(photo() + trailer)
    assert looks_whole(photo(quality=95, subsampling=0) + trailer)


def test_a_thumbnail_inside_does_not_mislead() -> None:
    inner = photo()[:20_000]
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    content = photo()
    assert looks_whole(content[:2] + segment + content[2:])
    assert not looks_whole(content[:2] + segment)


def test_progressive_ones_are_left_to_the_decoder() -> None:
    assert not looks_whole(photo(progressive=True))


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_cut_ones(share: float) -> None:
    content = photo()
    assert not looks_whole(content[: int(share * len(content))])


def test_damage_inside_the_scan_that_makes_a_marker() -> None:
    content = bytearray(photo())
    middle = len(content) // 2
    content[middle : middle + 2] = b"\xff\xc4"
    assert not looks_whole(bytes(content))


def test_tables_that_cannot_be_used() -> None:
    content = bytearray(photo())
    place = content.index(b"\xff\xc4") + 5  # how many codes of each length
    content[place : place + 16] = b"\xff" * 16
    assert not looks_whole(bytes(content))
