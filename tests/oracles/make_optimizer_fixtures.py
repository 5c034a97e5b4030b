#!/usr/bin/python3
"""Writes tests/Engine.Tests/Fixtures/Optimizers/pytorch.json: what PyTorch's optimisers, schedulers and clipping do.

Run with Debian's PyTorch 1.13.1: /usr/bin/python3 tests/oracles/make_optimizer_fixtures.py
"""

import json
import math
import pathlib

import torch

STEPS = 20
KEPT = (1, 2, 7, 20)
SHAPES = ((3, 4), (5,), ())
SILENT = {1: (4, 5, 11)}  # parameter 1 has no gradient in these steps, so that the parameters' step numbers differ

OPTIMIZERS = [
    ("Adam", [{"lr": 0.01}]),
    ("Adam", [{"lr": 0.01, "betas": (0.5, 0.99), "eps": 1e-6}]),
    ("Adam", [{"lr": 0.02, "weight_decay": 0.1}]),
    ("Adam", [{"lr": 0.02, "amsgrad": True}]),
    ("Adam", [{"lr": 0.02, "amsgrad": True, "weight_decay": 0.05, "maximize": True}]),
    ("Adam", [{"lr": 0.01}, {"lr": 0.05, "betas": (0.0, 0.9), "weight_decay": 0.2}]),
    ("AdamW", [{"lr": 0.01, "weight_decay": 0.0}]),
    ("AdamW", [{"lr": 0.02, "weight_decay": 0.3}]),
    ("AdamW", [{"lr": 0.02, "weight_decay": 0.1, "amsgrad": True, "maximize": True}]),
    ("AdamW", [{"lr": 0.01, "weight_decay": 0.01}, {"lr": 0.03, "weight_decay": 0.0, "eps": 1e-3}]),
    ("SGD", [{"lr": 0.05}]),
    ("SGD", [{"lr": 0.05, "momentum": 0.9}]),
    ("SGD", [{"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}]),
    ("SGD", [{"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}]),
    ("SGD", [{"lr": 0.05, "maximize": True}, {"lr": 0.01, "momentum": 0.5}]),
]

SCHEDULERS = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [3, 10, 10, 17], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.001}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 6}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 1.0, "total_iters": 9}),
    ("LambdaLR", {}),
]


def numbers(tensor):
    return tensor.detach().reshape(-1).tolist()


def run(name, groups, start, gradients):
    parameters = [torch.nn.Parameter(value.clone()) for value in start]
    if len(groups) == 1:
        optimizer = getattr(torch.optim, name)(parameters, **groups[0])
    else:  # the first parameter in the first group, the others in the second
        optimizer = getattr(torch.optim, name)(
            [dict(params=parameters[:1], **groups[0]), dict(params=parameters[1:], **groups[1])], lr=1.0)
    after = {}
    for step in range(1, STEPS + 1):
        for k, parameter in enumerate(parameters):
            parameter.grad = None if step in SILENT.get(k, ()) else gradients[step - 1][k].clone()
        optimizer.step()
        if step in KEPT:
            after[step] = [numbers(parameter) for parameter in parameters]
    return {"optimizer": name, "groups": groups, "after": after}


def schedule(name, options):
    optimizer = torch.optim.SGD(
        [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in (0.1, 0.02)], lr=1.0)
    given = {"lr_lambda": lambda step: 1 / (1 + step)} if name == "LambdaLR" else options
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **given)
    rates = [scheduler.get_last_lr()]
    for _ in range(30):
        optimizer.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr())
    return {"scheduler": name, "options": options, "rates": rates}


def clip(gradients, max_norm, order):
    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm, order)
    return {
        "max_norm": max_norm, "order": "inf" if math.isinf(order) else order, "norm": norm.item(),
        "clipped": [numbers(parameter.grad) for parameter in parameters]}


def main():
    generator = torch.Generator().manual_seed(5)
    start = [torch.randn(shape, generator=generator) for shape in SHAPES]
    gradients = [[torch.randn(shape, generator=generator) for shape in SHAPES] for _ in range(STEPS)]
    fixture = {
        "shapes": SHAPES,
        "start": [numbers(value) for value in start],
        "gradients": [[numbers(value) for value in row] for row in gradients],
        "silent": SILENT,
        "optimizers": [run(name, groups, start, gradients) for name, groups in OPTIMIZERS],
        "schedulers": [schedule(name, options) for name, options in SCHEDULERS],
        "clipping": [
            clip(gradients[0], max_norm, order)
            for max_norm, order in ((1.0, 2.0), (100.0, 2.0), (0.5, 1.0), (1.0, 3.0), (0.7, math.inf))],
    }
    path = pathlib.Path(__file__).parents[1] / "Engine.Tests/Fixtures/Optimizers/pytorch.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fixture, indent=None, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
