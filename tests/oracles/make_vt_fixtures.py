#!/usr/bin/env python3
"""Writes tests/TalkingHead.Tests/Fixtures/Networks/vt-*: made-up checkpoints and outputs of the reproduction's layouts.

vt-KIND.pth           every key and shape of vt-keys.txt in a legacy checkpoint; each tensor repeats one number, so the
                      file holds a few bytes of numbers (strides of zero); in half precision, since readers
                      bound how far a file may unfold
vt-KIND.safetensors   what the PyTorch twin computes with formula-made weights
"""

import collections
from pathlib import Path

import torch
from torch.nn import functional as F

import safetensors_file
from twin import formula, vt

FOLDER = Path(__file__).parent.parent / "TalkingHead.Tests/Fixtures/Networks"
SECTIONS = {
    "vt-master": ("E_state_dict", "G_state_dict (released/master)", "D_state_dict"),
    "vt-save-disc": ("E_state_dict", "G_state_dict (save_disc HEAD)", "D_state_dict"),
}
LAYOUTS = {"vt-master": vt.MASTER, "vt-save-disc": vt.SAVE_DISC}


def listed_keys():
    """vt-keys.txt: "## section count", then "key [shape]" lines."""
    sections = {}
    for line in (FOLDER / "vt-keys.txt").read_text().splitlines():
        if line.startswith("## "):
            keys = sections[line[3:].rsplit(" ", 1)[0]] = {}
        elif line:
            name, shape = line.split(" ", 1)
            keys[name] = [int(side) for side in shape.strip("[]").split(",")]
    return sections


def checkpoint(kind):
    sections = listed_keys()
    content = {"epoch": 5, "lossesG": [1.5, 1.25], "lossesD": [2.0], "num_vid": 36237, "i_batch": 100,
               "optimizerG_state_dict": {"state": {}, "param_groups": []},
               "optimizerD_state_dict": {"state": {}, "param_groups": []}}
    for section in SECTIONS[kind]:
        content[section.split(" ")[0]] = collections.OrderedDict(
            (name, formula.values(name, (1,)).half().expand(shape)) for name, shape in sections[section].items())
    torch.save(content, FOLDER / f"{kind}.pth", _use_new_zipfile_serialization=False)


def fill(net):
    """Formula-made weights; u and v by three power iterations from u = 1 + 0.1 raw."""
    formula.fill(net)
    state = net.state_dict()
    for name in state:
        if name.endswith("weight_orig"):
            matrix, stem = state[name].flatten(1), name[:-len("orig")]
            for _ in range(3):
                state[stem + "v"].copy_(F.normalize(matrix.t() @ state[stem + "u"], dim=0))
                state[stem + "u"].copy_(F.normalize(matrix @ state[stem + "v"], dim=0))
    return net


@torch.no_grad()
def outputs(kind):
    layout = LAYOUTS[kind]
    nets = {"E": vt.Embedder(layout), "G": vt.Generator(layout), "D": vt.Discriminator(layout)}
    listed = listed_keys()
    for section, net in zip(SECTIONS[kind], nets.values()):
        shapes = {name: list(value.shape) for name, value in net.state_dict().items()}
        assert shapes == {name: shape for name, shape in listed[section].items() if name != "W_i"}, section
        fill(net)
    frames, landmarks = (formula.values(name, (1, 2, 3, 64, 128)) for name in ("frames", "landmarks"))
    e = nets["E"](frames, landmarks)
    psi = 0.5 + 0.25 * formula.values("style", (1, nets["G"].psi.shape[0]))
    fake = nets["G"](formula.values("driver", (1, 3, 128, 192)), psi)
    features = nets["D"](frames[:, 0], landmarks[:, 0])
    safetensors_file.save(FOLDER / f"{kind}.safetensors", {
        "embedding": e, "psi": e @ nets["G"].p.t(), "fake": fake[:, :, ::4, ::4].contiguous(), "features": features,
        "score": nets["D"].score(features, 0.01 * formula.values("row", (1, 512)))})
    print(kind, {name: float(value.abs().mean()) for name, value in (("e", e), ("fake", fake), ("features", features))},
          fake.std())


if __name__ == "__main__":
    for each in LAYOUTS:
        checkpoint(each)
        outputs(each)
