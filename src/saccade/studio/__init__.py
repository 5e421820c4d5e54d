"""The studio: a local page that shows networks learning. Needs the extra `studio`."""

from ._server import Address as Address
from ._server import serve as serve

__all__ = ["Address", "serve"]
