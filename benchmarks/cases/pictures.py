"""Reading folders of pictures in batches of 16, 150x150, plain and augmented.

The small pictures are the synthetic fruits of the course's data, the photographs ants
and bees. Augmented: flips, rotation by 90 degrees, shifts by 0.2.
"""

from ._kinds import Reading, ReadingTarget

CASE = Reading(
    name="pictures",
    title="pictures from folders, 150x150, batches of 16",
    folders={
        "small": "datasets/fruits_small",
        "photographs": "data/hymenoptera/train",
    },
    targets=(
        ReadingTarget("small", "augmented", "first", "keras", 5.0),
        ReadingTarget("photographs", "augmented", "first", "keras", 3.0),
        ReadingTarget("small", "augmented", "second", "keras", 10.0),
        ReadingTarget("photographs", "augmented", "second", "keras", 10.0),
        ReadingTarget("small", "plain", "first", "tf.data", 1.0),
        ReadingTarget("photographs", "plain", "first", "tf.data", 1.0),
        ReadingTarget("small", "plain", "second", "tf.data", 5.0),
        ReadingTarget("photographs", "plain", "second", "tf.data", 5.0),
    ),
    limit_share=0.1,
)
