"""Records what TensorFlow answers to the calls that saccade's shim has.

    python scripts/record_tensorflow.py > tests/data/tensorflow_calls.json

Needs TensorFlow. The expressions see `tf`, and `x`, `y`, `n`, `v` as below; the test
(tests/launcher/test_tensorflow_table.py) evaluates them with the shim in place of `tf`.
"""

import json
import sys

import numpy as np

INPUTS = {
    "x": [[0.5, -1.5, 2.0], [1.25, 0.0, -0.75]],
    "y": [[1.0, 2.0, -2.0], [0.5, 0.25, 4.0]],
    "n": [[3, 1, 2], [0, 5, 4]],
    "v": [0.1, 0.7, 0.2],
    # A picture in [0, 1] and one of whole numbers, both of 3 x 4 pixels.
    "p": [
        [[(7 * i + 5 * j + 3 * c) % 11 / 10 for c in range(3)] for j in range(4)]
        for i in range(3)
    ],
    "u": [
        [[(70 * i + 55 * j + 37 * c) % 256 for c in range(3)] for j in range(4)]
        for i in range(3)
    ],
}
TYPES = {"n": "int32", "u": "uint8"}

UNARY = [
    "math.asinh",
    "math.atan",
    "math.expm1",
    "math.log_sigmoid",
    "math.reduce_euclidean_norm",
    "linalg.diag",
    "linalg.matrix_transpose",
    "abs",
    "cos",
    "sin",
    "tan",
    "tanh",
    "exp",
    "floor",
    "negative",
    "round",
    "sign",
    "square",
    "sigmoid",
    "math.ceil",
    "math.erf",
    "math.is_finite",
    "math.sinh",
    "math.softplus",
    "nn.elu",
    "nn.gelu",
    "nn.leaky_relu",
    "nn.log_softmax",
    "nn.relu",
    "nn.relu6",
    "nn.selu",
    "nn.sigmoid",
    "nn.silu",
    "nn.softmax",
    "nn.softplus",
    "nn.softsign",
    "nn.swish",
    "nn.tanh",
    "nn.l2_loss",
    "nn.l2_normalize",
    "identity",
    "stop_gradient",
    "rank",
    "shape",
    "size",
    "transpose",
    "ones_like",
    "zeros_like",
    "math.cumsum",
]
PAIRS = [
    "truediv",
    "math.divide_no_nan",
    "math.multiply_no_nan",
    "math.xlogy(abs)",
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "pow(abs)",
    "equal",
    "not_equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "math.squared_difference",
    "math.floormod",
    "math.atan2",
    "nn.sigmoid_cross_entropy_with_logits",
    "nn.softmax_cross_entropy_with_logits",
]
REDUCED = [
    "reduce_sum",
    "reduce_mean",
    "reduce_max",
    "reduce_min",
    "reduce_prod",
    "math.reduce_std",
    "math.reduce_variance",
    "reduce_logsumexp",
]
OTHERS = [
    "tf.clip_by_norm(x, 1.0)",
    "tf.clip_by_norm(x, 1.0, axes=[1])",
    "tf.clip_by_global_norm([x, None, v], 1.5)[0][2]",
    "tf.clip_by_global_norm([x, y], 100.0)[1]",
    "tf.linalg.global_norm([x, y])",
    "tf.gather(x, [[0, 2], [1, 1]], batch_dims=1)",
    "tf.gather(x, [[0, 2], [1, 1]], axis=1, batch_dims=1)",
    "tf.gather_nd(x, [[0, 2], [1, 1]])",
    "tf.gather_nd(x, [[1]])",
    "tf.gather_nd(x, [[2], [0]], batch_dims=1)",
    "tf.scatter_nd([[1], [3], [1]], [1.0, 2.0, 4.0], [5])",
    "tf.tensor_scatter_nd_update(x, [[0, 1], [1, 2]], [8.0, 9.0])",
    "tf.tensor_scatter_nd_add(x, [[0], [0]], y)",
    "tf.slice(x, [0, 1], [-1, 2])",
    "tf.roll(x, shift=1, axis=1)",
    "tf.roll(x, [1, -1], [0, 1])",
    "tf.unique([4, 1, 4, 2, 1])[0]",
    "tf.unique([4, 1, 4, 2, 1])[1]",
    "tf.add_n([x, y, x])",
    "tf.sequence_mask([1, 3], 4)",
    "tf.sequence_mask([1, 3], dtype=tf.float32)",
    "tf.math.cumprod(x, axis=1, exclusive=True)",
    "tf.math.cumprod(y, axis=1, reverse=True)",
    "tf.math.confusion_matrix([0, 2, 1, 2], [0, 1, 1, 2])",
    "tf.math.confusion_matrix([0, 1], [0, 1], num_classes=3)",
    "tf.map_fn(lambda row: tf.reduce_sum(row) * row, x)",
    "tf.vectorized_map(lambda row: tf.reduce_max(row), x)",
    "tf.cond(tf.reduce_sum(v) > 0.5, lambda: x, lambda: y)",
    "tf.ensure_shape(x, [None, 3])",
    "tf.linalg.band_part(tf.matmul(x, y, transpose_a=True), 0, -1)",
    "tf.linalg.band_part(tf.matmul(x, y, transpose_a=True), 1, 0)",
    "tf.linalg.diag_part(tf.matmul(x, y, transpose_a=True))",
    "tf.linalg.trace(tf.matmul(x, y, transpose_b=True))",
    "tf.linalg.det(tf.matmul(x, y, transpose_b=True))",
    "tf.linalg.inv(tf.matmul(x, y, transpose_b=True))",
    "tf.linalg.solve(tf.matmul(x, y, transpose_b=True), x)",
    "tf.linalg.matvec(x, v)",
    "tf.math.digamma(y + 3.0)",
    "tf.math.erfinv(v)",
    "tf.math.lgamma(y + 3.0)",
    "tf.math.acosh(tf.exp(x) + 1.0)",
    "tf.math.logical_xor(tf.greater(x, 0.0), tf.greater(y, 0.0))",
    "tf.nn.conv2d(p[None], tf.reshape(tf.range(54.0), (3, 3, 3, 2)), 1, 'SAME')",
    "tf.nn.conv2d(p[None], tf.ones((2, 2, 3, 1)), [1, 2, 2, 1], padding='VALID')",
    "tf.nn.conv2d(p[None], tf.ones((2, 2, 3, 1)), 1, 'SAME', dilations=2)",
    "tf.nn.depthwise_conv2d(p[None], tf.reshape(tf.range(24.0), (2, 2, 3, 2)), "
    "[1, 1, 1, 1], 'SAME')",
    "tf.nn.conv2d_transpose(p[None], tf.reshape(tf.range(24.0), (2, 2, 2, 3)), "
    "[1, 6, 8, 2], 2)",
    "tf.nn.max_pool2d(p[None], 2, 2, 'SAME')",
    "tf.nn.max_pool(p[None], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')",
    "tf.nn.avg_pool2d(p[None], ksize=(2, 2), strides=2, padding='SAME')",
    "tf.nn.batch_normalization(x, v, tf.abs(y[0]), None, None, 1e-3)",
    "tf.nn.batch_normalization(x, v, tf.abs(y[0]), y[1], x[0], 1e-3)",
    "tf.nn.embedding_lookup(y, [1, 0, 1])",
    "tf.nn.depth_to_space(tf.reshape(tf.range(32), (1, 2, 2, 8)), 2)",
    "tf.nn.space_to_depth(tf.reshape(tf.range(32), (1, 4, 4, 2)), 2)",
    "tf.nn.weighted_cross_entropy_with_logits(tf.sigmoid(y), x, 2.5)",
    "tf.image.total_variation(p)",
    "tf.image.total_variation(tf.stack([p, p * p]))",
    "tf.image.image_gradients(p[None])[0]",
    "tf.image.image_gradients(p[None])[1]",
    "tf.custom_gradient(lambda x: (x * 2.0, lambda g: g))(v)",
    "tf.TensorShape([2, 3]).as_list()",
    "tf.TensorShape([2, 3]).num_elements()",
    "tf.debugging.check_numerics(x, 'x')",
    "tf.constant([1, 2, 3])",
    "tf.constant([1.0, 2.0], dtype=tf.float16)",
    "tf.constant(2.5, shape=(2, 2))",
    "tf.constant([1, 2, 3, 4], shape=[2, 2])",
    "tf.constant(True)",
    "tf.cast(x, tf.int32)",
    "tf.cast(n, tf.float32) / 2",
    "tf.cast(x, tf.bool)",
    "tf.convert_to_tensor(x, dtype=tf.float32)",
    "tf.reshape(x, (3, -1))",
    "tf.reshape(x, [-1])",
    "tf.reshape(x, tf.shape(n)[::-1])",
    "tf.expand_dims(x, -1)",
    "tf.squeeze(tf.expand_dims(x, 0))",
    "tf.squeeze(tf.expand_dims(x, 0), [0])",
    "tf.concat([x, y], axis=0)",
    "tf.concat([x, y], -1)",
    "tf.stack([x, y])",
    "tf.stack([x, y], axis=-1)",
    "tf.unstack(x)[1]",
    "tf.unstack(x, axis=1)[2]",
    "tf.split(x, 3, axis=1)[1]",
    "tf.split(x, [1, 2], axis=1)[1]",
    "tf.tile(x, [1, 2])",
    "tf.repeat(x, 2, axis=0)",
    "tf.reverse(x, [1])",
    "tf.transpose(x, perm=[1, 0])",
    "tf.broadcast_to(v, (2, 3))",
    "tf.pad(x, [[1, 0], [0, 2]])",
    "tf.pad(x, [[0, 0], [2, 1]], mode='REFLECT')",
    "tf.pad(x, [[0, 0], [1, 1]], 'CONSTANT', 9.0)",
    "tf.matmul(x, y, transpose_b=True)",
    "tf.matmul(x, y, transpose_a=True)",
    "tf.tensordot(x, y, axes=[[1], [1]])",
    "tf.einsum('ij,kj->ik', x, y)",
    "tf.norm(x)",
    "tf.norm(x, axis=1)",
    "tf.norm(x, ord=1, axis=-1, keepdims=True)",
    "tf.clip_by_value(x, -1.0, 1.0)",
    "tf.clip_by_value(t=x, clip_value_min=0.0, clip_value_max=9.0)",
    "tf.where(tf.greater(x, 0.0), x, y)",
    "tf.where(tf.greater(x, 0.0))",
    "tf.one_hot([0, 2, 7], 3)",
    "tf.one_hot([0, 1], depth=2, on_value=5.0, off_value=-1.0)",
    "tf.one_hot([0, 1, 1], 2, axis=0, dtype=tf.int32)",
    "tf.gather(x, [1, 0])",
    "tf.gather(x, [2, 0], axis=1)",
    "tf.boolean_mask(x, [False, True])",
    "tf.sort(n)",
    "tf.sort(x, axis=0, direction='DESCENDING')",
    "tf.argsort(n, direction='DESCENDING')",
    "tf.argmax(x)",
    "tf.argmax(x, axis=1)",
    "tf.argmin(x, axis=-1, output_type=tf.int32)",
    "tf.reduce_sum(n)",
    "tf.reduce_mean(n)",
    "tf.reduce_all(tf.greater(n, 0), axis=1)",
    "tf.reduce_any(tf.greater(n, 4), axis=1)",
    "tf.reduce_sum(x, axis=[0, 1])",
    "tf.reduce_mean(input_tensor=x, axis=0, keepdims=True)",
    "tf.math.cumsum(x, axis=1, exclusive=True)",
    "tf.math.cumsum(x, axis=1, reverse=True)",
    "tf.sqrt(tf.square(x))",
    "tf.math.log(tf.exp(x))",
    "tf.math.rsqrt(tf.exp(x))",
    "tf.math.log1p(tf.exp(x))",
    "tf.math.reciprocal(tf.exp(x))",
    "tf.logical_and(tf.greater(x, 0.0), tf.less(x, 1.0))",
    "tf.logical_or(tf.greater(x, 1.0), tf.less(x, 0.0))",
    "tf.logical_not(tf.greater(x, 0.0))",
    "tf.range(5)",
    "tf.range(2, 10, 3)",
    "tf.range(0.0, 1.0, 0.25)",
    "tf.linspace(0.0, 1.0, 5)",
    "tf.zeros((2, 3))",
    "tf.zeros([2], tf.int32)",
    "tf.ones(3)",
    "tf.ones(shape=(1, 2), dtype=tf.float32)",
    "tf.fill([2, 2], 7)",
    "tf.eye(3)",
    "tf.eye(2, 3, batch_shape=[2])",
    "tf.shape(x)[0] * 2",
    "tf.nn.softmax(x, axis=0)",
    "tf.nn.leaky_relu(x, alpha=0.1)",
    "tf.nn.gelu(x, approximate=True)",
    "tf.nn.l2_normalize(x, axis=1)",
    "tf.nn.moments(x, axes=[0])[0]",
    "tf.nn.moments(x, [0, 1], keepdims=True)[1]",
    "tf.nn.bias_add(x, v)",
    "tf.nn.bias_add(tf.reshape(x, (1, 3, 2)), v, data_format='NCW')",
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)",
    "tf.math.top_k(x, k=2)[0]",
    "tf.nn.top_k(x, 2)[1]",
    "tf.math.in_top_k([2, 1], x, 1)",
    "tf.nn.in_top_k([0, 1], x, 2)",
    "x[:, tf.newaxis] * 1.0",
]
PICTURES = [
    "tf.image.convert_image_dtype(u, tf.float32)",
    "tf.image.convert_image_dtype(p, tf.uint8)",
    "tf.image.convert_image_dtype(p * 2 - 0.5, tf.uint8, saturate=True)",
    "tf.image.resize(u, [2, 3])",
    "tf.image.resize(u, (5, 7), method='bicubic')",
    "tf.image.resize(u, (5, 7), tf.image.ResizeMethod.NEAREST_NEIGHBOR)",
    "tf.image.resize(p[None], (2, 2), method='area')",
    "tf.image.resize(u, (6, 6), preserve_aspect_ratio=True)",
    "tf.image.resize(u, (2, 2), antialias=True)",
    "tf.image.resize_with_pad(u, 6, 5)",
    "tf.image.resize_with_crop_or_pad(u, 5, 2)",
    "tf.image.central_crop(u, 0.5)",
    "tf.image.crop_to_bounding_box(u, 1, 0, 2, 3)",
    "tf.image.pad_to_bounding_box(u, 1, 2, 5, 7)",
    "tf.image.flip_left_right(u)",
    "tf.image.flip_up_down(p[None])",
    "tf.image.rot90(u)",
    "tf.image.rot90(p[None], k=3)",
    "tf.image.transpose(u)",
    "tf.image.adjust_brightness(u, 0.3)",
    "tf.image.adjust_brightness(p, -0.2)",
    "tf.image.adjust_contrast(p, 1.7)",
    "tf.image.adjust_gamma(p, 0.7, 1.1)",
    "tf.image.adjust_saturation(p, 0.4)",
    "tf.image.adjust_saturation(p, 2.5)",
    "tf.image.adjust_hue(p, 0.15)",
    "tf.image.rgb_to_grayscale(p)",
    "tf.image.rgb_to_hsv(p)",
    "tf.image.hsv_to_rgb(p * 0.9)",
    "tf.image.grayscale_to_rgb(p[..., :1])",
    "tf.image.per_image_standardization(u)",
    "tf.image.extract_patches(p[None], [1, 2, 2, 1], [1, 1, 2, 1], [1, 1, 1, 1], "
    "'VALID')",
    "tf.image.extract_patches(images=p[None], sizes=[1, 3, 3, 1], "
    "strides=[1, 3, 3, 1], rates=[1, 1, 1, 1], padding='SAME')",
    "tf.image.psnr(p, p * 0.9, max_val=1.0)",
]


