"""How the studio's server answers when something cannot be done."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from saccade.core._errors import FolderError, SaccadeError


def problem(error: SaccadeError) -> Response:
    """Returns the sentence of an error as JSON.

    Args:
        error: what was raised.
    """
    # An answer like any other: browsers report every other status as an error of the
    # page's, and a mistake of the reader's is none.
    status = 404 if isinstance(error, FolderError) else 200
    return JSONResponse({"problem": str(error)}, status_code=status)
