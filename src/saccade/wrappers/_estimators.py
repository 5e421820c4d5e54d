"""The estimators: scikit-learn's checks and targets around fit() and predict()."""

from __future__ import annotations

import copy
import dataclasses
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from saccade.callbacks import History
from saccade.core._errors import ArgumentTypeError, ConfigError, DataError, message
from saccade.core._lazy import optional_import
from saccade.models import Model, clone_model
from saccade.saving import load_model


def _sklearn(module: str) -> Any:
    return optional_import(f"sklearn.{module}", extra="sklearn", purpose="wrappers")


_base = _sklearn("base")
_multiclass = _sklearn("utils.multiclass")
_routing = _sklearn("utils.metadata_routing")
_validation = _sklearn("utils.validation")


class _Estimator(_base.BaseEstimator):
    """A model as an estimator; see the classes below.

    Its attributes have the names of the arguments, which are not changed: that is how
    scikit-learn copies estimators and searches over arguments.
    """

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
        fit_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Self:
        """Trains a model for these data.

        Args:
            X: array (n, features).
            y: targets, (n,) or (n, outputs).
            **kwargs: arguments of fit() of the model.

        Raises:
            ConfigError: the model is not compiled.
        """
        inputs, targets = _checked(self, X, y)
        targets = self._targets(targets)
        model = self._make_model(inputs, targets)
        if not (model.compiled and model.loss and model.optimizer):
            raise ConfigError(
                message(
                    type(self).__name__,
                    "the model must be compiled, with a loss and an optimizer",
                    "call model.compile() before",
                )
            )
        self.history_ = model.fit(
            inputs, targets, **{**(self.fit_kwargs or {}), **kwargs}
        )
        self.model_ = model
        return self

    def predict(self, X: Any) -> Any:
        """Returns the model's answers, in the form of the targets.

        Args:
            X: array (n, features).
        """
        return self._answers(self._outputs(X))

    @property
    def epoch_(self) -> Any:
        """The epochs of the last training."""
        history = getattr(self, "history_", None)
        return 0 if history is None else history.epoch

    def set_fit_request(self, **kwargs: bool | str | None) -> Self:
        """Says which metadata `fit` wants, for scikit-learn's metadata routing.

        Args:
            **kwargs: True, False, None or another name, for each argument of fit().

        Raises:
            RuntimeError: routing is not enabled.
        """
        if not _sklearn("_config").get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                message(
                    "set_fit_request",
                    "metadata routing is not enabled",
                    "call sklearn.set_config(enable_metadata_routing=True)",
                )
            )
        self._metadata_request = _routing.MetadataRequest(owner=self)
        for name, alias in kwargs.items():
            self._metadata_request.fit.add_request(param=name, alias=alias)
        return self

    def _make_model(self, inputs: Any, targets: Any) -> Model:
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            return self.model if self.warm_start else _fresh(self.model)
        if not callable(self.model):
            raise ArgumentTypeError(
                message(
                    type(self).__name__,
                    f"`model` must be a model or a function that makes one, got "
                    f"{self.model!r}",
                )
            )
        return self.model(X=inputs, y=targets, **(self.model_kwargs or {}))

    def _outputs(self, x: Any) -> Any:
        _validation.check_is_fitted(self)
        return self.model_.predict(_checked(self, x, reset=False), verbose=0)

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Targets as the model takes them: two axes."""
        if _multiclass.type_of_target(y) == "unknown":
            raise DataError(
                message(type(self).__name__, f"Unknown label type for data: {y!r}")
            )
        self._one_axis = y.ndim == 1
        return y.reshape(-1, 1) if self._one_axis else y

    def _answers(self, outputs: Any) -> Any:
        one = self._one_axis and outputs.ndim == 2 and outputs.shape[1] == 1
        return outputs[:, 0] if one else outputs

    def __getstate__(self) -> dict[str, Any]:
        """What pickle keeps: models as the bytes of their files."""
        state = dict(super().__getstate__())
        for name in ("model", "model_"):
            if isinstance(state.get(name), Model):
                state[name] = _Packed(_to_bytes(state[name]))
        if "history_" in state:
            # It knows the model, which is kept already.
            kept = History()
            kept.epoch = state["history_"].epoch
            kept.history = state["history_"].history
            state["history_"] = kept
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        super().__setstate__(
            {
                name: _from_bytes(value.content) if type(value) is _Packed else value
                for name, value in state.items()
            }
        )

    def __sklearn_clone__(self) -> Self:
        arguments = {name: getattr(self, name) for name in self._get_param_names()}
        if isinstance(self.model, Model):
            arguments["model"] = copy.deepcopy(self.model)
        return type(self)(**arguments)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        """The tags in the form of scikit-learn before 1.6."""
        return {"non_deterministic": True}


class SKLearnClassifier(_base.ClassifierMixin, _Estimator):
    """A model as a classifier of scikit-learn.

    Labels of any kind become one-hot rows for the model, and its largest output
    becomes a label again.

    Args:
        model: a compiled model, or a function of (X, y, ...) that makes one.
        warm_start: whether to go on with the weights of the last fit().
        model_kwargs: further arguments of that function.
        fit_kwargs: arguments of fit() of the model; those given to fit() win.

    Raises:
        ConfigError: the model is not compiled.
        DataError: targets that are no classes, or only one class.

    Attributes: `model_`, `history_`, `classes_`.

    Differs from Keras: `warm_start` does what it says; `clone` keeps `fit_kwargs`.

    Example:
        >>> from saccade import Sequential, layers
        >>> def make(X, y):
        ...     model = Sequential([layers.Dense(y.shape[1], activation="softmax")])
        ...     model.compile("adam", "categorical_crossentropy")
        ...     return model
        >>> found = SKLearnClassifier(make, fit_kwargs={"verbose": 0}).fit(
        ...     [[0.0], [1.0]], ["ants", "bees"])
        >>> found.classes_.tolist()
        ['ants', 'bees']
    """

    def decision_function(self, X: Any) -> Any:
        """Returns the model's outputs, (n, classes)."""
        return self._outputs(X)

    def _targets(self, y: np.ndarray) -> np.ndarray:
        kind = _multiclass.type_of_target(y)
        if kind not in ("binary", "multiclass"):
            raise DataError(
                message(
                    "SKLearnClassifier",
                    "Only binary and multiclass target types are supported. Unknown "
                    f"label type, or a kind of target that is no class: {kind}",
                )
            )
        self._one_axis = y.ndim == 1
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise DataError(
                message(
                    "SKLearnClassifier",
                    "Classifier can't train when only one class is present",
                )
            )
        return np.eye(len(self.classes_), dtype=np.float32)[numbers.reshape(-1)]

    def _answers(self, outputs: Any) -> Any:
        labels = self.classes_[np.argmax(outputs, axis=-1)]
        return labels if self._one_axis else labels.reshape(-1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "poor_score": True}


