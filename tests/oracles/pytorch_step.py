#!/usr/bin/env python3
"""The training step and the animation of a configuration in PyTorch, as good ordinary practice writes them.

`talkinghead bench CONFIG --twin DIR` writes DIR/config.yaml and DIR/start.safetensors: every setting, every weight and
the batch of its first step. This does the same steps from there and prints the same losses and its own times:

    python3 tests/oracles/pytorch_step.py DIR [--steps 5] [--frames 5] [--threads 2] [--device cpu|cuda] [--json FILE]

Ordinary practice: all threads, one optimiser a side (fused on CUDA where PyTorch has it), zero_grad to None, no_grad
where nothing learns, real and fake pictures in one batch of the discriminator, one power iteration of spectral norm a
step, TF32 and cuDNN's choice of algorithms on CUDA. No fused resampling, no layout of its own, no kernels.
"""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

import torch
import yaml
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent))
import safetensors_file
from twin import objectives
from twin.networks import Discriminator, Embedder, Generator, Sizes
from twin.rows import VideoRows
from twin.step import Adam, TrainingStep, Weights

VGG = {  # convolutions of each block, and what is subtracted from 0..255
    "content_vgg19": ([2, 2, 4, 4, 4], [103.939, 116.779, 123.68], True),
    "content_vgg_face": ([2, 2, 3, 3, 3], [129.1863, 104.7624, 93.594], False),
}


class Vgg(nn.Module):
    """Up to the first convolution of the fifth block; returns the activations of the first of each block."""

    def __init__(self, name):
        super().__init__()
        blocks, means, self.bgr = VGG[name]
        self.register_buffer("shift", 127.5 - torch.tensor(means).view(1, 3, 1, 1), persistent=False)
        inputs = 3
        for block, count in enumerate(blocks):
            for layer in range(count if block < 4 else 1):
                outputs = 64 << min(block, 3)
                self.add_module(f"conv{block + 1}_{layer + 1}", nn.Conv2d(inputs, outputs, 3, padding=1))
                inputs = outputs
        self.requires_grad_(False)

    def forward(self, x):
        h, taps = (x.flip(1) if self.bgr else x) * 127.5 + self.shift, []
        for name, layer in self.named_children():
            first = name.endswith("_1")
            if first and taps:
                h = F.max_pool2d(h, 2)
            h = F.relu(layer(h), inplace=True)
            if first:
                taps.append(h)
        return taps


class Content:
    """The configuration's content loss, already weighted, and its terms for the report."""

    def __init__(self, settings, tensors, device):
        self.pyramid, self.levels = float(settings["pyramid"]), settings["pyramid_levels"]
        self.structure, self.squared = float(settings["structure"]), float(settings["squared"])
        self.networks = {}
        for name, weight in (("content_vgg19", settings["vgg19"]), ("content_vgg_face", settings["vgg_face"])):
            own = {key[len(name) + 1:]: value for key, value in tensors.items() if key.startswith(name + ".")}
            if own:
                net = Vgg(name)
                net.load_state_dict(own)
                self.networks[name] = (float(weight), net.to(device))
        self.terms = {}

    def __call__(self, fake, real):
        if not self.networks:
            self.terms = {"content_pyramid": objectives.pyramid(fake, real, self.levels)}
            total = self.pyramid * self.terms["content_pyramid"]
            if self.structure > 0:
                self.terms["content_structure"] = objectives.structure(fake, real)
                total = total + self.structure * self.terms["content_structure"]
            if self.squared > 0:
                self.terms["content_squared"] = F.mse_loss(fake, real)
                total = total + self.squared * self.terms["content_squared"]
            return total
        total = 0
        for name, (weight, net) in self.networks.items():
            with torch.no_grad():
                wanted = net(real)
            self.terms[name] = sum(F.l1_loss(f, r) for f, r in zip(net(fake), wanted))
            total = total + weight * self.terms[name]
        return total


