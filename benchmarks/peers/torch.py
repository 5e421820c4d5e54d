"""PyTorch without Keras: a plain loop over tensors in memory, no DataLoader.

Convolutions work on channels-last tensors, the quicker layout on CPU. Batches are cut
by index from shuffled tensors; loss and accuracy add up without a hand-over per step.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from benchmarks.cases._kinds import (
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Flatten,
    GlobalPool,
    LayerData,
    Pool,
    Residual,
    Shape,
    Training,
    output_shape,
)
from benchmarks.data import first_weights

from ._protocol import Answering, Gate, Labels, Options, Pictures


class _FlattenLast(nn.Module):
    """Flattens with the channels last, so that weights mean the same as in Keras."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


class _GlobalPool(nn.Module):
    """Averages each channel over the picture."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


class _Residual(nn.Module):
    """Adds two branches up."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu_(self.body(x) + self.shortcut(x))


class Trainer:
    """A case in PyTorch, eager or compiled."""

    def __init__(self, training: Training, options: Options) -> None:
        torch.set_num_threads(options.threads)
        self.training = training
        self.pictures_2d = len(training.input_shape) == 3
        self.model = _sequence(training.layers, training.input_shape)
        _set_weights(self.model, first_weights(training))
        if self.pictures_2d:
            for parameter in self.model.parameters():
                if parameter.ndim == 4:
                    parameter.data = parameter.contiguous(
                        memory_format=torch.channels_last
                    )
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=training.learning_rate
        )
        self.loss = nn.CrossEntropyLoss()
        self.forward, self.answers = self._forward, self._answers
        if options.compiled:
            self.forward = torch.compile(self._forward)
            self.answers = torch.compile(self._answers, dynamic=False)

    def count_params(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def _forward(
        self, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.model(x)
        return self.loss(logits, y), (logits.argmax(1) == y).sum()

    def _answers(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.model(x), 1)

    def ways(self) -> dict[str, Answering]:
        def call(x: np.ndarray) -> np.ndarray:
            data = torch.from_numpy(x)
            if self.pictures_2d:
                data = data.permute(0, 3, 1, 2)
            with torch.inference_mode():
                return self.answers(data).numpy()

        self.model.eval()
        return {"model(x)": call}

    def fit(self, x: Pictures, y: Labels, epochs: int, gate: Gate) -> None:
        data, labels = torch.from_numpy(x), torch.from_numpy(y).long()
        if self.pictures_2d:
            data = data.permute(0, 3, 1, 2)
        for _ in range(epochs):
            gate.begin()
            loss, right = self._epoch(data, labels)
            gate.end(loss, right / len(data))

    def _epoch(self, data: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
        order = torch.randperm(len(data))
        for index in order.split(self.training.batch):
            x, y = data[index], labels[index]
            if not x.is_floating_point():
                x = x.float()
            loss, hits = self.forward(x, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(index)
            right += hits
        return float(total) / len(data), float(right)


def _sequence(layers: tuple[LayerData, ...], shape: Shape) -> nn.Sequential:
    modules: list[nn.Module] = []
    for layer in layers:
        modules += _modules(layer, shape)
        shape = output_shape(layer, shape)
    return nn.Sequential(*modules)


def _modules(layer: LayerData, shape: Shape) -> list[nn.Module]:
    match layer:
        case Conv():
            return [*_convolution(layer, shape), *_activation(layer.activation)]
        case Pool(size=size, average=average):
            return [nn.AvgPool2d(size) if average else nn.MaxPool2d(size)]
        case GlobalPool():
            return [_GlobalPool()]
        case BatchNorm(momentum=kept, epsilon=epsilon):
            return [nn.BatchNorm2d(shape[-1], eps=epsilon, momentum=1 - kept)]
        case Activation(name=name):
            return _activation(name)
        case Flatten():
            return [_FlattenLast()]
        case Dense(units=units, activation=activation):
            return [nn.Linear(shape[0], units), *_activation(activation)]
        case Residual(layers=layers, shortcut=shortcut):
            return [_Residual(_sequence(layers, shape), _sequence(shortcut, shape))]


def _activation(name: str) -> list[nn.Module]:
    # The softmax is part of PyTorch's loss.
    return [nn.ReLU(inplace=True)] if name == "relu" else []


def _convolution(layer: Conv, before: Shape) -> list[nn.Module]:
    padded, pads = 0, []
    if layer.padding == "same" and layer.strides == 1:
        padded = layer.kernel // 2
    elif layer.padding == "same":
        pads = _same_padding(layer, before[0])
    conv = nn.Conv2d(
        before[-1],
        layer.filters,
        layer.kernel,
        stride=layer.strides,
        padding=padded,
        bias=layer.bias,
    )
    return [*pads, conv]


def _same_padding(layer: Conv, size: int) -> list[nn.Module]:
    """Pads as Keras does where PyTorch cannot: more at the end, for strides."""
    after = -(-size // layer.strides)
    total = max((after - 1) * layer.strides + layer.kernel - size, 0)
    low, high = total // 2, total - total // 2
    return [nn.ZeroPad2d((low, high, low, high))] if total else []


def _set_weights(model: nn.Module, weights: list[list[np.ndarray]]) -> None:
    weighted = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    with torch.no_grad():
        for module, values in zip(weighted, weights, strict=True):
            parameters = module.parameters()
            for parameter, value in zip(parameters, values, strict=True):
                value = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value.T
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
