#!/usr/bin/python3
"""Writes tests/Engine.Tests/Fixtures/Tensorboard/histograms.json: NumPy's bins for SummaryWriter.add_histogram."""

import json
import pathlib

import numpy as np

RULES = ("doane", "rice", "scott", "sqrt", "stone", "sturges")


def main():
    random = np.random.default_rng(3)
    inputs = [random.normal(size=60).round(3), random.exponential(size=37).round(3), np.array([2.0, 2.0]), np.array([-1.0, 0.0, 5.0])]
    rows = []
    for values in inputs:
        for rule in RULES:
            counts, edges = np.histogram(values, bins=rule)
            rows.append({"values": values.tolist(), "bins": rule, "counts": counts.tolist(), "edges": edges.tolist()})
    path = pathlib.Path(__file__).parents[1] / "Engine.Tests/Fixtures/Tensorboard/histograms.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