def build(folder, device):
    config = yaml.safe_load((folder / "config.yaml").read_text())
    tensors = {key: torch.from_numpy(value.copy()).to(device)
               for key, value in safetensors_file.load(folder / "start.safetensors").items()}
    data, net, norm = config["data"], config["network"], config["spectral_norm"]
    sizes = Sizes(data["size"], net["base_channels"], net["max_channels"], net["embedding"], net["encoder_side"],
                  net["bottleneck_side"], net["residual_blocks"], net["attention_side"], net["up_attention_side"])
    networks = {
        "embedder": Embedder(sizes, norm["embedder"]),
        "generator": Generator(sizes, norm["generator"]),
        "discriminator": Discriminator(sizes, norm["discriminator"]),
    }
    for name, network in networks.items():
        own = {key[len(name) + 1:]: value for key, value in tensors.items() if key.startswith(name + ".")}
        network.load_state_dict(own)
        network.to(device)
    objective, adam = config["objective"], config["optimizer"]
    rows = VideoRows(tensors["rows.weight"], tensors.get("rows.v"), norm["rows"])
    content = Content(objective, tensors, device)
    weights = Weights(1.0, *(float(objective[key]) for key in ("adversarial", "feature_matching", "embedding_match")))
    rates = [float(adam[key]) for key in ("generator_rate", "discriminator_rate", "beta1", "beta2", "epsilon")]
    settings = Adam(*rates, adam["discriminator_steps"],  # YAML 1.1 takes 1e-08 for a string
                    float(adam["muon_rate"]), float(adam["muon_momentum"]))
    step = TrainingStep(*networks.values(), rows, weights, settings, content)
    batch = [tensors["batch." + name] for name in ("source", "source_landmarks", "target", "target_landmarks", "rows")]
    return step, batch, config


def warm_up(step, source, source_landmarks, target, target_landmarks, _):
    """The content loss alone."""
    step.thaw(discriminator=False, generator=True)
    fake = step.generator(target_landmarks, step.generator.project(step.embedder(source, source_landmarks)))
    loss = step.content(fake, target)
    step.move_generator(loss)
    return {"generator": loss.detach()}


def timed(call, count, device):
    """Seconds, and seconds of processor time, of each call after the first, and all results."""
    seconds, processor, results = [], [], []
    for _ in range(count + 1):
        start, used = time.perf_counter(), time.process_time()
        results.append(call())
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return seconds[1:], processor[1:], results


def losses_of(result, step):
    named = {**{name: value.detach() for name, value in step.content.terms.items()}, **result}
    named.pop("content", None)
    return {name: float(value) for name, value in named.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    step, batch, config = build(options.folder, options.device)

    report = {"torch": torch.__version__, "device": options.device, "threads": torch.get_num_threads(), "steps": {}}
    kinds = {"full": lambda: losses_of(step(*batch), step)}
    if config["training"]["warm_up"] > 0:
        kinds["warm_up"] = lambda: losses_of(warm_up(step, *batch), step)
    for kind, call in kinds.items():
        seconds, processor, losses = timed(call, options.steps, options.device)
        report["steps"][kind] = {"seconds": seconds, "best": min(seconds), "processor": min(processor), "losses": losses}
    if options.device == "cuda":
        report["peak_memory"] = torch.cuda.max_memory_reserved()
    else:
        report["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    generator, landmarks = step.generator.eval(), batch[3][:1]
    with torch.no_grad():
        psi = generator.project(torch.randn(1, config["network"]["embedding"], device=options.device))
        seconds, processor, _ = timed(lambda: generator(landmarks, psi), options.frames, options.device)
    report["frame_seconds"], report["frame_processor"] = min(seconds), min(processor)

    count = config["training"]["batch"]
    print(f"PyTorch {torch.__version__} on {options.device}, {report['threads']} threads")
    for kind, figures in report["steps"].items():
        print(f"{kind} step: best {figures['best']:.4f} s, {figures['processor']:.4f} s of processor time; "
              f"{count / figures['best']:.2f} episodes/s")
        print("  losses of the first step: " + ", ".join(f"{name} {value:.6g}" for name, value in figures["losses"][0].items()))
    print(f"animation: {1000 * report['frame_seconds']:.1f} ms a frame, {1000 * report['frame_processor']:.1f} ms of processor time")
    print(f"peak memory in training: {report['peak_memory'] / 2**20:.0f} MiB")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
