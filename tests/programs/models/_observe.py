"""Runs programs and writes down what they log: python _observe.py OUT PROGRAM...

Started by `saccade run` and by plain Python with Keras on JAX; both then start from the
same weights and take the rows in the same order. Programs are read as they are.
"""

import json
import runpy
import sys
import traceback
from pathlib import Path

import keras
import numpy as np

seen: dict = {}
plain = {name: getattr(keras.Model, name) for name in ("compile", "fit", "predict")}


def same_weights(model) -> None:
    """Gives weights that were drawn at random numbers that both libraries share."""
    if getattr(model, "_observed", False) or not model.built:
        return
    model._observed = True
    random = np.random.default_rng(0)
    for variable in model.weights:
        value = np.asarray(variable)
        if value.ndim > 1 and value.min() != value.max():
            wide = np.sqrt(2.0 / np.prod(value.shape[:-1]))
            variable.assign(wide * random.standard_normal(value.shape))


def compile_(self, *args, **kwargs):
    same_weights(self)
    return plain["compile"](self, *args, **kwargs)


def fit(self, *args, **kwargs):
    same_weights(self)
    kwargs |= {"verbose": 0, "shuffle": False}
    history = plain["fit"](self, *args, **kwargs)
    seen["fits"].append({k: list(map(float, v)) for k, v in history.history.items()})
    return history


def predict(self, *args, **kwargs):
    outputs = plain["predict"](self, *args, **{**kwargs, "verbose": 0})
    leaves = keras.tree.flatten(outputs)
    seen["shapes"].append([list(a.shape) for a in leaves])
    seen["means"].append([float(np.abs(a).mean()) for a in leaves])
    return outputs


keras.Model.compile, keras.Model.fit, keras.Model.predict = compile_, fit, predict
found = {}
for program in sys.argv[2:]:
    seen = found[Path(program).stem] = {"fits": [], "shapes": [], "means": []}
    seen["library"] = Path(keras.__file__).parent.name
    keras.utils.set_random_seed(0)
    keras.backend.clear_session()
    try:
        runpy.run_path(program, run_name="__main__")
    except Exception:
        seen["error"] = traceback.format_exc()
Path(sys.argv[1]).write_text(json.dumps(found))
