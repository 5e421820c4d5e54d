"""What it costs to import each framework."""

from ._kinds import Command, Imports

CASE = Imports(
    name="imports",
    title="a fresh interpreter that imports and ends",
    commands=(
        Command("python alone", "pass"),
        Command("saccade", "import saccade", ("saccade",)),
        Command(
            "saccade layers, models",
            "from saccade import layers, models; layers.Dense, models.Sequential",
            ("saccade",),
        ),
        Command("jax", "import jax", ("jax",)),
        Command("keras on jax", "import keras", ("keras", "jax"), "jax"),
        Command(
            "keras on tensorflow",
            "import keras",
            ("keras", "tensorflow"),
            "tensorflow",
        ),
        Command("keras on torch", "import keras", ("keras", "torch"), "torch"),
        Command("torch", "import torch", ("torch",)),
    ),
    subject="saccade layers, models",
    reference="jax",
    limit_s=0.15,
)
