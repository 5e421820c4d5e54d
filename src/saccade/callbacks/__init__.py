"""Callbacks: objects that are told how training goes."""

from saccade.callbacks._backup import BackupAndRestore as BackupAndRestore
from saccade.callbacks._callback import Callback as Callback
from saccade.callbacks._callback import CallbackList as CallbackList
from saccade.callbacks._history import History as History
from saccade.callbacks._logging import CSVLogger as CSVLogger
from saccade.callbacks._logging import LambdaCallback as LambdaCallback
from saccade.callbacks._logging import ProgbarLogger as ProgbarLogger
from saccade.callbacks._logging import TerminateOnNaN as TerminateOnNaN
from saccade.callbacks._monitor import EarlyStopping as EarlyStopping
from saccade.callbacks._monitor import LearningRateScheduler as LearningRateScheduler
from saccade.callbacks._monitor import ModelCheckpoint as ModelCheckpoint
from saccade.callbacks._monitor import MonitorCallback as MonitorCallback
from saccade.callbacks._monitor import ReduceLROnPlateau as ReduceLROnPlateau
from saccade.callbacks._remote import RemoteMonitor as RemoteMonitor
from saccade.callbacks._studio import Studio as Studio
from saccade.callbacks._swap_ema import SwapEMAWeights as SwapEMAWeights
from saccade.callbacks._tensorboard import TensorBoard as TensorBoard
from saccade.core import _refused, _registry

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "Studio",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]

_registry.export("keras.callbacks", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
