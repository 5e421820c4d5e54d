"""When callbacks are told, and when they stop an evaluation or a prediction."""

from __future__ import annotations

import itertools

import numpy as np

from saccade import Model, Sequential, callbacks, layers, utils


class Told(callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[str, int]] = []

    def on_train_batch_begin(self, batch, logs=None) -> None:
        self.batches.append(("begin", batch))

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.batches.append(("end", batch))


def small() -> Sequential:
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=3)
    return model


def test_callbacks_hear_of_whole_executions() -> None:
    told = Told()
    model = small()
    model.fit(np.ones((10, 2)), np.ones((10, 1)), 2, callbacks=[told], verbose=0)
    assert told.batches == [("begin", 0), ("end", 2), ("begin", 3), ("end", 5)]


class Predictions(callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[str, int, int]] = []

    def on_predict_batch_begin(self, batch, logs=None) -> None:
        self.batches.append(("begin", batch, 0))

    def on_predict_batch_end(self, batch, logs=None) -> None:
        self.batches.append(("end", batch, len(logs["outputs"])))


def test_predictions_are_told_by_whole_executions() -> None:
    # 37 batches come in groups of 32, which is no multiple of 3.
    def batches():
        for _ in range(37):
            yield np.ones((4, 2), np.float32)

    model, told = small(), Predictions()
    assert len(model.predict(batches(), callbacks=[told], verbose=0)) == 37 * 4
    begun = [("begin", number, 0) for number in range(0, 37, 3)]
    ended = [*(("end", number, 12) for number in range(2, 37, 3)), ("end", 38, 4)]
    in_turn = zip(begun, ended, strict=True)
    assert told.batches == [event for pair in in_turn for event in pair]


class Stops(callbacks.Callback):
    def on_test_batch_end(self, batch, logs=None) -> None:
        self.model.stop_evaluating = batch >= 2

    def on_predict_batch_end(self, batch, logs=None) -> None:
        self.model.stop_predicting = batch >= 2


def test_an_endless_stream_can_be_stopped() -> None:
    def batches():
        for _ in itertools.count():
            yield np.ones((4, 2), np.float32), np.ones((4, 1), np.float32)

    model = small()
    assert model.evaluate(batches(), callbacks=[Stops()], verbose=0) >= 0
    assert model.predict(batches(), callbacks=[Stops()], verbose=0).shape == (12, 1)


def test_predictions_draw_anew() -> None:
    """Dropout that is on in predictions, as for an estimate of what is not known."""

    def draws() -> list[np.ndarray]:
        utils.set_random_seed(3)
        inputs = layers.Input((50,))
        model = Model(inputs, layers.Dropout(0.5)(inputs, training=True))
        x = np.ones((4, 50), np.float32)
        return [model.predict(x, batch_size=2, verbose=0) for _ in range(2)]

    first, second = draws()
    assert (first != second).any()
    assert (first[:2] != first[2:]).any()
    np.testing.assert_array_equal(draws(), [first, second])


def test_predictions_leave_training_alone() -> None:
    def weights(predict: bool) -> np.ndarray:
        utils.set_random_seed(3)
        model = Sequential([layers.Input((4,)), layers.Dropout(0.5), layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.arange(40, dtype=np.float32).reshape(10, 4) / 40
        for _ in range(2):
            model.fit(x, x[:, 0], batch_size=4, verbose=0)
            if predict:
                model.predict(x, verbose=0)
        return model.get_weights()[0]

    np.testing.assert_array_equal(weights(True), weights(False))
