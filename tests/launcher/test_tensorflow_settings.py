"""Harmless TensorFlow calls: settings are taken, questions answered."""

import logging
from types import ModuleType

import jax
import numpy as np
import pytest

from saccade.core._errors import ConfigError
from saccade.core._random import default_seed

SETTINGS = [
    "autograph.set_verbosity(0)",
    "autograph.set_verbosity(level=3, alsologtostdout=True)",
    "compat.v1.disable_eager_execution()",
    "compat.v1.disable_v2_behavior()",
    "config.experimental.set_memory_growth('GPU:0', True)",
    "config.experimental.enable_op_determinism()",
    "config.experimental.set_virtual_device_configuration('GPU:0', "
    "[tf.config.experimental.VirtualDeviceConfiguration(memory_limit=1024)])",
    "config.set_visible_devices([], 'GPU')",
    "config.run_functions_eagerly(False)",
    "config.optimizer.set_jit(True)",
    "config.threading.set_intra_op_parallelism_threads(2)",
    "debugging.set_log_device_placement(False)",
]


@pytest.mark.parametrize("call", SETTINGS)
def test_settings_are_accepted(call: str, tf: ModuleType) -> None:
    assert eval(f"tf.{call}", {"tf": tf}) is None


def test_devices_are_those_of_jax(tf: ModuleType) -> None:
    cpus = tf.config.list_physical_devices("CPU")
    assert cpus[0] == ("/physical_device:CPU:0", "CPU")
    assert cpus[0].device_type == "CPU"
    assert len(cpus) == len(jax.local_devices(backend="cpu"))
    everything = tf.config.experimental.list_physical_devices()
    assert set(cpus) <= set(everything)
    assert tf.config.list_physical_devices("TPU") == []
    assert tf.config.list_logical_devices("CPU")[0].name == "/device:CPU:0"
    has_gpu = any(device.device_type == "GPU" for device in everything)
    assert tf.test.is_gpu_available() is has_gpu
    assert tf.test.gpu_device_name() == ("/device:GPU:0" if has_gpu else "")


def test_an_unknown_kind_of_device_is_an_error(tf: ModuleType) -> None:
    with pytest.raises(ConfigError, match="must be 'CPU', 'GPU' or 'TPU', got 'NPU'"):
        tf.config.list_physical_devices("NPU")


def test_logging_calls_reach_the_logger(tf: ModuleType) -> None:
    logger = tf.get_logger()
    before = logger.level
    try:
        logger.setLevel("ERROR")
        assert logging.getLogger("tensorflow").level == logging.ERROR
        for place in (tf.compat.v1.logging, tf.logging):
            place.set_verbosity(place.INFO)
            assert logger.level == logging.INFO == place.get_verbosity()
    finally:
        logger.setLevel(before)


def test_function_and_device_change_nothing(tf: ModuleType) -> None:
    @tf.function
    def double(x: float) -> float:
        return 2 * x

    @tf.function(jit_compile=True, reduce_retracing=True)
    def triple(x: float) -> float:
        return 3 * x

    with tf.device("/GPU:0"):
        assert (double(2), triple(2)) == (4, 6)
    assert tf.executing_eagerly()
    assert tf.data.AUTOTUNE == tf.data.experimental.AUTOTUNE == -1


def test_is_tensor(tf: ModuleType) -> None:
    assert tf.is_tensor(tf.constant(1))
    assert not tf.is_tensor(np.ones(2))
    assert not tf.is_tensor(1.0)


def test_seed_fixes_our_draws_and_leaves_numpys_alone(tf: ModuleType) -> None:
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    tf.random.set_seed(3)
    first = default_seed()
    assert np.random.rand() == expected
    tf.compat.v1.set_random_seed(3)
    assert default_seed() == first


def test_text_helpers(tf: ModuleType) -> None:
    assert tf.compat.as_bytes("ä") == "ä".encode()
    assert tf.compat.as_str(b"a") == tf.compat.as_text("a") == "a"
