"""The aliases: every way of importing Keras gives saccade's own objects."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Launch = Callable[..., subprocess.CompletedProcess[str]]

# Small programs in the ways people write them; each ends with Dense and Sequential.
STYLES = {
    "tf.keras": "import tensorflow as tf\nDense = tf.keras.layers.Dense\n"
    "Sequential = tf.keras.models.Sequential\n",
    "from tensorflow import keras": "from tensorflow import keras\n"
    "Dense, Sequential = keras.layers.Dense, keras.Sequential\n",
    "from tensorflow.keras": "from tensorflow.keras import Sequential\n"
    "from tensorflow.keras.layers import Dense\n",
    "from tensorflow.keras.models": "from tensorflow.keras.models import Sequential\n"
    "from tensorflow.keras import layers\nDense = layers.Dense\n",
    "import tensorflow.keras as": "import tensorflow.keras as K\n"
    "import tensorflow.keras.layers as L\nfrom tensorflow.keras import models as M\n"
    "Dense, Sequential = L.Dense, M.Sequential\nassert K.layers is L\n",
    "import tensorflow.keras.layers": "import tensorflow.keras.layers\n"
    "import tensorflow.keras.models\nDense = tensorflow.keras.layers.Dense\n"
    "Sequential = tensorflow.keras.models.Sequential\n",
    "import keras": "import keras\nDense = keras.layers.Dense\n"
    "Sequential = keras.Sequential\nassert keras.__version__.startswith('3.')\n",
    "from keras": "from keras import layers, models\n"
    "Dense, Sequential = layers.Dense, models.Sequential\n",
    "from keras.layers": "from keras.layers import Dense\n"
    "from keras.models import Sequential\n",
    "import keras.layers": "import keras.layers, keras.models\n"
    "Dense, Sequential = keras.layers.Dense, keras.models.Sequential\n",
    "star": "from keras.layers import *\nfrom keras.models import *\n",
    "import_module": "import importlib\n"
    "Dense = importlib.import_module('keras.layers').Dense\n"
    "Sequential = importlib.import_module('tensorflow.keras').Sequential\n",
    "saccade": "import saccade as keras\nfrom saccade import layers\n"
    "Dense, Sequential = layers.Dense, keras.Sequential\n",
    "older places": "from keras.layers.core import Dense\n"
    "from keras.layers.convolutional import Conv2D\n"
    "from keras.utils.np_utils import to_categorical\n"
    "from tensorflow.keras.layers.experimental import preprocessing\n"
    "import tensorflow as tf\nimport keras\nSequential = keras.Sequential\n"
    "assert tf.keras.layers.experimental.preprocessing.Rescaling is "
    "preprocessing.Rescaling\n"
    "assert tf.keras.optimizers.legacy.Adam is tf.optimizers.Adam\n",
    "backend": "import tensorflow.keras.backend as K\nfrom keras import backend\n"
    "assert K is backend and K.epsilon() == 1e-07\n"
    "from keras.layers import Dense\nfrom keras import Sequential\n",
    "datasets": "from tensorflow.keras.datasets import mnist, cifar10\n"
    "import keras\nassert keras.datasets.mnist is mnist\n"
    "from keras.datasets.fashion_mnist import load_data\n"
    "Dense, Sequential = keras.layers.Dense, keras.Sequential\n",
    "schedules": "from keras.optimizers.schedules import CosineDecay\n"
    "from tensorflow.keras.optimizers import SGD, Adam, schedules\n"
    "assert schedules.CosineDecay is CosineDecay\n"
    "from keras.layers import Dense\nfrom keras import Sequential\n",
}

DRIVER = """
import json, os, sys, traceback
from saccade.launcher import install, uninstall
import saccade

answers = {}
for name, source in json.load(open(sys.argv[1])).items():
    uninstall(); install()
    names = {}
    try:
        exec(compile(source, name, "exec"), names)
        assert names["Dense"] is saccade.layers.Dense, names["Dense"]
        assert names["Sequential"] is saccade.Sequential, names["Sequential"]
        answers[name] = "ok"
    except Exception:
        answers[name] = traceback.format_exc()
for name, module in list(sys.modules.items()):
    if name.startswith("saccade."):
        assert module.__spec__ is None or module.__spec__.name == name, name
        assert module.__name__ == name
files = [m.__file__ for m in set(sys.modules.values()) if getattr(m, "__file__", None)]
twice = [f for f in set(files) if files.count(f) > 1]
answers["twice"] = [f for f in twice if os.path.join("saccade", "layers") in f]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory, launch: Launch
) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("styles")
    (folder / "driver.py").write_text(DRIVER)
    (folder / "styles.json").write_text(json.dumps(STYLES))
    ended = launch(folder / "driver.py", str(folder / "styles.json"))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("style", STYLES)
def test_import_style_gives_our_objects(style: str, answers: dict[str, object]) -> None:
    assert answers[style] == "ok"


def test_no_module_is_loaded_twice(answers: dict[str, object]) -> None:
    assert answers["twice"] == []


