"""Files of graphs and of classes of one's own go both ways with Keras."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

import saccade

keras = pytest.importorskip("keras")

DIRECTIONS = pytest.mark.parametrize("direction", ["from keras", "to keras"])
PLAN = {"batch_size": 8, "shuffle": False, "verbose": 0}


def sides(direction: str) -> tuple[ModuleType, ModuleType]:
    return (keras, saccade) if direction == "from keras" else (saccade, keras)


def graph(library):
    """Shared layers, models inside, an operation, two inputs, two outputs."""
    layers = library.layers
    given = layers.Input((6,))
    inner = library.Model(given, layers.Dense(4, activation="tanh")(given))
    chain = library.Sequential([layers.Dense(4), layers.BatchNormalization()])
    frozen = library.Sequential([layers.Dense(4), layers.BatchNormalization()])
    frozen.trainable = False
    shared = layers.Dense(4, kernel_regularizer="l2")
    a, b = layers.Input((6,), name="a"), layers.Input((6,), name="b")
    x = layers.Add()([inner(a), inner(b)])
    x = chain(shared(shared(x)))
    x = layers.concatenate([x, frozen(x, training=False)])
    return library.Model(
        {"a": a, "b": b},
        {
            "p": layers.Dense(3, activation="softmax", name="p")(x),
            "q": layers.Dense(1, name="q")(library.ops.relu(x)),
        },
    )


def compiled(library):
    model = graph(library)
    model.compile(
        library.optimizers.Adam(0.02),
        {"p": "sparse_categorical_crossentropy", "q": "mse"},
        metrics={"p": ["accuracy"]},
    )
    return model


@pytest.fixture
def data(rng):
    a, b = rng.normal(size=(2, 16, 6)).astype("float32")
    targets = {"p": rng.integers(0, 3, 16), "q": rng.normal(size=(16, 1))}
    return {"a": a, "b": b}, targets


def same(one, other):
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-5)


@DIRECTIONS
def test_training_of_a_graph_goes_on_after_loading(tmp_path, data, direction):
    source, target = sides(direction)
    model = compiled(source)
    model.fit(*data, **PLAN)
    model.save(tmp_path / "m.keras")
    again = target.models.load_model(tmp_path / "m.keras")
    expected = model.fit(*data, **PLAN).history
    history = again.fit(*data, **PLAN).history
    assert set(history) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-4, err_msg=name)


@pytest.mark.filterwarnings("ignore")
def test_an_older_file_of_a_graph(tmp_path, data, rng):
    model = compiled(keras)
    model.optimizer.build(model.trainable_variables)
    for variable in model.optimizer.variables[2:]:
        variable.assign(rng.normal(size=variable.shape))
    model.optimizer.iterations.assign(7)
    model.save(tmp_path / "m.h5")
    again = saccade.models.load_model(tmp_path / "m.h5")
    same(again(data[0]), model(data[0]))
    for one, two in zip(
        again.optimizer.variables, model.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_keras_reads_older_files_of_ours(tmp_path, data):
    model = graph(saccade)
    model.save(tmp_path / "m.h5")
    # Keras loads no optimizer of graphs from such files, not even of its own.
    again = keras.models.load_model(tmp_path / "m.h5", compile=False)
    expected = model(data[0])
    same(again(data[0]), expected)
    other = graph(keras)
    other.load_weights(tmp_path / "m.h5")
    same(other(data[0]), expected)


def own_classes(library):
    """A model whose parts are where Keras looks for them in its own order."""
    layers = library.layers
    write, read = (
        library.saving.serialize_keras_object,
        library.saving.deserialize_keras_object,
    )

    @library.saving.register_keras_serializable("files_of_graphs")
    class Wrap(layers.Layer):
        def __init__(self, inner, **kwargs):
            super().__init__(**kwargs)
            self._hidden = layers.Dense(3)
            self.nest = [[layers.Dense(3), layers.Dense(3)], [layers.Dense(3)]]
            self.table = {"a": [layers.Dense(3)], "b": layers.Dense(3)}
            self.inner = inner

        def build(self, shape):
            self.scale = self.add_weight(shape=(3,), initializer="uniform")
            for part in self.parts():
                part.build(shape)
            self.built = True

        def parts(self):
            flat = [part for row in self.nest for part in row]
            table = [self.table["b"], *self.table["a"]]
            return [self.inner, self._hidden, *flat, *table]

        def call(self, x):
            for part in self.parts():
                x = part(x)
            return x * self.scale

        def get_config(self):
            return {**super().get_config(), "inner": write(self.inner)}

        @classmethod
        def from_config(cls, config):
            return cls(**{**config, "inner": read(config["inner"])})

    @library.saving.register_keras_serializable("files_of_graphs")
    class Net(library.Model):
        def __init__(self, decoder, **kwargs):
            super().__init__(**kwargs)
            self._decoder = decoder
            self.aa = layers.Dense(3)
            self.wrap = Wrap(layers.Dense(3))
            self.zz = layers.Dense(3)
            self.mean = library.metrics.Mean()

        @property
        def decoder(self):
            return self._decoder

        @property
        def unready(self):
            raise AttributeError

        def call(self, x):
            return self.decoder(self.zz(self.wrap(self.aa(x))))

        def get_config(self):
            return {**super().get_config(), "decoder": write(self._decoder)}

        @classmethod
        def from_config(cls, config):
            return cls(**{**config, "decoder": read(config["decoder"])})

    decoder = library.Sequential([layers.Input((3,)), layers.Dense(2)])
    return Net(decoder)


@DIRECTIONS
def test_classes_of_ones_own(tmp_path, rng, direction):
    source, target = sides(direction)
    x = rng.normal(size=(5, 4)).astype("float32")
    own_classes(target)
    model = own_classes(source)
    expected = np.asarray(model(x))
    model.save(tmp_path / "m.keras")
    again = target.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(x), expected, atol=1e-5)
    # And once more, from what was loaded.
    again.save(tmp_path / "n.keras")
    third = source.models.load_model(tmp_path / "n.keras")
    np.testing.assert_allclose(third(x), expected, atol=1e-5)
    other = own_classes(target)
    other(x)
    other.load_weights(tmp_path / "m.keras")
    np.testing.assert_allclose(other(x), expected, atol=1e-5)


@DIRECTIONS
def test_numbers_of_16_bits(tmp_path, direction):
    source, target = sides(direction)

    def net(library):
        layers = library.layers
        parts = [layers.Input((4,)), layers.Dense(3, dtype="bfloat16")]
        return library.Sequential(parts)

    model, other = net(source), net(target)
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        assert two.dtype.name == "bfloat16"
        np.testing.assert_array_equal(one, two)


def with_parts(library, graph_form):
    """Layers of the libraries that hold other layers."""
    layers = library.layers
    given = layers.Input((4, 6))
    x = layers.MultiHeadAttention(2, 3)(given, given)
    if graph_form == "keras":  # Keras does not find it in its older files
        x = layers.GroupQueryAttention(2, 4, 2)(x, x)
    x = layers.TimeDistributed(layers.Dense(6))(x)
    x = layers.SpectralNormalization(layers.Dense(6))(x)
    x = layers.AdditiveAttention()([x, x])
    return library.Model(given, x)


@DIRECTIONS
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore")
def test_layers_inside_layers(tmp_path, rng, direction, ending):
    source, target = sides(direction)
    x = rng.normal(size=(2, 4, 6)).astype("float32")
    model = with_parts(source, ending)
    model.save(tmp_path / f"m.{ending}")
    again = target.models.load_model(tmp_path / f"m.{ending}")
    np.testing.assert_allclose(again(x), model(x), atol=1e-5)