class SKLearnRegressor(_base.RegressorMixin, _Estimator):
    """A model as a regressor of scikit-learn.

    Args:
        model: a compiled model, or a function of (X, y, ...) that makes one.
        warm_start: whether to go on with the weights of the last fit().
        model_kwargs: further arguments of that function.
        fit_kwargs: arguments of fit() of the model; those given to fit() win.

    Raises:
        ConfigError: the model is not compiled.

    Attributes: `model_`, `history_`.

    Differs from Keras: `warm_start` does what it says; `clone` keeps `fit_kwargs`.

    Example:
        >>> from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> SKLearnRegressor(model).fit([[0.0], [1.0]], [0.0, 1.0], verbose=0).predict(
        ...     [[2.0]]).shape
        (1,)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "poor_score": True}


class SKLearnTransformer(_base.TransformerMixin, _Estimator):
    """A model as a transformer of scikit-learn: a step that makes features.

    Args:
        model: a compiled model, or a function of (X, y, ...) that makes one.
        warm_start: whether to go on with the weights of the last fit().
        model_kwargs: further arguments of that function.
        fit_kwargs: arguments of fit() of the model; those given to fit() win.

    Raises:
        ConfigError: the model is not compiled.

    Attributes: `model_`, `history_`.

    Differs from Keras: `warm_start` does what it says; `clone` keeps `fit_kwargs`.

    Example:
        >>> from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> SKLearnTransformer(model).fit([[0.0]], [0.0], verbose=0).transform(
        ...     [[2.0], [1.0]]).shape
        (2, 1)
    """

    def transform(self, X: Any) -> Any:
        """Returns the model's outputs.

        Args:
            X: array (n, features).
        """
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "preserves_dtype": []}


def _checked(estimator: Any, *data: Any, reset: bool = True) -> Any:
    """Data in scikit-learn's form; says what is wrong with them."""
    check = getattr(_validation, "validate_data", None)
    if check is None:  # scikit-learn before 1.6
        return estimator._validate_data(*data, reset=reset)
    return check(estimator, *data, reset=reset)


@dataclasses.dataclass(frozen=True)
class _Packed:
    """The content of a model's file."""

    content: bytes


def _to_bytes(model: Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


def _from_bytes(content: bytes) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(content)
        return load_model(path)


def _fresh(model: Model) -> Model:
    """The same model with new weights, compiled as the model is."""
    made = clone_model(model)
    config = model.get_compile_config()
    if config is not None and not made.compiled:
        made.compile_from_config(config)
    return made
