"""Operations on pictures: `saccade.ops.image`."""

from ._image import resize as resize

__all__ = ["resize"]
