#!/usr/bin/env python3
"""Runs `talkinghead bench` and its PyTorch twin one after the other, round by round, and prints both side by side.

    side_by_side.py PROGRAM DEVICE [CONFIG BATCH]...

Both start from the same weights and batch. Each figure is the fastest of all rounds: whatever else the machine does
only adds. Fails when the losses of the first step differ by more than one in a thousand of the largest.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS, STEPS, FRAMES = 2, 3, 6
USUAL = ["configs/paper-voxceleb2-256.yaml", "1", "configs/synthetic-64.yaml", "8"]
TOLERANCE = 1e-3


def measure(program, device, config, batch, folder):
    ours, theirs = folder / "ours.json", folder / "theirs.json"
    counts = ["--steps", str(STEPS), "--frames", str(FRAMES), "--device", device]
    subprocess.run([program, "bench", config, "--batch", batch, "--twin", folder, "--json", ours, *counts],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, Path(__file__).with_name("pytorch_step.py"), folder, "--json", theirs, *counts],
                   check=True, stdout=subprocess.DEVNULL)
    return json.loads(ours.read_text()), json.loads(theirs.read_text())


def largest_difference(ours, theirs):
    """Of the first step's losses, relative to the largest of them."""
    shared = theirs.keys() & ours.keys()
    return max(abs(ours[name] - theirs[name]) for name in shared) / max(abs(theirs[name]) for name in shared)


def row(name, ours, theirs, unit, scale=1.0):
    print(f"  {name:28s} {theirs * scale:12.1f} {ours * scale:12.1f} {unit:4s} {theirs / ours:6.2f}x")


def main():
    program, device, *rest = sys.argv[1:]
    rest = rest or USUAL
    failed = False
    for config, batch in zip(rest[::2], rest[1::2]):
        with tempfile.TemporaryDirectory() as folder:
            rounds = [measure(program, device, config, batch, Path(folder)) for _ in range(ROUNDS)]
        first_ours, first_theirs = rounds[0]
        print(f"{config}, batch {batch}, K {first_ours['shots']}; {first_ours['libtorch']}")
        print(f"  {'':28s} {'PyTorch':>12s} {'talkinghead':>12s}")
        for kind in first_theirs["steps"]:
            pairs = [(ours["steps"][kind], theirs["steps"][kind]) for ours, theirs in rounds]
            row(f"{kind} step", min(o["best"] for o, _ in pairs), min(t["best"] for _, t in pairs), "ms", 1e3)
            row(f"{kind} step, processor", min(min(o["processor"]) for o, _ in pairs), min(t["processor"] for _, t in pairs), "ms", 1e3)
        row("a frame of animation", min(o["animation"]["batch_1"]["best"] for o, _ in rounds), min(t["frame_seconds"] for _, t in rounds), "ms", 1e3)
        row("peak memory", min(o["peak_memory"] for o, _ in rounds), min(t["peak_memory"] for _, t in rounds), "MiB", 2 ** -20)
        best = first_ours["steps"]["full"]
        rate = best["flop"] / min(o["steps"]["full"]["best"] for o, _ in rounds)
        ceiling = {name: max(o["ceiling"][name] for o, _ in rounds) for name in ("matrix_product", "convolution")}
        print(f"  {rate / 1e9:.0f} GFLOP/s of the paper's operations; this machine's matrix product reaches "
              f"{ceiling['matrix_product'] / 1e9:.0f}, its best convolution {ceiling['convolution'] / 1e9:.0f}")
        difference = largest_difference(best["losses"][0], first_theirs["steps"]["full"]["losses"][0])
        print(f"  losses of the first step differ by {difference:.1e} of the largest")
        failed |= difference > TOLERANCE
    if failed:
        sys.exit("The two do not compute the same step.")


if __name__ == "__main__":
    main()
