"""Makes the reference values of the metrics, with skimage, SciPy and Pillow where they have the thing itself.

    /usr/bin/python3 tests/oracles/make_metric_fixtures.py

The pictures are a corner of skimage's astronaut (NASA, public domain) and what blur and noise make of it. Feature sets
and weights are the formula's (twin/formula.py), made again by the tests.
"""

import json
import pathlib
import sys

import mpmath
import numpy as np
import scipy.linalg
import scipy.ndimage
import skimage.data
import skimage.metrics
import skimage.transform
import torch
import torch.nn.functional as F
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import safetensors_file
from make_perception_fixtures import inception_net, sample
from twin.formula import values

OUT = pathlib.Path(__file__).parents[1] / "TalkingHead.Tests" / "Fixtures" / "Metrics"
PLACES = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


# --- pictures -------------------------------------------------------------------------------------------------------

def make_pictures():
    face = skimage.data.astronaut()[20:212, 130:290]
    truth = np.asarray(Image.fromarray(face).resize((80, 96), Image.Resampling.LANCZOS))
    noise = np.random.default_rng(1).normal(0, 12, truth.shape)
    found = {"truth": truth,
             "blurred": np.rint(scipy.ndimage.gaussian_filter(truth.astype(float), (1.2, 1.2, 0))).astype(np.uint8),
             "noisy": np.clip(np.rint(truth + noise), 0, 255).astype(np.uint8)}
    for name, picture in found.items():
        Image.fromarray(picture).save(OUT / f"{name}.png", optimize=True)
    return found


def make_paired(pictures):
    found = {}
    for name in ("blurred", "noisy"):
        a, b = pictures["truth"], pictures[name]
        found[name] = {
            "ssim": skimage.metrics.structural_similarity(
                a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1),
            "psnr": skimage.metrics.peak_signal_noise_ratio(a, b, data_range=255),
            "l1": float(np.abs(a.astype(float) - b).mean() / 255)}
    return found


# --- features -------------------------------------------------------------------------------------------------------

def features(name, count, dimensions):
    """Columns of different spread; the second set is wider and moved."""
    scale = 1 + torch.arange(dimensions) / dimensions
    rows = values(name, (count, dimensions)) * scale
    return (rows * 1.25 + 0.5 if name.startswith("second") else rows).double().numpy()


def frechet(a, b):
    root = scipy.linalg.sqrtm(np.cov(a, rowvar=False) @ np.cov(b, rowvar=False))
    assert np.abs(root.imag).max() < 1e-6
    gap = a.mean(0) - b.mean(0)
    return gap @ gap + np.trace(np.cov(a, rowvar=False)) + np.trace(np.cov(b, rowvar=False)) - 2 * np.trace(root.real)


def frechet_without_rank(a, b):
    """The eigenvalues of Σ1 Σ2 other than zero are those of (A Bᵀ)(A Bᵀ)ᵀ; forty digits."""
    mpmath.mp.dps = 40
    centre = lambda x: (mpmath.matrix((x - x.mean(0)).tolist()) / mpmath.sqrt(len(x) - 1))
    first, second = centre(a), centre(b)
    cross = first * second.T
    eigenvalues = mpmath.eigsy(cross * cross.T, eigvals_only=True)
    trace = sum(mpmath.sqrt(max(value, 0)) for value in eigenvalues)
    spread = sum(value ** 2 for side in (first, second) for value in side)
    return float(sum((x - y) ** 2 for x, y in zip(a.mean(0), b.mean(0))) + spread - 2 * trace)


def discrepancy(a, b):
    kernel = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    within = lambda x: (kernel(x, x).sum() - np.trace(kernel(x, x))) / (len(x) * (len(x) - 1))
    return within(a) + within(b) - 2 * kernel(a, b).mean()


def make_distances():
    sizes = {"full": (300, 280, 48), "large": (2500, 5000, 48), "mixed": (300, 2500, 48)}
    sets = {name: (features(f"first.{name}", n, d), features(f"second.{name}", m, d)) for name, (n, m, d) in sizes.items()}
    few = features("first.few", 24, 256), features("second.few", 20, 256)
    return {"fid": {name: float(frechet(*pair)) for name, pair in sets.items()} | {"few": frechet_without_rank(*few)},
            "kid": {name: float(discrepancy(*pair)) for name, pair in sets.items()}}


# --- Inception's input ----------------------------------------------------------------------------------------------

def resized(picture, variant):
    if variant == "clean-fid":  # Pillow on floats, channel by channel
        channels = [np.asarray(Image.fromarray(picture[..., c].astype(np.float32)).resize((299, 299), Image.Resampling.BICUBIC))
                    for c in range(3)]
        return (torch.from_numpy(np.stack(channels)).clamp(0, 255)[None] - 128) / 128
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    return 2 * F.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False) - 1


def make_features(pictures):
    net, found = inception_net(True), {}
    net.fc = torch.nn.Identity()
    for variant in ("pytorch-fid", "clean-fid"):
        x = resized(pictures["truth"], variant)
        found[f"{variant}.input"] = sample(x)
        with torch.no_grad():
            found[f"{variant}.features"] = net(x).flatten()
    return found


# --- faces ----------------------------------------------------------------------------------------------------------

def make_alignment(pictures):
    found = []
    for i, (angle, scale) in enumerate([(0, 1), (0.4, 0.6), (-1.2, 2.5), (3.0, 0.8)]):
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = ((PLACES - 56) @ turn.T + [40, 48] + 3 * values(f"points.{i}", (5, 2)).numpy()).astype(np.float32)
        fit = skimage.transform.SimilarityTransform()
        assert fit.estimate(points.astype(float), PLACES)
        found.append({"points": points.flatten().tolist(), "matrix": fit.params[:2].flatten().tolist()})
    x, y = np.meshgrid(np.arange(112), np.arange(112))
    inverse = np.linalg.inv(np.array(found[1]["matrix"] + [0, 0, 1]).reshape(3, 3))
    u, v, _ = inverse @ np.stack([x.flatten(), y.flatten(), np.ones(x.size)])
    face = [scipy.ndimage.map_coordinates(pictures["truth"][..., c].astype(float), [v, u], order=1, mode="grid-constant")
            for c in range(3)]
    Image.fromarray(np.rint(np.stack(face, -1)).astype(np.uint8).reshape(112, 112, 3)).save(OUT / "aligned.png", optimize=True)
    return found


def make_landmarks():
    real = 100 + 60 * values("landmarks.real", (68, 2)).double().numpy()
    fake = real + 4 * values("landmarks.fake", (68, 2)).double().numpy()
    real, fake = real.astype(np.float32).astype(float), fake.astype(np.float32).astype(float)
    eyes = np.linalg.norm(real[36] - real[45])
    return {"real": real.flatten().tolist(), "fake": fake.flatten().tolist(),
            "akd": float(np.abs(real - fake).mean()), "nme": float(np.linalg.norm(real - fake, axis=1).mean() / eyes)}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    pictures = make_pictures()
    expected = {"paired": make_paired(pictures), **make_distances(), "alignment": make_alignment(pictures), "landmarks": make_landmarks()}
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")
    safetensors_file.save(OUT / "inception.safetensors", make_features(pictures))


if __name__ == "__main__":
    main()
