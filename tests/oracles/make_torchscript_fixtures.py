#!/usr/bin/python3
"""Writes small TorchScript files and what they answer to tests/Engine.Tests/Fixtures/TorchScript.

Run with Debian's PyTorch 1.13.1: /usr/bin/python3 tests/oracles/make_torchscript_fixtures.py
"""

import json
import pathlib
from typing import List, Tuple

import torch
from torch import nn

OUT = pathlib.Path(__file__).parents[1] / "Engine.Tests/Fixtures/TorchScript"


class Picture(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.conv(x)))


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return self.linear(a) + b, a.sum()


class Parts(nn.Module):
    def forward(self, x: torch.Tensor, count: int) -> List[torch.Tensor]:
        if count < 1:
            raise ValueError("count is too small")
        return [x * k for k in range(count)]


def numbers(tensor):
    return tensor.detach().reshape(-1).tolist()


def main():
    torch.manual_seed(11)
    OUT.mkdir(parents=True, exist_ok=True)
    picture, pair = Picture(), Pair()
    x = torch.randn(2, 3, 5, 5)
    picture.norm.running_mean.uniform_(-0.5, 0.5)
    picture.norm.running_var.uniform_(0.5, 2)
    a, b = torch.randn(4, 3), torch.randn(4, 2)
    for name, module in (("picture", picture.eval()), ("pair", pair), ("parts", Parts())):
        torch.jit.script(module).save(str(OUT / f"{name}.pt"))
    first, second = pair(a, b)
    expected = {
        "x": numbers(x), "eval": numbers(picture(x)), "a": numbers(a), "b": numbers(b),
        "first": numbers(first), "second": second.item(),
        "parameters": {name: list(value.shape) for name, value in picture.named_parameters()},
        "train": numbers(picture.train()(x)),
    }
    (OUT / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
    for path in sorted(OUT.iterdir()):
        print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
