"""RemoteMonitor: what is logged, sent to a server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping

import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.core._errors import ConfigError, DataWarning, message

_TIMEOUT_S = 10.0


class RemoteMonitor(Callback):
    """Sends what is logged after each epoch to a server, by HTTP POST.

    Args:
        root: address of the server, http or https.
        path: where on the server.
        field: the field of the form that holds the JSON.
        headers: more headers.
        send_as_json: whether the body is the JSON itself, not a form.

    Raises:
        ConfigError: `root` is no address of http or https.

    Differs from Keras: needs no further package; waits ten seconds at most; a server
        that answers with an error is told as one that does not answer.

    Example:
        >>> RemoteMonitor("http://localhost:9000").path
        '/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ConfigError(
                message(
                    "RemoteMonitor",
                    f"`root` must begin with http:// or https://, got {root!r}",
                )
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Sends the numbers; warns if that fails, and training goes on."""
        # Slow to load, and hardly any program has this callback.
        import urllib.error
        import urllib.parse
        import urllib.request

        numbers = {name: _plain(value) for name, value in (logs or {}).items()}
        text = json.dumps({"epoch": epoch, **numbers})
        if self.send_as_json:
            kind, body = "application/json", text
        else:
            kind = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode({self.field: text})
        request = urllib.request.Request(
            self.root + self.path,
            data=body.encode(),
            headers={"Content-Type": kind, **(self.headers or {})},
            method="POST",
        )
        try:
            urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()
        except (urllib.error.URLError, OSError) as error:
            warnings.warn(
                message(
                    "RemoteMonitor",
                    f"Could not reach RemoteMonitor root server at {self.root} "
                    f"({error})",
                ),
                DataWarning,
                stacklevel=2,
            )


def _plain(value: object) -> object:
    if isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "tolist"):
        return np.asarray(value).tolist()
    return value
