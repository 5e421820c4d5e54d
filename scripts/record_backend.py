"""Records what Keras 2's backend functions answer, from Keras 3 on TensorFlow.

    KERAS_BACKEND=tensorflow python scripts/record_backend.py \
        > tests/data/backend_calls.json

Needs TensorFlow. The expressions see `K`, and the arrays below; the test
(tests/backend/test_calls.py) evaluates them with saccade's functions in place of `K`.
"""

import importlib
import json
import sys

import numpy as np

NUMBERS = np.random.default_rng(0)


def _floats(*shape: int) -> np.ndarray:
    return NUMBERS.uniform(-2, 2, shape).astype("float32").round(2)


def _chances(*shape: int) -> np.ndarray:
    positive = NUMBERS.uniform(0.05, 1, shape).astype("float32")
    return positive / positive.sum(-1, keepdims=True)


INPUTS = {
    "x": _floats(3, 4),
    "y": _floats(3, 4),
    "z": _floats(3, 4, 2),
    "v": _floats(4),
    "n": np.array([[3, 1, 2, 0], [0, 2, 1, 1], [1, 1, 3, 2]], "int32"),
    "yes": np.array([True, False, True]),
    "b": np.array([[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]], "float32"),
    "p": _chances(3, 4),
    "frames": _chances(2, 6, 4),
    "pic": _floats(2, 6, 5, 3),
    "first": _floats(2, 3, 4, 4),
    "vol": _floats(1, 3, 4, 3, 2),
    "sig": _floats(2, 7, 3),
    "k1": _floats(3, 3, 2),
    "k2": _floats(3, 2, 3, 4),
    "kd": _floats(3, 2, 3, 2),
    "kp": _floats(1, 1, 6, 2),
    "k3": _floats(2, 2, 2, 2, 3),
    "kt": _floats(3, 3, 2, 3),
}

