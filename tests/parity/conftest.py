"""Makes pip's keras run on JAX, quietly; the tests skip where it is absent."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
