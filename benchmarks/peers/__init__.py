"""The frameworks measured: one script for each, driven by `worker.py`.

A script has a class `Trainer(training, options)` whose `fit(x, y, epochs, gate)` calls
`gate.begin()` and `gate.end(loss, accuracy)` around each epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec


@dataclass(frozen=True)
class Peer:
    """A framework: its script, what must be installed, what selects its backend.

    Args:
        steps: values of Keras' steps_per_execution to try; the best one counts.
        compiled: whether the whole step is compiled by torch.compile.
        slow: left out of quick runs.
    """

    name: str
    title: str
    script: str
    needs: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    steps: tuple[int, ...] = (1,)
    compiled: bool = False
    slow: bool = False

    def missing(self) -> list[str]:
        """Returns the packages that are not installed."""
        return [name for name in self.needs if find_spec(name) is None]


def _keras(backend: str, title: str) -> Peer:
    return Peer(
        name=f"keras-{backend}",
        title=f"Keras on {title}",
        script="keras",
        needs=("keras", backend),
        environment={"KERAS_BACKEND": backend},
        steps=(1,) if backend == "torch" else (1, 32),  # torch's takes only 1
        slow=backend == "torch",
    )


ALL: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("saccade", "saccade", "saccade", ("saccade",)),
        _keras("tensorflow", "TensorFlow"),
        _keras("jax", "JAX"),
        _keras("torch", "PyTorch"),
        Peer("pytorch", "PyTorch", "torch", ("torch",)),
        Peer(
            "pytorch-compiled",
            "torch.compile",
            "torch",
            ("torch",),
            compiled=True,
            slow=True,
        ),
    )
}
