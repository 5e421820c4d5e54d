"""Ready data sets: each module has `load_data()`.

Files are those of Keras, in its folder `~/.keras/datasets`; `digits` needs none.
"""

from saccade.core import _refused, _registry

from . import cifar10 as cifar10
from . import cifar100 as cifar100
from . import digits as digits
from . import fashion_mnist as fashion_mnist
from . import mnist as mnist

__all__ = ["cifar10", "cifar100", "digits", "fashion_mnist", "mnist"]
for _module in (cifar10, cifar100, fashion_mnist, mnist):
    _place = f"keras.datasets.{_module.__name__.rpartition('.')[2]}"
    _registry.export(_place, {"load_data": _module.load_data})

__getattr__ = _refused.door(__name__, __all__)
