"""Numbers that both sides of a parity test make for themselves, so that no weights are committed."""

import numpy as np
import torch


def values(name, shape, seed=0):
    """Pseudo-random float32 in [-1, 1), exact in any language: FNV-1a of the name, then the lowbias32 hash."""
    start = 2166136261 ^ seed
    for byte in name.encode():
        start = ((start ^ byte) * 16777619) & 0xFFFFFFFF
    h = np.arange(int(np.prod(shape)), dtype=np.uint32) + np.uint32(start)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    numbers = (h >> np.uint32(8)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)
    return torch.from_numpy(numbers.reshape(shape))


def weight(name, shape):
    """A parameter or buffer by its key: variance-preserving weights, small biases, norms near one."""
    raw, leaf = values(name, shape), name.rsplit(".", 1)[-1]
    if leaf == "gamma":
        return torch.full(shape, 0.5)
    if leaf in ("u", "v"):
        return raw
    if name == "projection.bias":
        return 0.75 + 0.25 * raw
    if leaf in ("bias", "b"):
        return 0.1 * raw
    if len(shape) == 1:
        return 1 + 0.1 * raw
    fan_in = int(np.prod(shape[1:]))
    return float(np.float32(np.sqrt(2.0 / fan_in))) * raw


def fill(net):
    net.load_state_dict({name: weight(name, tuple(value.shape)) for name, value in net.state_dict().items()})
