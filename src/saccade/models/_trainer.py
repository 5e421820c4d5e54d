"""compile, fit, evaluate, predict: how a model asks the engine to work.

Turns the arguments that Keras' methods take into what the engine needs, and checks
them first, so that a mistake is told before anything is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast

import jax
import numpy as np

from saccade import losses, optimizers
from saccade.callbacks import CallbackList, History
from saccade.callbacks._everywhere import with_those_of_every_fit
from saccade.core import _checks, _random, _settings
from saccade.core._errors import (
    ConfigError,
    DataError,
    message,
)
from saccade.data import (
    ArraySource,
    StreamSource,
    adapt,
    check_steps,
    split_validation,
    unpack_x_y_sample_weight,
    whole_executions,
)
from saccade.engine import _loop
from saccade.engine._groups import Group, array_groups
from saccade.engine._logs import plain
from saccade.engine._loss_tree import at, is_nest
from saccade.engine._objective import Objective, require_loss
from saccade.engine._pace import Pace
from saccade.engine._plan import ExecutionPlan, explain, is_explained, make_plan
from saccade.engine._programs import Programs
from saccade.engine._spec import TrainSpec
from saccade.engine._state import StateLayout
from saccade.engine._step import packed
from saccade.models._answers import Answers
from saccade.models._batch_steps import BatchSteps, Known
from saccade.models._older_keywords import Keras2Keywords, check_older
from saccade.models._step_state import SeenSteps, with_others
from saccade.models._steps import Steps
from saccade.optimizers import LossScaleOptimizer
from saccade.saving import deserialize_keras_object, serialize_keras_object

if TYPE_CHECKING:
    from saccade.callbacks import Callback
    from saccade.core._variable import Variable
    from saccade.models._model import Model
    from saccade.optimizers import Optimizer

Source = ArraySource | StreamSource


class Trainer(Steps):
    """The training side of a model; `Model` adds the rest."""

    _compile_config: dict[str, Any] | None = None
    stop_training: bool = False
    stop_evaluating: bool = False
    stop_predicting: bool = False
    _run_eagerly: bool = False

    def _start_trainer(self) -> None:
        self._spec: TrainSpec | None = None
        self._programs: dict[tuple[Any, ...], Programs] = {}
        self._short_answers = Answers(self)
        self._batch_steps = BatchSteps(self)
        self._steps_seen = SeenSteps()
        self.history: History | None = None
        self.execution_plan: ExecutionPlan | None = None

    # compile ------------------------------------------------------------------------

    def compile(
        self,
        optimizer: str | Mapping[str, Any] | Optimizer = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how to train: the optimizer, the loss, what to measure.

        Args:
            optimizer: name or object.
            loss: name, function or object; a list or dict of them for several
                outputs.
            loss_weights: factors of the losses of several outputs.
            metrics: list of names, functions or objects. 'accuracy' means the kind
                that fits the outputs and targets.
            weighted_metrics: the same, taking the weights of samples into account.
            run_eagerly: kept for Keras; saccade always compiles.
            steps_per_execution: after how many steps callbacks with batch hooks are
                told; the engine itself chooses how many run together.
            jit_compile: kept for Keras; saccade always compiles.
            auto_scale_loss: scales the loss up for 'mixed_float16' so that small
                gradients survive.

        Raises:
            ConfigError: an unknown name, with the nearest.

        Differs from Keras: everything is compiled, whole epochs at a time.

        Example:
            >>> from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((4,)), layers.Dense(3)])
            >>> model.compile("adam", "mse", metrics=["mae"])
        """
        _checks.positive_int(steps_per_execution, "steps_per_execution", "compile")
        optimizer = optimizers.get(optimizer)
        short = cast("Model", self).dtype_policy.name == "mixed_float16"
        if auto_scale_loss and short and not isinstance(optimizer, LossScaleOptimizer):
            optimizer = LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        self._spec = TrainSpec(
            optimizer=optimizer,
            objective=Objective(loss, loss_weights, metrics, weighted_metrics),
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
        )
        self._programs.clear()
        self._short_answers.forget()
        self._batch_steps.forget()
        self._steps_seen = SeenSteps()
        self.run_eagerly = run_eagerly
        self.stop_training = False
        self._compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }

    def get_compile_config(self) -> dict[str, Any] | None:
        """Returns the arguments of compile() as plain values, None if not compiled."""
        if self._compile_config is None:
            return None
        config = {**self._compile_config, "optimizer": self.optimizer}
        return serialize_keras_object(config)

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compiles as `get_compile_config()` says, and builds the optimizer."""
        self.compile(**deserialize_keras_object(dict(config)))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    @property
    def compiled(self) -> bool:
        """Whether compile() was called."""
        return self._spec is not None

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer given to compile()."""
        return None if self._spec is None else self._spec.optimizer

    @property
    def loss(self) -> Any:
        """The loss given to compile()."""
        return None if self._spec is None else self._spec.objective.user_loss

    @property
    def run_eagerly(self) -> bool:
        """What compile() was given; saccade compiles all the same."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._run_eagerly = bool(value)

    # What a model adds --------------------------------------------------------------

    def _build_for_data(self, x: Any, where: str) -> None:
        """Builds the model for rows like those of `x`, or raises if they do not fit."""
        raise NotImplementedError

    # fit ----------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Sequence[Callback] | CallbackList | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | Literal["batch"] = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        **older: Unpack[Keras2Keywords],
    ) -> History:
        """Trains the model for a number of passes through the data.

        Args:
            x: arrays (n, ...), tables, a generator, a `PyDataset`, or any iterable
                of batches.
            y: targets (n, ...), if x does not bring them.
            batch_size: samples in a step; None for 32.
            epochs: the epoch to stop at.
            verbose: 0 silent, 1 a bar, 2 a line for each epoch; 'auto' is 1.
            callbacks: objects that are told how training goes.
            validation_split: share of the last rows kept for validation, in [0, 1).
            validation_data: (x, y) or (x, y, sample_weight), or a data set.
            shuffle: whether to mix the rows anew for each epoch.
            class_weight: weight of each class in the loss.
            sample_weight: weight of each sample in the loss, (n,).
            initial_epoch: the epoch to start at, to go on with a run.
            steps_per_epoch: steps in an epoch; None for one pass.
            validation_steps: batches of validation; None for all.
            validation_batch_size: None for `batch_size`.
            validation_freq: validate every so many epochs, or in these epochs.
            **older: keywords of Keras 2 that have no effect; see `Keras2Keywords`.

        Returns:
            The `History`: its `history` maps each name to a value per epoch.

        Raises:
            NotBuiltError: compile() was not called.
            DataError, ShapeError, ConfigError: data or arguments that cannot work.
            ArgumentTypeError: a keyword of Keras 1, with what replaces it.

        Differs from Keras: the order of rows is a pure function of the seed and the
        epoch; the warning of `steps_per_epoch` beyond the data comes before training
        and names the right number; training ends where a generator ends.

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((4,)), layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> run = model.fit(np.ones((8, 4)), np.ones(8), epochs=2, verbose=0)
            >>> sorted(run.history), len(run.history["loss"])
            (['loss'], 2)
        """
        check_older(older, self.fit, "fit")
        spec, verbose = self._require_spec("fit"), _verbosity(verbose)
        epochs = _checks.positive_int(epochs, "epochs", "fit", minimum=0)
        source = adapt(
            x, y, sample_weight=sample_weight, class_weight=class_weight,
            batch_size=batch_size, steps=steps_per_epoch, shuffle=bool(shuffle),
            where="fit",
        )  # fmt: skip
        if validation_split and validation_data is None:
            source, validation = split_validation(source, validation_split)
        else:
            validation = self._validation_source(
                validation_data,
                validation_batch_size or batch_size or _batch_size(source),
                validation_steps,
            )
        steps_per_epoch = _epoch_steps(steps_per_epoch, source, epochs, spec)
        self._prepare(source, "fit")
        if validation is not None:
            validation_steps = check_steps(
                validation, _whole(validation_steps), 1, "fit(validation_data)"
            )
            self._check_fits(validation, "fit(validation_data)")
        programs = self._training_programs(source)
        every = with_those_of_every_fit(callbacks)
        told = self._callback_list(every, verbose, epochs, source, steps_per_epoch)
        plan = self._planned(source, validation, told)
        options = _loop.FitOptions(
            epochs=epochs,
            initial_epoch=initial_epoch,
            steps=steps_per_epoch,
            shuffle=shuffle,
            seed=_random.default_seed(),
            verbose=verbose,
            validation_freq=_frequency(validation_freq),
        )
        validate = self._validator(validation, validation_steps, told)
        # Before the run, so that one that ends early leaves its finished epochs.
        self.history = told.history
        _loop.fit(self, spec, programs, source, plan, options, told, validate)  # type: ignore[arg-type]
        return told.history

    def _planned(
        self, source: Source, validation: Source | None, told: CallbackList
    ) -> ExecutionPlan:
        """Decides how fit() runs, keeps it for the user and says it if asked."""
        told.set_data(source, validation)
        self.execution_plan = plan = make_plan(source, told.single_step_reason)
        explain(plan)
        if is_explained() and not self.overrides("train_step"):
            from saccade.models._kernel_plan import plan_of_batch

            print(plan_of_batch(self, source))  # type: ignore[arg-type]
        return plan

    def _validation_source(
        self, data: Any, batch_size: int | None, steps: int | None
    ) -> Source | None:
        if data is None:
            return None
        where = "fit(validation_data)"
        if isinstance(data, (tuple, list)):
            x, y, weight = unpack_x_y_sample_weight(data)
            return adapt(
                x, y, sample_weight=weight, batch_size=batch_size, steps=steps,
                shuffle=False, where=where,
            )  # fmt: skip
        return adapt(data, steps=steps, shuffle=False, where=where)

    def _callback_list(
        self,
        callbacks: Any,
        verbose: int,
        epochs: int,
        source: Source,
        steps: int | None,
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        known = steps or (
            source.num_batches()
            if isinstance(source, ArraySource)
            else source.num_batches
        )
        return CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=cast("Model", self),
            verbose=verbose,
            epochs=epochs,
            steps=known,
        )

    def _prepare(self, source: Source, where: str) -> Any:
        """Builds model, losses, metrics and optimizer for the data, and checks them.

        Returns what `_check_fits` does.
        """
        spec = self._require_spec(where)
        x, y, _ = _first_rows(source)
        free = self.overrides("train_step") or self.overrides("compute_loss")
        if y is None and spec.objective.user_loss is not None and not free:
            raise DataError(
                message(
                    where, "there are no targets", f"give them: model.{where}(x, y)"
                )
            )
        if not self.takes_state("train_step"):
            # What it needs it makes itself, when it is traced.
            self._touched("train_step", source)
            self.built = True
            return None
        self._build_for_data(x, where)
        outputs = self._check_fits(source, where)
        require_loss(spec.objective, free or self._has_penalties())
        if spec.optimizer is not None and not spec.optimizer.built:
            spec.optimizer.build(self.trainable_variables)
        return outputs

    def _has_penalties(self) -> bool:
        return any(v.regularizer is not None for v in self.trainable_variables) or any(
            layer.activity_regularizer is not None
            or not type(layer).__module__.startswith("saccade.")
            for layer in self._flatten_layers()
        )

    def _check_fits(self, source: Source, where: str) -> Any:
        """Checks shapes and labels against the model, before anything is compiled.

        Returns shapes and types of the outputs, if the model's own steps make them.
        """
        spec = self._require_spec(where)
        x, y, weight = _first_rows(source)
        if not self.takes_state("test_step"):
            self._touched("test_step", source)
            return None
        self._build_for_data(x, where)
        if self._measures_itself():
            spec.objective.build(None, None, None)
            return None
        outputs = self._output_specs(x)
        several = is_nest(spec.objective.user_loss) and not spec.objective.built
        if several and self.overrides("compute_loss"):
            self._rehearse_loss((x, y, weight), outputs)
        spec.objective.build(y, outputs, self._output_names())
        if isinstance(source, ArraySource):
            y = source.y
        self._check_targets(y, outputs, where)
        return outputs

    def _check_targets(self, y: Any, outputs: Any, where: str) -> None:
        """Checks targets against shapes and types of the outputs."""
        objective = self._require_spec(where).objective
        if not objective.is_about(outputs):
            return  # but about what `compute_loss` makes of them
        for term, loss in zip(objective.terms, objective.losses, strict=True):
            target, output = objective.target(y, term), at(outputs, term.path)
            if hasattr(output, "shape") and hasattr(target, "shape"):
                place = f"{where}: output of {term.name!r}" if term.name else where
                losses.check_targets(loss, np.asarray(target), output.shape, place)

    def _measures_itself(self) -> bool:
        """Whether loss and metrics are the user's own, so compile() brought none."""
        objective = self._require_spec("fit").objective
        given = (
            objective.user_loss, objective.user_metrics,
            objective.user_weighted_metrics,
        )  # fmt: skip
        own = ("train_step", "test_step", "compute_loss")
        return not any(given) and any(map(self.overrides, own))

    def _training_programs(self, source: Source) -> Programs:
        return self._step_programs("train_step", source)

    def _testing_programs(self, source: Source) -> Programs:
        return self._step_programs("test_step", source)

    def _step_programs(self, part: str, source: Source) -> Programs:
        spec = self._require_spec(part)
        layout = self._layout(spec, part == "train_step", self._carried())
        if not self.takes_state(part):
            layout = with_others(layout, self._touched(part, source))
        return self._cached_programs(spec, layout, source.bare)

    def _cached_programs(
        self, spec: TrainSpec | None, layout: StateLayout, bare: bool = False
    ) -> Programs:
        key = (id(spec), bare, *layout.identity)
        if key not in self._programs:
            self._programs[key] = Programs(self, spec, layout, bare)  # type: ignore[arg-type]
        return self._programs[key]

    def _touched(self, part: str, source: Source) -> list[Variable]:
        """The variables that a step in TensorFlow's form works on."""
        data = packed(_first_rows(source), source.bare)
        own = StateLayout(
            self.trainable_variables, self.non_trainable_variables, [], []
        )
        return self._steps_seen.touched_by(getattr(self, part), data, own)

    def _validator(
        self, source: Source | None, steps: int | None, callbacks: CallbackList
    ) -> Callable[[], Mapping[str, Any]] | None:
        if source is None:
            return None
        spec, programs = self._require_spec("fit"), self._testing_programs(source)
        groups: list[Group] | None = None
        if isinstance(source, ArraySource) and not programs.exact:
            arrays = (source.x, source.y, source.sample_weight)
            plan = make_plan(source, None)
            if plan.kind == "resident":
                groups = [
                    Group(jax.device_put(g.arrays), g.sizes, g.count)
                    for g in array_groups(source, arrays, steps)
                ]
        pace = Pace(_loop.QUIET_LOOK_S)
        return lambda: _loop.evaluate(
            spec, programs, source, steps, callbacks, pace, groups
        )

    # evaluate and predict -----------------------------------------------------------

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Callback] | CallbackList | Callback | None = None,
        return_dict: bool = False,
        **older: Unpack[Keras2Keywords],
    ) -> Any:
        """Returns the loss and the metrics over data.

        Args:
            x: as for fit().
            y: targets.
            batch_size: samples in a batch; None for 32.
            verbose: 0 silent, 1 a bar, 2 a line.
            sample_weight: weight of each sample, (n,).
            steps: batches to take; None for all.
            callbacks: objects that are told how it goes.
            return_dict: whether to return a dict by name instead of a list.
            **older: keywords of Keras 2 that have no effect.

        Returns:
            The loss, or [loss, metric, ...], or a dict.

        Raises:
            NotBuiltError: compile() was not called.
            DataError, ShapeError: data that do not fit.

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(1, use_bias=False,
            ...                     kernel_initializer="ones")])
            >>> model.compile(loss="mse")
            >>> model.evaluate(np.ones((4, 2)), np.ones(4), verbose=0)
            1.0
        """
        check_older(older, self.evaluate, "evaluate")
        spec = self._require_spec("evaluate")
        verbose = _verbosity(verbose)
        source = adapt(
            x, y, sample_weight=sample_weight, batch_size=batch_size, steps=steps,
            shuffle=False, where="evaluate",
        )  # fmt: skip
        steps = check_steps(source, _bounded(steps, source), 1, "evaluate")
        self._check_fits(source, "evaluate")
        told = self._callback_list(callbacks, verbose, 1, source, steps)
        pace = Pace(_loop.BAR_LOOK_S if verbose == 1 else _loop.QUIET_LOOK_S)
        programs = self._testing_programs(source)
        logs = _loop.evaluate(spec, programs, source, steps, told, pace)
        if return_dict:
            return logs
        return self._in_order(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | CallbackList | Callback | None = None,
        **older: Unpack[Keras2Keywords],
    ) -> Any:
        """Returns the model's outputs for data, in their order.

        Args:
            x: arrays (n, ...), or a data set; targets in it are ignored.
            batch_size: samples in a batch; None for 32.
            verbose: 0 silent, 1 a bar, 2 a line.
            steps: batches to take; None for all.
            callbacks: objects that are told how it goes.
            **older: keywords of Keras 2 that have no effect.

        Returns:
            A NumPy array (n, ...), or a nest of them.

        Raises:
            DataError, ShapeError: data that do not fit.

        Differs from Keras: one picture and few pictures share compiled programs with
        other small numbers of pictures.

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(3)])
            >>> model.predict(np.ones((5, 2)), verbose=0).shape
            (5, 3)
        """
        if verbose == 0 and callbacks is None and steps is None and not older:
            answer = self._short_answers.find(x, batch_size)
            if answer is not None:
                return answer
        check_older(older, self.predict, "predict")
        verbose = _verbosity(verbose)
        source = adapt(
            x, batch_size=batch_size, steps=steps, shuffle=False, where="predict"
        )
        steps = check_steps(source, _bounded(steps, source), 1, "predict")
        self._build_for_data(_first_rows(source)[0], "predict")
        layout = self._layout_to_predict()
        programs = self._cached_programs(None, layout)
        told = self._callback_list(callbacks, verbose, 1, source, steps)
        stride = 1 if self._spec is None else self._spec.steps_per_execution
        outputs = _loop.predict(programs, source, steps, told, stride)
        if isinstance(source, ArraySource) and steps is None:
            key = (id(None), False, *layout.identity)
            if not self._chooses_weights():
                self._short_answers.keep(x, source.x, batch_size, key, programs)
        return outputs

    def _layout_to_predict(self) -> StateLayout:
        # Which weights are trained matters to steps alone that a user wrote.
        if self._chooses_weights():
            return StateLayout(self.trainable_variables, self._carried(), [], [])
        return StateLayout([], self.weights, [], [])

    def _chooses_weights(self) -> bool:
        """Whether a subclass has a say in what a prediction is made from."""
        lists = ("trainable_variables", "non_trainable_weights", "weights")
        return self._writes_steps() or any(map(self.overrides, lists))

    # Single batches -----------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Makes one step of training on one batch, and measures that batch alone.

        Args:
            x: arrays (b, ...).
            y: targets (b, ...).
            sample_weight: weight of each sample, (b,).
            class_weight: weight of each class.
            return_dict: whether to return a dict by name instead of a list.

        Returns:
            The loss, or [loss, metric, ...], or a dict.

        Raises:
            NotBuiltError: compile() was not called.

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(1, use_bias=False,
            ...                     kernel_initializer="ones")])
            >>> model.compile("sgd", "mse")
            >>> float(model.train_on_batch(np.ones((4, 2)), np.ones(4)))
            1.0
        """
        self._require_spec("train_on_batch")
        source = self._one_batch(x, y, sample_weight, class_weight, "train_on_batch")
        known = self._known_step("train_on_batch", source)
        seed, number = self._batch_steps.next_seed()
        state, logs, _ = known.programs.train_exact(
            known.state(), (source.x, source.y, source.sample_weight), seed,
            np.int32(0), number,
        )  # fmt: skip
        known.programs.layout.write(state)
        result = plain(jax.device_get(logs))
        if return_dict:
            return result
        known.order = known.order or self._order_of(result)
        return _picked(result, known.order)

    def _known_step(self, where: str, source: ArraySource) -> Known:
        """Checks a batch, resets the metrics, and says what the step works on."""
        known = self._batch_steps.find(where, source)
        if known is not None:
            self._check_targets(source.y, known.outputs, where)
            return known
        if where == "train_on_batch":
            outputs = self._prepare(source, where)
            programs = self._training_programs(source)
        else:
            outputs = self._check_fits(source, where)
            programs = self._testing_programs(source)
        self.reset_metrics()
        return self._batch_steps.keep(where, source, programs, outputs)

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Returns loss and metrics of one batch alone.

        Args:
            x: arrays (b, ...).
            y: targets (b, ...).
            sample_weight: weight of each sample, (b,).
            return_dict: whether to return a dict by name instead of a list.

        Raises:
            NotBuiltError: compile() was not called.

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(1, use_bias=False,
            ...                     kernel_initializer="ones")])
            >>> model.compile(loss="mse")
            >>> float(model.test_on_batch(np.ones((4, 2)), np.ones(4)))
            1.0
        """
        self._require_spec("test_on_batch")
        source = self._one_batch(x, y, sample_weight, None, "test_on_batch")
        known = self._known_step("test_on_batch", source)
        state, logs = known.programs.test_exact(
            known.state(), (source.x, source.y, source.sample_weight)
        )
        known.programs.layout.write(state)
        result = plain(jax.device_get(logs))
        if return_dict:
            return result
        known.order = known.order or self._order_of(result)
        return _picked(result, known.order)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns the model's outputs for one batch.

        Args:
            x: arrays (b, ...).

        Example:
            >>> import numpy as np; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(3)])
            >>> model.predict_on_batch(np.ones((5, 2))).shape
            (5, 3)
        """
        return self.predict(x, batch_size=_length(x), verbose=0)

    def _in_order(self, logs: Mapping[str, Any]) -> Any:
        """Loss and metrics as a list, or one number if there is nothing else."""
        return _picked(logs, self._order_of(logs))

    def _order_of(self, logs: Iterable[str]) -> list[str]:
        """Keras' order: by metric, then the losses of single outputs, then by name."""
        objective = self._require_spec("evaluate").objective
        trackers = objective.output_trackers
        late = {id(tracker) for tracker in trackers}
        known = [metric for metric in self.metrics if id(metric) not in late]
        names = dict.fromkeys(m.name for m in (*known, *trackers) if m.name in logs)
        names.update(dict.fromkeys(sorted(logs)))
        return list(names)

    def _one_batch(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, where: str
    ) -> ArraySource:
        source = adapt(
            x, y, sample_weight=sample_weight, class_weight=class_weight,
            batch_size=_length(x), shuffle=False, where=where,
        )  # fmt: skip
        if not isinstance(source, ArraySource):
            raise DataError(message(where, "expected arrays, got a data set"))
        return source


