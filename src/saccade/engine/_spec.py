"""What the engine needs to know: the model's side and the arguments of compile()."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import jax

    from saccade.core._variable import Variable
    from saccade.engine._objective import Objective
    from saccade.optimizers import Optimizer


class Trainable(Protocol):
    """The side of a model that the engine sees."""

    name: str
    stop_training: bool
    stop_evaluating: bool
    stop_predicting: bool

    @property
    def trainable_variables(self) -> list[Variable]: ...

    @property
    def non_trainable_variables(self) -> list[Variable]: ...

    @property
    def rows_independent(self) -> bool: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

    def prepare_inputs(self, x: Any) -> Any:
        """Casts a batch to what the model takes."""
        ...

    def overrides(self, name: str) -> bool:
        """Whether the user wrote this part of a step anew."""
        ...

    def takes_state(self, name: str) -> bool:
        """Whether a step is in Keras' JAX form, rather than in TensorFlow's."""
        ...

    def compute_loss_of(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> Any: ...

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]: ...

    def get_metrics_result(self) -> dict[str, Any]: ...

    def reset_metrics(self) -> None: ...

    # In TensorFlow's form these take the data alone, and return the logs alone.
    def train_step(self, *args: Any) -> Any: ...

    def test_step(self, *args: Any) -> Any: ...

    def predict_step(self, *args: Any) -> Any: ...

    def _weight_penalties(self) -> list[jax.Array]: ...


@dataclasses.dataclass(frozen=True)
class TrainSpec:
    """The arguments of compile(), in normal form."""

    optimizer: Optimizer | None
    objective: Objective
    run_eagerly: bool = False
    steps_per_execution: int = 1
