"""Pictures by their paths, read by several threads and kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from saccade.data._cache import PictureCache, identity
from saccade.data._decode import PictureForm, decode
from saccade.data._image_check import Unusable, threads_for_reading
from saccade.data._image_open import reason


class PictureReader:
    """Reads pictures in one form.

    The threads start with the first picture that has to be decoded, and end with the
    reader.

    Args:
        form: size and colours.
        cache: keeps what was decoded; None for a cache of its own within the memory
            that all share.
        threads: how many decode at the same time; None for one for each core.

    Example:
        >>> PictureReader(PictureForm((2, 2))).read(["/no/such/picture.png"])
        [Unusable(path='/no/such/picture.png', why='it does not exist')]
    """

    def __init__(
        self,
        form: PictureForm,
        cache: PictureCache | None = None,
        threads: int | None = None,
    ) -> None:
        self.form = form
        self.cache = PictureCache() if cache is None else cache
        self._threads = threads or threads_for_reading()
        self._pool: ThreadPoolExecutor | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leaves threads and pictures behind, for copies and pickles."""
        return {"form": self.form, "threads": self._threads}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__(**state)  # pyright: ignore[reportArgumentType]  own state

    def read(self, paths: Sequence[str]) -> list[np.ndarray | Unusable]:
        """Reads pictures; in place of one that cannot be read stands why.

        Args:
            paths: the files.

        Shapes:
            -> each (h, w, c); they must not be written to.
        """
        found: list[np.ndarray | Unusable | None] = [self._kept(p) for p in paths]
        missing = [place for place, item in enumerate(found) if item is None]
        if len(missing) > 1 and self._threads > 1:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(
                    self._threads, thread_name_prefix="saccade-read"
                )
            items = self._pool.map(self._decode, [paths[place] for place in missing])
        else:
            items = (self._decode(paths[place]) for place in missing)
        for place, item in zip(missing, items, strict=True):
            found[place] = item
        return [item for item in found if item is not None]

    def _kept(self, path: str) -> np.ndarray | None:
        try:
            return self.cache.get(path, identity(path)) if len(self.cache) else None
        except OSError:
            return None  # decoding says what is wrong

    def _decode(self, path: str) -> np.ndarray | Unusable:
        try:
            before = identity(path)
            picture = decode(path, self.form)
        except Exception as error:
            # Whatever a damaged file makes a decoder raise becomes the reason.
            return Unusable(path, reason(error))
        self.cache.put(path, before, picture)
        return picture
