#!/usr/bin/env python3
"""Writes tests/TalkingHead.Tests/Fixtures/Networks: what the PyTorch twin computes from formula-made numbers.

muon.safetensors           convolutions moved by Muon
small-normal.safetensors   32x32, spectral norm everywhere with one power iteration a step, two D steps
small-plain.safetensors    32x32, E, G and W without spectral norm, D's power iteration at each forward
paper-256.safetensors      one forward of each full-size network at 256x256 (samples of the outputs)
"""

from pathlib import Path

import torch

import safetensors_file
from twin import formula, objectives
from twin.layers import SpectralNorm, iterate_spectral_norms
from twin.networks import Discriminator, Embedder, Generator, Sizes
from twin.rows import VideoRows
from twin.step import Adam, Muon, TrainingStep, Weights

FOLDER = Path(__file__).parent.parent / "TalkingHead.Tests/Fixtures/Networks"
SMALL = Sizes(size=32, base=8, most=16, embedding=16, encoder_side=4, bottleneck_side=8, residual_blocks=2,
              attention_side=16, up_attention_side=16)
CLIPS, BATCH, SHOTS, STEPS = 5, 2, 2, 10


def networks(sizes, embedder, generator, discriminator):
    nets = {
        "embedder": Embedder(sizes, embedder),
        "generator": Generator(sizes, generator),
        "discriminator": Discriminator(sizes, discriminator),
    }
    for net in nets.values():
        formula.fill(net)
        iterate_spectral_norms(net, 5)
    return nets


def batch(step):
    side = SMALL.size
    return (
        formula.values(f"source.{step}", (BATCH, SHOTS, 3, side, side)),
        formula.values(f"source_landmarks.{step}", (BATCH, SHOTS, 3, side, side)),
        formula.values(f"target.{step}", (BATCH, 3, side, side)),
        formula.values(f"target_landmarks.{step}", (BATCH, 3, side, side)),
        torch.tensor([step % CLIPS, (3 * step + 1) % CLIPS]),
    )


def outputs(nets, rows):
    """Every output of the three networks on the batch of step 0."""
    source, source_landmarks, target, target_landmarks, index = batch(0)
    e = nets["embedder"](source, source_landmarks)
    psi = nets["generator"].project(e)
    fake = nets["generator"](target_landmarks, psi)
    w = rows.gather(index).normal()
    score, maps = nets["discriminator"](fake, target_landmarks, w)
    taken = {"embedding": e, "psi": psi, "fake": fake, "rows": w, "score": score}
    return taken | {f"map.{n}": value for n, value in enumerate(maps)}


def gradients(nets, rows, into):
    def take(phase):
        for name, net in nets.items():
            if (name == "discriminator") == (phase == "discriminator"):
                for key, parameter in net.named_parameters():
                    into[f"gradient.{name}.{key}"] = parameter.grad.clone()  # of the last discriminator step
    return take


def small(file, normal, every_forward, adam):
    nets = networks(SMALL, embedder=normal, generator=normal, discriminator=True)
    rows = VideoRows(0.2 * formula.values("rows", (CLIPS, SMALL.embedding)),
                     formula.values("rows.v", (SMALL.embedding,)), normal)
    for net in nets.values():
        net.eval()
    saved = {f"output.{name}": value for name, value in outputs(nets, rows).items()}
    for net in nets.values():
        net.train()
    rows.v = formula.values("rows.v", (SMALL.embedding,))
    SpectralNorm.every_forward = every_forward
    step = TrainingStep(nets["embedder"], nets["generator"], nets["discriminator"], rows, Weights(), adam)
    for number in range(STEPS):
        losses = step(*batch(number), after_backward=gradients(nets, rows, saved) if number == 0 else None)
        for name, value in losses.items():
            saved.setdefault(f"loss.{name}", torch.zeros(STEPS))[number] = value
    SpectralNorm.every_forward = False
    for name, net in nets.items():
        saved |= {f"after.{name}.{key}": value for key, value in net.state_dict().items()}
    saved |= {"after.rows.weight": rows.weight, "after.rows.steps": rows.steps}
    safetensors_file.save(FOLDER / file, saved)
    print(file, {name: [round(x, 4) for x in value.tolist()] for name, value in saved.items()
                 if name.startswith("loss.")})


def paper(file):
    """K = 1; maps and pictures are committed as a grid of samples."""
    sizes = Sizes()
    nets = networks(sizes, True, True, True)
    source, landmarks = (formula.values(name, (1, 3, 256, 256)) for name in ("source", "landmarks"))
    with torch.no_grad():
        e = nets["embedder"](source[None], landmarks[None])
        fake = nets["generator"](landmarks, nets["generator"].project(e))
        row = 0.2 * formula.values("row", (1, 512))
        score, maps = nets["discriminator"](fake, landmarks, row)
    saved = {"embedding": e, "score": score, "fake": fake[:, :, ::8, ::8].contiguous()}
    for n, value in enumerate(maps):
        saved[f"map.{n}"] = value[:, ::8, ::max(1, value.shape[2] // 8), ::max(1, value.shape[3] // 8)].contiguous()
    safetensors_file.save(FOLDER / file, saved)
    print(file, {name: float(value.abs().mean()) for name, value in saved.items()})


MUON_SHAPES = [(16, 6, 3, 3), (24, 8, 1, 1), (3, 16, 3, 3), (12, 12, 3, 3)]


def muon(file):
    """Weights of convolutions after each of four steps."""
    weights = [torch.nn.Parameter(formula.values(f"weight.{n}", shape)) for n, shape in enumerate(MUON_SHAPES)]
    optimizer, saved = Muon(weights, 0.02, 0.9), {}
    for number in range(4):
        for n, weight in enumerate(weights):
            weight.grad = formula.values(f"gradient.{n}.{number}", weight.shape)
        optimizer.step()
        saved |= {f"{n}.{number}": weight.detach().clone() for n, weight in enumerate(weights)}
    safetensors_file.save(FOLDER / file, saved)


if __name__ == "__main__":
    torch.manual_seed(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Some gradients are zero in exact arithmetic (a bias before the softmax or the last instance norm, or the same
    # pixels alive on the real and the fake side). Adam turns their rounding into whole steps; this eps keeps the
    # ten steps well conditioned: float32 and float64 agree within 1e-5.
    small("small-normal.safetensors", True, False, Adam(eps=1e-3))
    small("small-plain.safetensors", False, True,
          Adam(lr_generator=2e-4, beta1=0.5, beta2=0.99, eps=1e-3, discriminator_steps=1))
    paper("paper-256.safetensors")
    muon("muon.safetensors")
