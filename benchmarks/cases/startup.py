"""From the start of a process to the end of LeNet's first epoch."""

from . import lenet
from ._kinds import PEERS, Startup, Target

CASE = Startup(
    name="startup",
    title="from the start of a process to LeNet-5's first epoch of 6,400 pictures",
    training=lenet.CASE,
    pictures=6_400,
    targets=(Target(PEERS, 1.0), Target(("keras-tensorflow",), 2.0)),
)