CALLS = """
K.abs(x)
K.all(n, axis=1)
K.any(n, axis=0, keepdims=True)
K.arange(5)
K.arange(1, 9, 3)
K.argmax(x)
K.argmin(x, axis=0)
K.batch_dot(x, y, axes=1)
K.batch_dot(z, z, axes=(2, 2))
K.batch_dot(z, x, axes=[1, 1])
K.batch_dot(x, z)
K.batch_flatten(z)
K.batch_normalization(x, v, K.square(v), v, v + 1)
K.batch_normalization(x, K.mean(x, 0, True), K.var(x, 0, True), v, v, epsilon=1e-2)
K.bias_add(pic, pic[0, 0, 0])
K.bias_add(first, v[:3], data_format="channels_first")
K.bias_add(pic, pic[0])
K.binary_crossentropy(b, p)
K.binary_crossentropy(b, x, from_logits=True)
K.binary_focal_crossentropy(b, p)
K.binary_focal_crossentropy(b, x, True, 0.3, 1.5, True)
K.cast(n, "float32")
K.categorical_crossentropy(b, p)
K.categorical_crossentropy(b, x, from_logits=True)
K.categorical_focal_crossentropy(b, p)
K.categorical_focal_crossentropy(b, x, 0.4, 1.0, from_logits=True)
K.clip(x, -1, 1)
K.concatenate([x, y])
K.concatenate([x, y], axis=0)
K.constant(3, shape=(2,))
K.conv1d(sig, k1)
K.conv1d(sig, k1, strides=2, padding="causal")
K.conv1d(sig, k1, padding="causal", dilation_rate=2)
K.conv2d(pic, k2)
K.conv2d(pic, k2, strides=(2, 2), padding="same")
K.conv2d(pic, k2, dilation_rate=(2, 1), padding="same")
K.conv2d_transpose(pic, kt, (2, 12, 10, 2), (2, 2), padding="same")
K.conv2d_transpose(pic, kt, (2, 11, 9, 2), (2, 2), padding="same")
K.conv2d_transpose(pic, kt, (2, 8, 7, 2))
K.conv3d(vol, k3)
K.cos(x)
K.count_params(K.variable(x))
K.ctc_batch_cost(n[:2, :2] % 3, frames, np.array([[6], [5]]), np.array([[2], [1]]))
K.ctc_decode(frames, np.array([6, 5]))[0][0]
K.cumprod(x)
K.cumsum(x)
K.cumsum(x, axis=1)
K.depthwise_conv2d(pic, kd)
K.depthwise_conv2d(pic, kd, strides=(2, 2), padding="same")
K.dot(x, K.transpose(y))
K.dot(z, x[:2])
K.dtype(x)
K.elu(x, 0.5)
K.equal(n, 1)
K.eval(K.variable(x))
K.exp(x)
K.expand_dims(x)
K.expand_dims(x, axis=1)
K.eye(3)
K.flatten(z)
K.foldl(lambda a, r: a * 0.5 + r, x)
K.foldr(lambda a, r: a * 0.5 + r, x, v)
K.gather(x, [2, 0])
K.greater(x, y)
K.greater_equal(x, y)
K.hard_sigmoid(x)
K.in_top_k(p, [1, 0, 2], 2)
K.int_shape(z)
K.is_sparse(x)
K.l2_normalize(x, axis=1)
K.less(x, y=y)
K.less_equal(x=x, y=y)
K.log(p)
K.map_fn(lambda r: r * 2, x)
K.max(x, axis=1, keepdims=True)
K.maximum(x, y)
K.mean(z, axis=[1, 2])
K.mean(x)
K.min(x, axis=-1)
K.minimum(x, y=0.0)
K.moving_average_update(K.variable(x), y, 0.9)
K.ndim(z)
K.not_equal(n, 1)
K.one_hot(n, 4)
K.ones((2, 3), name="ones")
K.ones_like(n, dtype="float32")
K.permute_dimensions(z, (2, 0, 1))
K.pool2d(pic, (2, 2))
K.pool2d(pic, (2, 2), (2, 2), "same", None, "avg")
K.pool2d(pic, (3, 2), (2, 2), "same")
K.pool3d(vol, (2, 2, 2), (1, 2, 1), pool_mode="avg")
K.pow(x, 2)
K.pow(x, a=3)
K.prod(x, axis=0)
K.relu(x, 0.1, 1.5)
K.relu(x, max_value=6)
K.repeat(x, 3)
K.repeat_elements(x, 2, axis=1)
K.reshape(x, shape=(2, -1))
K.resize_images(pic, 2, 3, "channels_last")
K.resize_images(first, 2, 2, "channels_first", interpolation="bilinear")
K.resize_volumes(vol, 2, 1, 2, "channels_last")
K.reverse(x, [0, 1])
K.round(x)
K.separable_conv2d(pic, kd, kp)
K.shape(z)
K.sigmoid(x)
K.sign(x)
K.sin(x)
K.softmax(x)
K.softmax(x, axis=0)
K.softplus(x)
K.softsign(x)
K.sparse_categorical_crossentropy(n[:, 0], p)
K.sparse_categorical_crossentropy(n[:, :1], x, from_logits=True)
K.spatial_2d_padding(pic)
K.spatial_2d_padding(first, ((1, 0), (0, 2)), "channels_first")
K.spatial_3d_padding(vol, ((1, 0), (0, 2), (1, 1)))
K.sqrt(p)
K.square(x)
K.squeeze(x[:, :1], 1)
K.stack([x, y])
K.stack([x, y], axis=-1)
K.std(x, axis=0)
K.stop_gradient(x)
K.sum(z, axis=(0, 1))
K.switch(yes, x, y)
K.tanh(x)
K.temporal_padding(sig, (2, 1))
K.tile(x, [2, 1])
K.tile(x, n=[1, 3])
K.to_dense(x)
K.transpose(x)
K.update(K.variable(x), y)
K.update_add(K.variable(x), y)
K.update_sub(K.variable(x), y)
K.var(x, axis=1)
K.zeros((2, 3))
K.zeros_like(x, name="none")
""".strip().splitlines()


def plain(result: object) -> object:
    """Returns a result as nested lists of Python numbers."""
    if isinstance(result, (bool, int, str)):
        return result
    array = np.asarray(result)
    return (
        array.astype("float64").round(7).tolist()
        if array.dtype.kind == "f"
        else array.tolist()
    )


def main() -> int:
    """Prints the expressions and what they give."""
    tf = importlib.import_module("tensorflow")
    K = importlib.import_module("keras.src.legacy.backend")
    names = {name: tf.constant(value) for name, value in INPUTS.items()}
    names |= {"K": K, "np": np}
    found = {}
    for call in CALLS:
        try:
            found[call] = plain(eval(call, names))
        except Exception as error:
            print(call, "is left out:", repr(error)[:200], file=sys.stderr)
    head = json.dumps({name: plain(value) for name, value in INPUTS.items()})
    lines = [f"{json.dumps(call)}: {json.dumps(found[call])}" for call in found]
    print('{"inputs": ' + head + ',\n"calls": {\n' + ",\n".join(lines) + "\n}}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
