#!/usr/bin/env python3
"""Writes tests/TalkingHead.Tests/Fixtures/Faces: what the FAN tracker's tests need, without any published weight.

s3fd.safetensors   the detector's maps over a formula-made picture, with formula-made weights
heatmaps.pt        a TorchScript stand-in for 2DFAN-4: 68 peaks at fixed places around the brightest part of its input
"""

from pathlib import Path

import torch
from torch import nn

import safetensors_file
from twin import formula
from twin.s3fd import S3fd

FOLDER = Path(__file__).parent.parent / "TalkingHead.Tests/Fixtures/Faces"


class Heatmaps(nn.Module):
    """(1, 3, 256, 256) in [0, 1] -> (1, 68, 64, 64); peak i lies 3 (i % 8 - 4, i // 8 - 4) cells from the bright part."""

    def forward(self, picture):
        light = torch.nn.functional.avg_pool2d(picture.mean(1), 4)[0]
        mass = light.sum() + 1e-6
        cells = torch.arange(64, dtype=light.dtype, device=light.device)
        x = (light.sum(0) * cells).sum() / mass
        y = (light.sum(1) * cells).sum() / mass
        i = torch.arange(68, device=light.device)
        across = x + 3 * (i % 8 - 4).to(light.dtype)
        down = y + 3 * (torch.div(i, 8, rounding_mode="floor") - 4).to(light.dtype)
        far = (cells[None, None, :] - across[:, None, None]) ** 2 + (cells[None, :, None] - down[:, None, None]) ** 2
        height = torch.clamp(mass / 20, max=1.0)
        return (height * torch.exp(-far / 2))[None]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.jit.script(Heatmaps()).save(str(FOLDER / "heatmaps.pt"))

    detector = S3fd()
    formula.fill(detector)
    with torch.no_grad():
        maps = detector(100 * formula.values("picture", (1, 3, 64, 96)))
    taken = {}
    for level, (scores, offsets) in enumerate(maps):
        taken[f"scores.{level}"], taken[f"offsets.{level}"] = scores, offsets
    safetensors_file.save(FOLDER / "s3fd.safetensors", taken)


if __name__ == "__main__":
    main()