def expressions() -> list[str]:
    """Lists every expression that is recorded."""
    listed = [f"tf.{name}(x)" for name in UNARY]
    for name in PAIRS:
        inner = "tf.abs(x)" if name.endswith("(abs)") else "x"
        listed.append(f"tf.{name.removesuffix('(abs)')}({inner}, y)")
    for name in PAIRS[-2:]:
        listed[listed.index(f"tf.{name}(x, y)")] = f"tf.{name}(labels=x, logits=y)"
    for name in REDUCED:
        listed += [f"tf.{name}(x)", f"tf.{name}(x, 1)"]
        listed += [f"tf.{name}(x, axis=[0, 1], keepdims=True)"]
    return listed + OTHERS + PICTURES


def main() -> None:
    """Writes the answers as JSON."""
    import tensorflow as tf

    names = {"tf": tf}
    for name, value in INPUTS.items():
        names[name] = np.array(value, TYPES.get(name, "float32"))
    for name in ("p", "u"):  # some functions of pictures take tensors only
        names[name] = tf.constant(names[name])
    calls = {}
    for expression in expressions():
        value = np.asarray(eval(expression, names))
        calls[expression] = {"dtype": value.dtype.name, "value": value.tolist()}
    head = json.dumps({"tensorflow": tf.__version__, "inputs": INPUTS})[:-1]
    lines = [f"{json.dumps(name)}: {json.dumps(calls[name])}" for name in calls]
    sys.stdout.write(head + ', "calls": {\n' + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
