"""A case in Keras' names, which are saccade's too."""

from __future__ import annotations

from types import ModuleType

from benchmarks.cases._kinds import Conv, Dense, Flatten, LayerData, Pool, Training
from benchmarks.data import first_weights

from ._protocol import Gate, Labels, Options, Pictures

Logs = dict[str, float] | None


class KerasTrainer:
    """Trains a case through `compile` and `fit` of the module given."""

    def __init__(self, keras: ModuleType, training: Training, options: Options) -> None:
        self.keras = keras
        self.batch = training.batch
        self.model = keras.Sequential(
            [
                keras.layers.Input(training.input_shape),
                *(_layer(keras, layer) for layer in training.layers),
            ]
        )
        self.model.set_weights(first_weights(training))
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
        return self.model.count_params()

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


def _layer(keras: ModuleType, layer: LayerData) -> object:
    match layer:
        case Conv():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel,
                strides=layer.strides,
                padding=layer.padding,
                activation=layer.activation,
            )
        case Pool():
            return keras.layers.MaxPooling2D(layer.size)
        case Flatten():
            return keras.layers.Flatten()
        case Dense():
            return keras.layers.Dense(layer.units, activation=layer.activation)