REFUSALS = {
    "from tensorflow.keras.layers import LSTM": "keras.layers.LSTM: left out of "
    "saccade: recurrent networks, for text and audio.\nFix: saccade is for pictures",
    "keras.layers.LSTM(4)": "keras.layers.LSTM: left out of saccade",
    "from keras.layers import Dens": "keras.layers: 'Dens' is not available in saccade."
    "\nFix: the nearest name is keras.layers.Dense.",
    "keras.layers.Conv2d": "Fix: the nearest name is keras.layers.Conv2D.",
    "from keras.activations import rellu": "keras.activations: 'rellu' is not available"
    " in saccade.\nFix: the nearest name is keras.activations.relu.",
    "keras.layer": "keras: 'layer' is not available in saccade.",
    "from keras import layrs": "Fix: the nearest name is keras.layers.",
    "import keras.layrs": "Fix: the nearest name is keras.layers.",
    "import keras.layers._dense": "keras.layers: '_dense' is not available in saccade.",
    "import keras.core": "keras: 'core' is not available in saccade.",
    "import keras.engine.topology": "keras: 'engine' is not available in saccade.",
    "from keras.src.layers import Dense": "keras.src.layers: this is Keras' private "
    "code and not part of saccade.\nFix: import from the public place, keras.layers.",
    "from keras.src import losses": "Fix: import from the public place, keras.losses.",
    "import keras.src.testing": "Fix: write it without; it has no public place.",
    "from tensorflow.python.keras.layers import Dense": "tensorflow.python.keras: this "
    "is TensorFlow's private code.\nFix: import from the public place, "
    "tensorflow.keras.",
    "from tensorflow.python.client import device_lib": "Fix: tf.config."
    "list_physical_devices() lists the devices.",
    "from tensorflow.python.framework import ops": "without 'python'.",
    "from tensorflow.data import TFRecordDataset": "tf.data.TFRecordDataset: this is "
    "TensorFlow's own",
    "from keras.utils import text_dataset_from_directory": "image_dataset_from_",
    "keras.preprocessing.timeseries_dataset_from_array": "from_generator take any",
    "import tensorflow.contrib.slim as slim": "tf.contrib: this is TensorFlow's own",
    "import tensorflow.float32": "tensorflow.float32: this is a name and not a module."
    "\nFix: from tensorflow import float32.",
    "tf.while_loop()": "tf.while_loop: this is TensorFlow's own and not part of",
    "tf.keras.layers.GRU": "recurrent networks",
    "from keras.datasets import imdb": "saccade is for pictures",
    "import keras.wrappers.scikit_learn": "SKLearnClassifier",
}

REFUSER = """
import json, sys
import tensorflow as tf
from tensorflow import keras

answers = {}
for statement in json.load(open(sys.argv[1])):
    try:
        exec(statement)
        answers[statement] = ["no error", ""]
    except Exception as error:
        bases = [base.__name__ for base in type(error).__mro__]
        answers[statement] = [bases, str(error)]
assert not hasattr(keras.layers, "LSTM") and not hasattr(keras, "applikations")
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def refusals(
    tmp_path_factory: pytest.TempPathFactory, launch: Launch
) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("refusals")
    (folder / "program.py").write_text(REFUSER)
    (folder / "statements.json").write_text(json.dumps(list(REFUSALS)))
    ended = launch(folder / "program.py", str(folder / "statements.json"))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("statement", REFUSALS)
def test_refuses_by_name(statement: str, refusals: dict[str, list[str]]) -> None:
    bases, text = refusals[statement]
    assert REFUSALS[statement] in text
    assert "SaccadeError" in bases
    wanted = "ImportError" if "import" in statement else "AttributeError"
    assert wanted in bases


def test_loads_nothing_before_it_is_asked(tmp_path: Path, launch: Launch) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\nimport tensorflow as tf\nimport keras\n"
        "tf.get_logger().setLevel('ERROR'); tf.__version__; keras.__version__\n"
        "print([m for m in ('jax', 'numpy', 'saccade.layers') if m in sys.modules])\n"
        "from keras.layers import Dense\n"
        "print([m for m in ('saccade.models', 'saccade.callbacks', 'saccade.datasets',"
        "'saccade.engine', 'h5py', 'pandas') if m in sys.modules])\n"
    )
    ended = launch(program)
    assert ended.stderr == ""
    assert ended.stdout == "[]\n[]\n"


def test_refuses_after_the_real_keras(plain: Launch) -> None:
    ended = plain(
        "-c",
        "import sys, types; sys.modules['keras'] = types.ModuleType('keras')\n"
        "from saccade.launcher import install\ninstall()",
    )
    assert (
        "ConfigError: saccade.launcher.install: 'keras' has been imported already, "
        "from memory.\nFix: start Python (or the notebook's kernel) again and put this "
        "before every other import." in ended.stderr
    )


def test_uninstall_leaves_no_trace(plain: Launch) -> None:
    program = (
        "import sys\nfrom saccade.launcher import install, uninstall\n"
        "import saccade.activations as a\n"
        "before = set(sys.modules), list(sys.meta_path), set(vars(a))\n"
        "install(); install()\nimport keras.activations\nfrom tensorflow import keras\n"
        "import jax\nkeras.activations.relu\nassert hasattr(jax.Array, 'numpy')\n"
        "assert hasattr(a, '__path__')\n"
        "uninstall(); uninstall()\n"
        "assert not {m for m in sys.modules if m.startswith(('keras', 'tensorflow'))}\n"
        "assert sys.meta_path == before[1] and set(vars(a)) == before[2]\n"
        "assert not hasattr(jax.Array, 'numpy')\nprint('ok')"
    )
    ended = plain("-c", program)
    assert ended.stdout == "ok\n", ended.stderr
