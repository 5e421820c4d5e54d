"""Models as estimators of scikit-learn, as `keras.wrappers` names them.

scikit-learn is loaded when one of them is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saccade.core._lazy import optional_import

if TYPE_CHECKING:
    from saccade.wrappers._estimators import SKLearnClassifier as SKLearnClassifier
    from saccade.wrappers._estimators import SKLearnRegressor as SKLearnRegressor
    from saccade.wrappers._estimators import SKLearnTransformer as SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'saccade.wrappers' has no attribute {name!r}")
    optional_import("sklearn", extra="sklearn", purpose=f"keras.wrappers.{name}")
    from saccade.wrappers import _estimators

    globals()[name] = found = getattr(_estimators, name)
    return found
