"""Models as estimators: scikit-learn's own checks, and what they leave open."""

from __future__ import annotations

import unittest

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import ArgumentTypeError, ConfigError

pytest.importorskip("sklearn", minversion="1.6")
base = pytest.importorskip("sklearn.base")
checks = pytest.importorskip("sklearn.utils.estimator_checks")
search = pytest.importorskip("sklearn.model_selection")
pipeline = pytest.importorskip("sklearn.pipeline")
preprocessing = pytest.importorskip("sklearn.preprocessing")
wrappers = pytest.importorskip("saccade.wrappers")

pytestmark = pytest.mark.filterwarnings("ignore")

# No more than Keras' own wrappers leave out.
LEFT_OUT = {
    "SKLearnClassifier": {
        "check_classifiers_one_label_sample_weights",
        "check_classifiers_classes",
        "check_classifier_data_not_an_array",
        "check_supervised_y_2d",
        "check_fit_idempotent",
        "check_classifiers_train",
    },
    "SKLearnRegressor": set(),
    "SKLearnTransformer": set(),
}


def network(X, y, loss="mse", activation=None, width=8):
    outputs = y.shape[1] if y.ndim > 1 else 1
    # Many checks compare two calls of fit().
    first = saccade.initializers.GlorotUniform(seed=1)
    model = saccade.Sequential(
        [
            layers.Input((X.shape[1],)),
            layers.Dense(width, activation="relu", kernel_initializer=first),
            layers.Dense(outputs, activation=activation, kernel_initializer=first),
        ]
    )
    model.compile("rmsprop", loss)
    return model


def classifier(**fit):
    kwargs = {"loss": "categorical_crossentropy", "activation": "softmax"}
    return wrappers.SKLearnClassifier(
        network, model_kwargs=kwargs, fit_kwargs={**fit, "verbose": 0}
    )


QUIET = {"verbose": 0, "shuffle": False}
ESTIMATORS = [
    classifier(shuffle=False),
    wrappers.SKLearnRegressor(network, fit_kwargs=QUIET),
    wrappers.SKLearnTransformer(network, fit_kwargs=QUIET),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_checks_of_scikit_learn(estimator):
    failed, run = [], 0
    for made, check in checks.estimator_checks_generator(estimator, legacy=True):
        name = check.func.__name__
        kind = type(estimator).__name__
        # What all estimators have is checked with the two others.
        other = kind == "SKLearnTransformer" and "transformer" not in name
        if other or name in LEFT_OUT[kind]:
            continue
        try:
            check(made)
            run += 1
        except unittest.SkipTest:
            pass
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)
    assert run >= (2 if kind == "SKLearnTransformer" else 31)


def test_labels_of_any_kind(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2)).astype("float32")
    y = np.where(x[:, 0] > 0, "right", "left")
    pipe = pipeline.make_pipeline(preprocessing.StandardScaler(), classifier(epochs=40))
    pipe.fit(x, y)
    assert pipe.score(x, y) > 0.9
    assert pipe[-1].classes_.tolist() == ["left", "right"]
    decided = pipe.decision_function(x)
    assert decided.shape == (60, 2)
    assert (pipe.predict(x) == pipe[-1].classes_[decided.argmax(-1)]).all()
    assert len(pipe[-1].history_.history["loss"]) == 40


def test_search_over_arguments():
    x = np.arange(12.0).reshape(-1, 1)
    found = search.GridSearchCV(
        wrappers.SKLearnRegressor(network, fit_kwargs={"verbose": 0}),
        {"model_kwargs": [{"width": 2}, {"width": 3}]},
        cv=2,
    )
    found.fit(x, x[:, 0])
    assert found.best_params_["model_kwargs"]["width"] in (2, 3)


def test_a_model_is_copied_unless_warm():
    x, y = np.ones((8, 2)), np.ones(8)
    model = network(x, y)
    before = model.get_weights()
    for warm in (False, True):
        estimator = wrappers.SKLearnRegressor(
            model, warm_start=warm, fit_kwargs={"verbose": 0}
        )
        estimator.fit(x, y)
        assert (estimator.model_ is model) == warm
        first = estimator.model_
        estimator.fit(x, y)
        assert (estimator.model_ is first) == warm
        same = all(
            (a == b).all() for a, b in zip(before, model.get_weights(), strict=True)
        )
        assert same != warm
    copied = base.clone(wrappers.SKLearnRegressor(model, fit_kwargs={"epochs": 3}))
    assert copied.model is not model
    assert copied.fit_kwargs == {"epochs": 3}


def test_errors():
    x, y = np.ones((4, 1)), np.ones(4)
    plain = saccade.Sequential([layers.Input((1,)), layers.Dense(1)])
    with pytest.raises(ConfigError, match="must be compiled"):
        wrappers.SKLearnRegressor(plain).fit(x, y)
    with pytest.raises(ArgumentTypeError, match="a model or a function"):
        wrappers.SKLearnRegressor("adam").fit(x, y)
    with pytest.raises(ValueError, match="only one class"):
        classifier().fit(x, y)
    with pytest.raises(RuntimeError, match="not enabled"):
        classifier().set_fit_request(sample_weight=True)