def _picked(logs: Mapping[str, Any], names: Sequence[str]) -> Any:
    values = [logs[name] for name in names]
    return values[0] if len(values) == 1 else values


def _verbosity(verbose: str | int) -> int:
    if verbose == "auto":
        return 1
    if isinstance(verbose, (bool, int)):
        # Keras prints a line per epoch for anything but 0 and 1.
        return int(verbose)
    raise ConfigError(message("verbose", f"must be 'auto', 0, 1 or 2, got {verbose!r}"))


def _whole(steps: int | None) -> int | None:
    """Steps as an int; older programs pass len(x) / batch_size, which is a float."""
    return None if steps is None else int(steps)


def _bounded(steps: int | None, source: Source) -> int | None:
    """The number of steps, as an int, under `config.set_max_steps_per_epoch`."""
    steps = _whole(steps)
    bound = _settings.max_steps_per_epoch()
    if bound is None:
        return steps
    known = (
        source.num_batches() if isinstance(source, ArraySource) else source.num_batches
    )
    return min(bound, *(n for n in (steps, known) if n is not None))


def _epoch_steps(
    steps: int | None, source: Source, epochs: int, spec: TrainSpec
) -> int | None:
    steps = check_steps(source, _bounded(steps, source), epochs, "fit")
    return whole_executions(steps, spec.steps_per_execution)


def _batch_size(source: Source) -> int | None:
    return source.batch_size if isinstance(source, ArraySource) else None


def _frequency(value: int | Sequence[int]) -> int | tuple[int, ...]:
    if isinstance(value, Sequence):
        return tuple(int(v) for v in value)
    return _checks.positive_int(value, "validation_freq", "fit")


def _first_rows(source: Source) -> tuple[Any, Any, Any]:
    if isinstance(source, StreamSource):
        return source.first
    size = min(source.batch_size, source.length)
    return tuple(
        jax.tree.map(lambda a: a[:size], part)
        for part in (source.x, source.y, source.sample_weight)
    )  # type: ignore[return-value]


def _length(x: Any) -> int:
    leaves = jax.tree.leaves(x)
    first = leaves[0] if leaves else x
    return len(x) if not hasattr(first, "shape") else int(first.shape[0])
