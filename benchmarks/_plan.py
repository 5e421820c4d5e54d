"""What a run was asked for, shared by the modules that measure."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .machine import ROOT
from .peers import Peer


@dataclass(frozen=True)
class Plan:
    """What to measure and how often.

    Args:
        work: a folder for what is left over.
        peak_gflops: the machine's best product of float32 matrices, if measured.
    """

    repeats: int
    threads: int
    quick: bool
    peers: tuple[Peer, ...]
    work: Path
    peak_gflops: float | None = None

    def environment(self, peer: Peer | None = None) -> dict[str, str]:
        """Returns the environment of a measured process: equal threads for all."""
        count = str(self.threads)
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONDONTWRITEBYTECODE": "",
            "OMP_NUM_THREADS": count,
            "MKL_NUM_THREADS": count,
            "TF_NUM_INTRAOP_THREADS": count,
            "TF_NUM_INTEROP_THREADS": count,
            "PJRT_NPROC": count,
            "JAX_PLATFORMS": "cpu",
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "MPLBACKEND": "Agg",
            "SACCADE_CACHE": str(self.work / "compiled"),
            "TORCHINDUCTOR_CACHE_DIR": str(self.work / "inductor"),
            **(peer.environment if peer else {}),
        }

    def has(self, name: str) -> Peer | None:
        """Returns a peer if it is to be measured."""
        return next((peer for peer in self.peers if peer.name == name), None)


def usable(names: Sequence[str]) -> tuple[Peer, ...]:
    """Returns the peers that are installed; says which are left out."""
    chosen = []
    for name in names:
        peer = peers.ALL[name]
        if missing := peer.missing():
            print(f"left out: {peer.title} ({', '.join(missing)} not installed)")
        else:
            chosen.append(peer)
    if not chosen:
        sys.exit("nothing to measure")
    return tuple(chosen)
