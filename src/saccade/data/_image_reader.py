"""Pictures by their paths, read ahead by several threads and kept decoded."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

import numpy as np

from saccade.data._cache import PictureCache, identity
from saccade.data._decode import PictureForm, decode
from saccade.data._image_check import Unusable, decode_checked, threads_for_reading
from saccade.data._image_open import reason
from saccade.data._picture_pack import PicturePack, open_pack

# Most pictures decoded ahead and not yet asked for.
_AHEAD = 256
# Most pictures, and bytes of their files, that are decoded before training starts: a
# few seconds on two cores. Who wants one batch of more must not wait for all.
_AT_ONCE = 10_000
_AT_ONCE_BYTES = 128 * 2**20
# Pictures that a thread decodes at a time: handing over costs little then.
_TOGETHER = 16


class PictureReader:
    """Reads pictures in one form.

    Decoded pictures are kept in memory, and those of `remember` in a file that later
    runs find. The threads start with the first picture that has to be decoded, and end
    with the reader.

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
        self._pack: PicturePack | None = None
        self._coming: dict[str, Future[np.ndarray | Unusable]] = {}
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, object]:
        """Leaves threads and pictures behind, for copies and pickles."""
        return {"form": self.form, "threads": self._threads}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__(**state)  # pyright: ignore[reportArgumentType]  own state

    def remember(self, paths: Sequence[str]) -> bool:
        """Keeps these pictures for later runs of programs; see `PicturePack`.

        Args:
            paths: all the files that will be read.

        Returns:
            whether an earlier run has decoded them all, the files being the same.
        """
        self._pack = open_pack(paths, self.form)
        return self._pack is not None and self._pack.complete

    def decode_all(self, paths: Sequence[str]) -> list[Unusable] | None:
        """Decodes all pictures now, if they can be kept and that takes seconds.

        Args:
            paths: the files.

        Returns:
            those that cannot be used, or None if nothing was decoded: look at the
            files instead.
        """
        files = list(dict.fromkeys(paths))
        if not self._fit_at_once(files):
            return None
        groups = [files[i : i + _TOGETHER] for i in range(0, len(files), _TOGETHER)]
        bad: dict[str, Unusable] = {}
        for found in self._threads_pool().map(self._decode_group, groups):
            bad.update((file.path, file) for file in found)
        return [bad[path] for path in paths if path in bad]

    def _fit_at_once(self, files: Sequence[str]) -> bool:
        height, width, channels = self.form.shape
        decoded = len(files) * height * width * channels
        if decoded == 0 or len(files) > _AT_ONCE or not self.cache.has_room(decoded):
            return False
        size = 0
        for path in files:
            try:
                size += os.stat(path).st_size
            except OSError:
                continue  # decoding says what is wrong
        return size <= _AT_ONCE_BYTES

    def _decode_group(self, paths: Sequence[str]) -> list[Unusable]:
        items = (self._decode(path, strict=True) for path in paths)
        return [item for item in items if isinstance(item, Unusable)]

    def ahead(self, paths: Sequence[str]) -> None:
        """Begins to decode pictures that will be asked for soon.

        Args:
            paths: the files; those that are kept already cost nothing.
        """
        if self._pack is not None and self._pack.complete:
            return  # quicker than handing it to a thread
        with self._lock:
            for path in paths:
                if path not in self.cache and path not in self._coming:
                    self._coming[path] = self._threads_pool().submit(self._decode, path)
            while len(self._coming) > _AHEAD:
                # Whoever announced it has changed its mind.
                self._coming.pop(next(iter(self._coming))).cancel()

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
            coming = [self._begun(paths[place]) for place in missing]
            items = map(self._result, coming, (paths[place] for place in missing))
        else:
            items = (self._decode_one(paths[place]) for place in missing)
        for place, item in zip(missing, items, strict=True):
            found[place] = item
        return [item for item in found if item is not None]

    def _threads_pool(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(
                self._threads, thread_name_prefix="saccade-read"
            )
        return self._pool

    def _begun(self, path: str) -> Future[np.ndarray | Unusable]:
        with self._lock:
            begun = self._coming.pop(path, None)
            return begun or self._threads_pool().submit(self._decode, path)

    def _result(
        self, coming: Future[np.ndarray | Unusable], path: str
    ) -> np.ndarray | Unusable:
        try:
            return coming.result()
        except CancelledError:
            return self._decode(path)

    def _decode_one(self, path: str) -> np.ndarray | Unusable:
        with self._lock:
            begun = self._coming.pop(path, None)
        return self._decode(path) if begun is None else self._result(begun, path)

    def _kept(self, path: str) -> np.ndarray | None:
        pack = self._pack if self._pack is not None and self._pack.complete else None
        if not len(self.cache) and pack is None:
            return None
        try:
            now = identity(path)
        except OSError:
            return None  # decoding says what is wrong
        picture = self.cache.get(path, now)
        if picture is None and pack is not None:
            picture = pack.get(path, now)
            if picture is not None:
                self.cache.put(path, now, picture)
        return picture

    def _decode(self, path: str, strict: bool = False) -> np.ndarray | Unusable:
        try:
            before = identity(path)
            picture = (decode_checked if strict else decode)(path, self.form)
        except Exception as error:
            # Whatever a damaged file makes a decoder raise becomes the reason.
            return Unusable(path, reason(error))
        kept = self.cache.put(path, before, picture)
        if self._pack is not None:
            self._pack.put(path, before, picture, in_memory=kept)
        return picture
