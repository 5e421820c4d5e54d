"""LeNet's answers to one picture and to many."""

from . import lenet
from ._kinds import Inference, InferenceTarget

CASE = Inference(
    name="inference",
    title="LeNet-5's answers to 1 picture and to 1,024 in one batch",
    training=lenet.CASE,
    batches=(1, 1_024),
    targets=(InferenceTarget(1, 3.0), InferenceTarget(1_024, 2.0)),
)
