"""How many copies of the pictures training keeps beside the caller's own array."""

from . import softmax
from ._kinds import Memory

CASE = Memory(
    name="memory",
    title="growth of the process, in copies of 60,000 pictures of 28x28",
    training=softmax.CASE,
    dtypes=("uint8", "float32"),
    limit_copies=1.5,
)
