"""fit, evaluate and predict take what Keras' take, and do the same with it."""

from __future__ import annotations

import jax
import numpy as np
import pytest

keras = pytest.importorskip("keras")
pandas = pytest.importorskip("pandas")

import saccade  # noqa: E402

pytestmark = [
    pytest.mark.parity,
    # Keras tells of data that run out, and of lists in place of arrays.
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

DRAWS = np.random.RandomState(3)
X = DRAWS.normal(size=(25, 3)).astype("float32")
Y = X[:, :1] - X[:, 1:2]
LABELS = DRAWS.randint(0, 3, 25)
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def seeded(model):
    draws = np.random.RandomState(1)
    model.set_weights([draws.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    return model


def net(k, out=1, activation=None, *more, **compile_arguments):
    layers = [k.layers.Dense(4, "tanh"), k.layers.Dense(out, activation), *more]
    model = seeded(k.Sequential([k.layers.Input((3,)), *layers]))
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compile_arguments})
    return model


def fit(model, *data, **arguments):
    arguments = {"verbose": 0, "shuffle": False, "batch_size": 10, **arguments}
    return model.fit(*data, **arguments).history


def endless():
    while True:
        for start in range(0, 20, 10):
            rows = slice(start, start + 10)
            yield X[rows], Y[rows], np.linspace(0, 1, 10)


@case
def types_of_inputs(k):
    model = net(k)
    small = (X * 3 + 9).astype("uint8")
    inputs = (small, small.astype("int64"), X > 0, X.astype("float64"))
    return [model.predict(x, verbose=0) for x in (*inputs, X.astype("float16"))]


@case
def types_of_targets(k):
    model = net(k)
    targets = (Y, Y[:, 0], (Y * 3).astype("int8"), Y.astype("float64"), Y > 0)
    return [model.evaluate(X, y, verbose=0) for y in targets]


@case
def tables(k):
    model = net(k, metrics=["mae"])
    x, y = pandas.DataFrame(X, columns=list("abc")), pandas.Series(Y[:, 0])
    logs = fit(model, x, y, validation_split=0.2)
    return logs, model.predict(x, verbose=0), model.evaluate(x, y, verbose=0)


@case
def one_array_in_a_list(k):
    return fit(net(k), [X], [Y]), net(k).predict([X], verbose=0)


@case
def inputs_of_another_rank(k):
    model = k.Sequential([k.layers.Input((2, 2, 1)), k.layers.Flatten()])
    x = np.arange(12.0).reshape(3, 2, 2)
    return [model.predict(a, verbose=0) for a in (x, x[..., None], x[..., None, None])]


@case
def a_batch_larger_than_the_data(k):
    return fit(net(k), X, Y, batch_size=1000)


@case
def epochs_that_are_none(k):
    model = net(k)
    first = model.fit(X, Y, epochs=0, verbose=0)
    second = model.fit(X, Y, epochs=2, initial_epoch=2, verbose=0)
    return first.history, first.epoch, second.epoch, model.get_weights()


@case
def later_epochs(k):
    run = net(k).fit(X, Y, epochs=4, initial_epoch=2, verbose=0, shuffle=False)
    return run.epoch, run.history, run.params


@case
def generators(k):
    model = net(k, weighted_metrics=["mae"])
    logs = fit(model, endless(), steps_per_epoch=3, epochs=2, batch_size=None)
    return logs, model.evaluate(endless(), steps=3, verbose=0, return_dict=True)


@case
def generators_that_end(k):
    model = net(k)
    batches = ((X[i : i + 5], Y[i : i + 5]) for i in range(0, 25, 5))
    logs = fit(model, batches, batch_size=None)
    rest = ((X[i : i + 10],) for i in range(0, 25, 10))
    return logs, model.predict(rest, verbose=0)


@case
def numbered_batches(k):
    class Batches(k.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            rows = slice(index * 10, index * 10 + 10)
            return X[rows], Y[rows]

    model = net(k)
    logs = fit(model, Batches(), batch_size=None, validation_data=Batches())
    return (
        logs,
        model.predict(Batches(), verbose=0),
        model.evaluate(Batches(), verbose=0),
    )


@case
def names_of_metrics(k):
    def half(y_true, y_pred):
        return k.ops.mean(k.ops.abs(y_true - y_pred), axis=-1) / 2

    objects = [k.metrics.MeanAbsoluteError(), k.metrics.MeanSquaredError(name="b")]
    strings = ["mae", "mae", "MSE", "RootMeanSquaredError"]
    model = net(
        k, metrics=[*objects, *strings, k.losses.mean_absolute_error, half],
        weighted_metrics=["mae", "mape"],
    )  # fmt: skip
    return fit(model, X, Y, sample_weight=np.linspace(0, 1, 25), validation_split=0.2)


@case
def meanings_of_accuracy(k):
    names, one_hot = ["acc", "accuracy"], np.eye(3)[LABELS]
    return (
        net(k, 3, "softmax", loss="sparse_categorical_crossentropy", metrics=names)
        .evaluate(X, LABELS, verbose=0),
        net(k, 3, "softmax", loss="categorical_crossentropy", metrics=[*names, "AUC"])
        .evaluate(X, one_hot, verbose=0),
        net(k, 1, "sigmoid", loss="binary_crossentropy", metrics={"dense_5": names})
        .evaluate(X, LABELS > 0, verbose=0, return_dict=True),
    )  # fmt: skip


@case
def single_batches(k):
    model = net(k, 1, "sigmoid", loss="bce", metrics=["mae"])
    y = (LABELS > 0) * 1.0
    weight = np.linspace(0, 1, 25)
    return (
        model.train_on_batch(X, y),
        model.train_on_batch(X[:7], y[:7], return_dict=True),
        model.train_on_batch(X, y, sample_weight=weight),
        model.train_on_batch(X, y, class_weight={0: 1.0, 1: 3.0}),
        model.test_on_batch(X, y),
        model.test_on_batch(X, y, sample_weight=weight, return_dict=True),
        model.predict_on_batch(X[:2]),
        model.get_weights(),
    )


@case
def compiled_twice_and_frozen_between(k):
    model = net(k, optimizer="adam")
    runs = [fit(model, X, Y), fit(model, X, Y)]
    model.layers[0].trainable = False
    model.compile("sgd", "mae", metrics=["mse"])
    frozen = model.get_weights()[0]
    runs.append(fit(model, X, Y))
    return runs, model.get_weights(), bool((frozen == model.get_weights()[0]).all())


@case
def layers_taken_off_and_added(k):
    model = net(k)
    fit(model, X, Y)
    model.pop()
    hidden = model.predict(X, verbose=0)
    model.add(k.layers.Dense(2, kernel_initializer="ones"))
    model.compile("sgd", "mse")
    return hidden, fit(model, X, np.hstack([Y, Y])), model.output_shape


@case
def models_inside_models(k):
    inner = [k.layers.Input((3,)), k.layers.Dense(4), k.layers.BatchNormalization()]
    inner = k.Sequential(inner, name="inner")
    model = seeded(k.Sequential([k.layers.Input((3,)), inner, k.layers.Dense(1)]))
    model.compile("sgd", "mse")
    first = fit(model, X, Y, validation_split=0.2)
    inner.trainable = False
    model.compile("sgd", "mse")
    paths = [w.path for w in model.weights]
    return first, fit(model, X, Y), model.get_weights(), paths


@case
def a_copy_from_its_config(k):
    model = net(k, 2, "relu")
    copy = k.Sequential.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    names = [layer.name for layer in copy.layers]
    return copy.predict(X, verbose=0), names, copy.name == model.name


@case
def parts_of_the_user(k):
    class Scale(k.layers.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, inputs, training=False):
            self.add_loss(0.1 * k.ops.mean(k.ops.square(inputs)))
            return inputs * self.factor * (2.0 if training else 1.0)

    class Cubed(k.losses.Loss):
        def call(self, y_true, y_pred):
            return k.ops.mean(k.ops.abs(y_true - y_pred) ** 3, axis=-1)

    class Largest(k.metrics.Metric):
        def __init__(self, name="largest", **kwargs):
            super().__init__(name=name, **kwargs)
            self.seen = self.add_weight(shape=(), initializer="zeros", name="seen")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen.assign(k.ops.maximum(self.seen, k.ops.max(k.ops.abs(y_pred))))

        def result(self):
            return self.seen + 0.0

    more = [Scale(), k.layers.Lambda(lambda x: x * 0.5 + 1)]
    model = net(k, 1, None, *more, loss=Cubed(), metrics=[Largest()])
    weights = np.linspace(0, 2, 25)
    logs = fit(model, X, Y, sample_weight=weights, validation_split=0.2)
    return logs, model.evaluate(X, Y, verbose=0), model.get_weights()


@case
def averages_replace_weights_when_training_ends(k):
    model = net(k, optimizer=k.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9))
    stop = k.callbacks.EarlyStopping("loss", baseline=-1.0, patience=2)
    logs = fit(model, X, Y, epochs=6, validation_split=0.2, callbacks=[stop])
    return logs, model.get_weights()


@case
def what_callbacks_are_given(k):
    given = []

    class Look(k.callbacks.Callback):
        def on_train_begin(self, logs=None):
            given.append(dict(self.params))

        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.01 * (batch + 1)

        def on_epoch_end(self, epoch, logs=None):
            given.append(self.model.evaluate(X, Y, verbose=0))
            logs["more"] = float(epoch)

        def on_predict_batch_end(self, batch, logs=None):
            given.append((batch, logs["outputs"]))

    model = net(k)
    logs = fit(model, X, Y, epochs=2, callbacks=[Look()])
    model.predict(X, batch_size=10, verbose=0, callbacks=[Look()])
    return logs, given, model.get_weights()


@case
def kinds_of_results(k):
    model = net(k, metrics=["mae"])
    run = model.fit(X, Y, verbose=0, validation_split=0.2)
    predicted = model.predict(X[:2], verbose=0)
    predicted[predicted > 0] = 1  # users do
    values = [*run.history["loss"], *model.evaluate(X, Y, verbose=0)]
    return [type(v).__name__ for v in values], predicted.dtype.name, run.params


def check(got, expected, where=""):
    """Compares nests: names and order exactly, numbers to five digits."""
    if isinstance(expected, dict):
        assert list(got) == list(expected), where
        for key in expected:
            check(got[key], expected[key], f"{where}.{key}")
    elif isinstance(expected, (list, tuple)):
        assert len(got) == len(expected), where
        for number, (a, b) in enumerate(zip(got, expected, strict=True)):
            check(a, b, f"{where}[{number}]")
    elif isinstance(expected, (float, np.ndarray, np.generic, jax.Array)):
        assert np.shape(got) == np.shape(expected), where
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6, err_msg=where)
    else:
        assert got == expected, where


@pytest.mark.parametrize("name", CASES)
def test_same_as_keras(name):
    results = []
    for library in (keras, saccade):
        library.utils.clear_session()
        results.append(CASES[name](library))
    check(results[1], results[0])
