"""A case in Keras' names, which are saccade's too."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

from benchmarks.cases._kinds import (
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Flatten,
    GlobalPool,
    LayerData,
    Pool,
    Residual,
    Training,
)
from benchmarks.data import first_weights

from ._protocol import Answering, Gate, Labels, Options, Pictures

Logs = dict[str, float] | None


class KerasTrainer:
    """Trains a case through `compile` and `fit` of the module given."""

    def __init__(self, keras: ModuleType, training: Training, options: Options) -> None:
        self.keras = keras
        self.batch = training.batch
        self.model = _model(keras, training)
        extra = {}
        if options.steps_per_execution > 1:
            extra["steps_per_execution"] = options.steps_per_execution
        self.model.compile(
            optimizer=keras.optimizers.SGD(training.learning_rate),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            **extra,
        )

    def count_params(self) -> int:
        weights = self.model.trainable_weights
        return sum(math.prod(weight.shape) for weight in weights)

    def fit(self, x: Pictures, y: Labels, epochs: int, gate: Gate) -> None:
        class Hooks(self.keras.callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
                gate.begin()

            def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
                assert logs is not None
                gate.end(float(logs["loss"]), float(logs["accuracy"]))

        self.model.fit(
            x,
            y,
            batch_size=self.batch,
            epochs=epochs,
            verbose=0,
            callbacks=[Hooks()],
        )

    def ways(self) -> dict[str, Answering]:
        model, to_numpy = self.model, self.keras.ops.convert_to_numpy
        return {
            "predict": lambda x: model.predict(x, batch_size=len(x), verbose=0),
            "predict_on_batch": model.predict_on_batch,
            "model(x)": lambda x: to_numpy(model(x, training=False)),
        }


def _model(keras: ModuleType, training: Training) -> Any:  # of either library
    made = _Made(keras)
    if any(isinstance(layer, Residual) for layer in training.layers):
        inputs = keras.Input(training.input_shape)
        model = keras.Model(inputs, made.graph(training.layers, inputs))
    else:
        layers = [made.layer(layer) for layer in training.layers]
        model = keras.Sequential([keras.layers.Input(training.input_shape), *layers])
    for layer, values in zip(made.weighted, first_weights(training), strict=True):
        layer.set_weights(values)
    return model


class _Made:
    """Makes layers and remembers those that get first weights, in order."""

    def __init__(self, keras: ModuleType) -> None:
        self.keras = keras
        self.weighted: list[Any] = []

    def graph(self, layers: tuple[LayerData, ...], x: Any) -> Any:
        for layer in layers:
            if isinstance(layer, Residual):
                body, short = self.graph(layer.layers, x), self.graph(layer.shortcut, x)
                x = self.keras.layers.Add()([body, short])
                x = self.keras.layers.Activation("relu")(x)
            else:
                x = self.layer(layer)(x)
        return x

    def layer(self, layer: LayerData) -> Any:
        made = _layer(self.keras, layer)
        if isinstance(layer, Conv | Dense):
            self.weighted.append(made)
        return made


def _layer(keras: ModuleType, layer: LayerData) -> object:
    match layer:
        case Conv():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel,
                strides=layer.strides,
                padding=layer.padding,
                activation=layer.activation,
                use_bias=layer.bias,
            )
        case Pool(average=True):
            return keras.layers.AveragePooling2D(layer.size)
        case Pool():
            return keras.layers.MaxPooling2D(layer.size)
        case GlobalPool():
            return keras.layers.GlobalAveragePooling2D()
        case BatchNorm():
            return keras.layers.BatchNormalization(
                momentum=layer.momentum, epsilon=layer.epsilon
            )
        case Activation():
            return keras.layers.Activation(layer.name)
        case Flatten():
            return keras.layers.Flatten()
        case Dense():
            return keras.layers.Dense(layer.units, activation=layer.activation)
        case Residual():
            raise TypeError("a residual block is made of several layers")
