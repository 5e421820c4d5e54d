"""PyTorch without Keras: a plain loop over tensors in memory, no DataLoader.

Convolutions work on channels-last tensors, the quicker layout on CPU. Batches are cut
by index from shuffled tensors; loss and accuracy add up without a hand-over per step.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from benchmarks.cases._kinds import Conv, Dense, Flatten, Pool, Training, walk
from benchmarks.data import first_weights

from ._protocol import Gate, Labels, Options, Pictures


class _FlattenLast(nn.Module):
    """Flattens with the channels last, so that weights mean the same as in Keras."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


class Trainer:
    """A case in PyTorch, eager or compiled."""

    def __init__(self, training: Training, options: Options) -> None:
        torch.set_num_threads(options.threads)
        self.training = training
        self.pictures_2d = len(training.input_shape) == 3
        self.model = nn.Sequential(*_modules(training))
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
        self.forward = self._forward
        if options.compiled:
            self.forward = torch.compile(self._forward)

    def count_params(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def _forward(
        self, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        logits = self.model(x)
        return self.loss(logits, y), (logits.argmax(1) == y).sum()

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


def _modules(training: Training) -> list[nn.Module]:
    modules: list[nn.Module] = []
    for layer, before, after in walk(training):
        match layer:
            case Conv(padding="same"):
                modules += [_same_padding(layer, before[0], after[0])]
                modules += [_conv(layer, before)]
            case Conv():
                modules += [_conv(layer, before)]
            case Pool(size=size):
                modules += [nn.MaxPool2d(size)]
            case Flatten():
                modules += [_FlattenLast()]
            case Dense(units=units):
                modules += [nn.Linear(before[0], units)]
        # The softmax is part of PyTorch's loss.
        if isinstance(layer, Conv | Dense) and layer.activation == "relu":
            modules += [nn.ReLU()]
    return modules


def _conv(layer: Conv, before: tuple[int, ...]) -> nn.Module:
    same = layer.padding == "same" and layer.strides == 1
    return nn.Conv2d(
        before[-1],
        layer.filters,
        layer.kernel,
        stride=layer.strides,
        padding=layer.kernel // 2 if same else 0,
    )


def _same_padding(layer: Conv, size: int, after: int) -> nn.Module:
    """Pads as Keras does where PyTorch cannot: more at the end, for strides."""
    if layer.strides == 1:
        return nn.Identity()
    total = max((after - 1) * layer.strides + layer.kernel - size, 0)
    low, high = total // 2, total - total // 2
    return nn.ZeroPad2d((low, high, low, high))


def _set_weights(model: nn.Module, weights: list[np.ndarray]) -> None:
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights, strict=True):
            value = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value.T
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
