"""Makes the reference values of the networks that load published weights.

    /usr/bin/python3 tests/oracles/make_perception_fixtures.py

No weights are at hand or committed: both sides fill every tensor by the same formula from its name in the published
file (see `weight`), and only samples of the outputs are kept. torchvision's own modules where it has the network
(with the FID patches for Inception); iResNet, IR-SE50 and LPIPS are written here from their definitions.
"""

import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models import inception

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import safetensors_file
from twin.formula import values

OUT = pathlib.Path(__file__).parents[1] / "TalkingHead.Tests" / "Fixtures" / "Perception"
SAMPLES = 64


def weight(name, shape):
    """Variance-preserving weights, small biases, norms near one, PReLU slopes near a quarter."""
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    raw, leaf = values(name, shape), name.rsplit(".", 1)[-1]
    if leaf in ("bias", "running_mean"):
        return 0.1 * raw
    if leaf == "running_var":
        return 1 + 0.25 * raw
    if len(shape) == 1:
        return (0.25 + 0.05 * raw) if is_slope(name) else (1 + 0.1 * raw)
    return float(np.float32(np.sqrt(6.0 / np.prod(shape[1:])))) * raw


def is_slope(name):
    parts = name.split(".")
    return "prelu" in parts or parts[:2] == ["input_layer", "2"] or parts[-3:-1] == ["res_layer", "2"]


def filled(module, rename=lambda name: name):
    module.load_state_dict({name: weight(rename(name), tuple(value.shape)) for name, value in module.state_dict().items()})
    return module.eval()


def sample(tensor):
    """64 elements spread over a tensor, its mean and its mean magnitude."""
    flat = tensor.detach().flatten()
    step = max(1, flat.numel() // SAMPLES)
    return torch.cat([flat[::step][:SAMPLES], flat.mean()[None], flat.abs().mean()[None]])


def picture(name, *shape):
    return values(name, shape)


# --- VGG ------------------------------------------------------------------------------------------------------------

NAMES16 = [f"conv{b + 1}_{i + 1}" for b, n in enumerate([2, 2, 3, 3, 3]) for i in range(n)]


def caffe(x, means, bgr):
    x = (x + 1) * 127.5 - torch.tensor(means).view(1, 3, 1, 1)
    return x.flip(1) if bgr else x


def imagenet(x):
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return ((x + 1) / 2 - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1)


def make_vgg(found):
    convolutions16 = [i for i, layer in enumerate(torchvision.models.vgg16().features) if isinstance(layer, nn.Conv2d)]
    face_names = {f"features.{index}.{leaf}": f"{name}.{leaf}"
                  for index, name in zip(convolutions16, NAMES16) for leaf in ("weight", "bias")}
    kinds = {
        "caffe19": (torchvision.models.vgg19, [1, 6, 11, 20, 29], str, lambda x: caffe(x, [123.68, 116.779, 103.939], True)),
        "torchvision19": (torchvision.models.vgg19, [1, 6, 11, 20, 29], str, imagenet),
        "face": (torchvision.models.vgg16, [1, 6, 11, 18, 25], lambda name: face_names.get(name, name),
                 lambda x: caffe(x, [129.1863, 104.7624, 93.594], False)),
    }
    for kind, (build, taps, rename, normalise) in kinds.items():
        features = filled_features(build(), rename)
        x = picture("picture", 1, 3, 64, 64).requires_grad_()
        h, loss = normalise(x), 0
        for i, layer in enumerate(features):
            h = layer(h)
            if i in taps:
                number = taps.index(i)
                found[f"vgg.{kind}.tap{number}"] = sample(h)
                loss = loss + (h * values(f"probe{number}", tuple(h.shape))).mean()
        loss.backward()
        found[f"vgg.{kind}.gradient"] = sample(x.grad)


def filled_features(net, rename):
    for layer in net.features:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    features = net.features
    features.load_state_dict({name: weight(rename(f"features.{name}"), tuple(value.shape))
                              for name, value in features.state_dict().items()})
    return features.eval()


# --- Inception ------------------------------------------------------------------------------------------------------

def average(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class FidA(inception.InceptionA):
    def forward(self, x):
        wide = self.branch5x5_2(self.branch5x5_1(x))
        twice = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), wide, twice, self.branch_pool(average(x))], 1)


class FidC(inception.InceptionC):
    def forward(self, x):
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        return torch.cat([self.branch1x1(x), once, twice, self.branch_pool(average(x))], 1)


class FidE(inception.InceptionE):
    maximum = False

    def forward(self, x):
        once, twice = self.branch3x3_1(x), self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = F.max_pool2d(x, 3, 1, 1) if self.maximum else average(x)
        return torch.cat([self.branch1x1(x), self.branch3x3_2a(once), self.branch3x3_2b(once), self.branch3x3dbl_3a(twice),
                          self.branch3x3dbl_3b(twice), self.branch_pool(pooled)], 1)


def inception_net(patched):
    net = torchvision.models.inception_v3(num_classes=1008, aux_logits=False, init_weights=False)
    if patched:
        net.Mixed_5b, net.Mixed_5c, net.Mixed_5d = FidA(192, 32), FidA(256, 64), FidA(288, 64)
        net.Mixed_6b, net.Mixed_6c = FidC(768, 128), FidC(768, 160)
        net.Mixed_6d, net.Mixed_6e = FidC(768, 160), FidC(768, 192)
        net.Mixed_7b, net.Mixed_7c = FidE(1280), FidE(2048)
        net.Mixed_7c.maximum = True
    net.transform_input = False
    return filled(net)


def make_inception(found, keys):
    for name, patched in (("fid", True), ("unpatched", False)):
        net = inception_net(patched)
        if patched:
            keys["inception"] = shapes(net)
        net.fc = nn.Identity()
        with torch.no_grad():
            found[f"inception.{name}"] = net(picture("picture", 1, 3, 299, 299)).flatten()


# --- ArcFace --------------------------------------------------------------------------------------------------------

class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.prelu = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        h = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return h + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.conv1, self.bn1, self.prelu = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        inputs = 64
        for stage, (outputs, count) in enumerate(zip((64, 128, 256, 512), blocks)):
            layers = [Block(inputs, outputs, 2)] + [Block(outputs, outputs, 1) for _ in range(count - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
            inputs = outputs
        self.bn2, self.fc, self.features = nn.BatchNorm2d(512), nn.Linear(25088, 512), nn.BatchNorm1d(512)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.features(self.fc(self.bn2(x).flatten(1)))


class Excitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1, bias=False)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1)))))


class SeBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.shortcut_layer = nn.MaxPool2d(1, stride) if inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), Excitation(outputs))

    def forward(self, x):
        return self.shortcut_layer(x) + self.res_layer(x)


class IrSe50(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layer = nn.Sequential(nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64))
        blocks, inputs = [], 64
        for outputs, count in ((64, 3), (128, 4), (256, 14), (512, 3)):
            blocks += [SeBlock(inputs, outputs, 2)] + [SeBlock(outputs, outputs, 1) for _ in range(count - 1)]
            inputs = outputs
        self.body = nn.Sequential(*blocks)
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(512), nn.Dropout(0.4), nn.Flatten(), nn.Linear(25088, 512), nn.BatchNorm1d(512))

    def forward(self, x):
        return self.output_layer(self.body(self.input_layer(x)))


def make_arcface(found, keys):
    faces = picture("faces", 2, 3, 112, 112)
    for name, net, bgr in (("iresnet50", IResNet((3, 4, 14, 3)), False), ("iresnet100", IResNet((3, 13, 30, 3)), False),
                           ("irse50", IrSe50(), True)):
        keys[name] = shapes(net)
        with torch.no_grad():  # in float64: in float32 the last of them, so filled, is 0.003 off
            found[f"arcface.{name}"] = F.normalize(filled(net).double()((faces.flip(1) if bgr else faces).double())).float()


# --- I3D ------------------------------------------------------------------------------------------------------------

def same(x, kernel, stride):
    """TensorFlow's SAME padding of the last three axes, written from its definition: ceil(size / stride) outputs."""
    pads = []
    for size, k, s in list(zip(x.shape[2:], kernel, stride))[::-1]:
        total = max((-(-size // s) - 1) * s + k - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class Unit3d(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.kernel, self.stride = (kernel,) * 3, (stride,) * 3
        self.conv3d, self.bn = nn.Conv3d(inputs, outputs, kernel, stride, bias=False), nn.BatchNorm3d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv3d(same(x, self.kernel, self.stride))))


class Block3d(nn.Module):
    def __init__(self, inputs, o):
        super().__init__()
        self.b0, self.b1a, self.b1b = Unit3d(inputs, o[0], 1), Unit3d(inputs, o[1], 1), Unit3d(o[1], o[2], 3)
        self.b2a, self.b2b, self.b3b = Unit3d(inputs, o[3], 1), Unit3d(o[3], o[4], 3), Unit3d(inputs, o[5], 1)

    def forward(self, x):
        pooled = F.max_pool3d(same(x, (3, 3, 3), (1, 1, 1)), 3, 1)
        return torch.cat([self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(pooled)], 1)


class Logits(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv3d = nn.Conv3d(1024, 400, 1)


class I3d(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv3d_1a_7x7, self.Conv3d_2b_1x1, self.Conv3d_2c_3x3 = Unit3d(3, 64, 7, 2), Unit3d(64, 64, 1), Unit3d(64, 192, 3)
        self.blocks = {"3b": (192, (64, 96, 128, 16, 32, 32)), "3c": (256, (128, 128, 192, 32, 96, 64)),
                       "4b": (480, (192, 96, 208, 16, 48, 64)), "4c": (512, (160, 112, 224, 24, 64, 64)),
                       "4d": (512, (128, 128, 256, 24, 64, 64)), "4e": (512, (112, 144, 288, 32, 64, 64)),
                       "4f": (528, (256, 160, 320, 32, 128, 128)), "5b": (832, (256, 160, 320, 32, 128, 128)),
                       "5c": (832, (384, 192, 384, 48, 128, 128))}
        for name, (inputs, outputs) in self.blocks.items():
            setattr(self, f"Mixed_{name}", Block3d(inputs, outputs))
        self.logits = Logits()

    def forward(self, x):
        pool = lambda x, kernel, stride: F.max_pool3d(same(x, kernel, stride), kernel, stride)
        x = pool(self.Conv3d_1a_7x7(x), (1, 3, 3), (1, 2, 2))
        x = pool(self.Conv3d_2c_3x3(self.Conv3d_2b_1x1(x)), (1, 3, 3), (1, 2, 2))
        for name in self.blocks:
            x = pool(x, (3, 3, 3), (2, 2, 2)) if name == "4b" else pool(x, (2, 2, 2), (2, 2, 2)) if name == "5b" else x
            x = getattr(self, f"Mixed_{name}")(x)
        return self.logits.conv3d(F.avg_pool3d(x, (2, 7, 7), 1)).squeeze(4).squeeze(3).mean(2)


def make_i3d(found, keys):
    net = filled(I3d())
    keys["i3d"] = shapes(net)
    with torch.no_grad():
        found["i3d"] = net(picture("clip", 1, 3, 16, 224, 224)).flatten()


# --- LPIPS ----------------------------------------------------------------------------------------------------------

def make_lpips(found):
    nets = {"alex": (torchvision.models.alexnet, [1, 4, 7, 9, 11], [64, 192, 384, 256, 256]),
            "vgg": (torchvision.models.vgg16, [3, 8, 15, 22, 29], [64, 128, 256, 512, 512]),
            "squeeze": (torchvision.models.squeezenet1_1, [1, 4, 7, 9, 10, 11, 12], [64, 128, 256, 384, 384, 512, 512])}
    first, second = picture("first", 2, 3, 64, 64), picture("second", 2, 3, 64, 64)
    shift, scale = torch.tensor([-.030, -.088, -.188]).view(1, 3, 1, 1), torch.tensor([.458, .448, .450]).view(1, 3, 1, 1)
    for name, (build, taps, channels) in nets.items():
        lin = {f"lin{i}.model.1.weight": (1 + values(f"{name}.lin{i}", (1, c, 1, 1))) / c for i, c in enumerate(channels)}
        torch.save(lin, OUT / f"lpips_{name}.pth", _use_new_zipfile_serialization=False)
        features, total = filled_features(build(), str), 0
        with torch.no_grad():
            a, b = (first - shift) / scale, (second - shift) / scale
            for i, layer in enumerate(features):
                a, b = layer(a), layer(b)
                if i in taps:
                    difference = (unit(a) - unit(b)) ** 2
                    total = total + F.conv2d(difference, lin[f"lin{taps.index(i)}.model.1.weight"]).mean([2, 3])
        found[f"lpips.{name}"] = total.flatten()


def unit(x):
    return x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)


# --- what the published files hold ----------------------------------------------------------------------------------

def shapes(net):
    return {name: list(value.shape) for name, value in net.state_dict().items()}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    found, keys = {}, {name: shapes(getattr(torchvision.models, name)()) for name in ("vgg16", "vgg19", "alexnet", "squeezenet1_1")}
    convolutions = [value for name, value in keys["vgg16"].items() if name.startswith("features")]
    keys["vgg_face_dag"] = {f"{name}.{leaf}": shape for name, shape, leaf in
                            zip([n for n in NAMES16 for _ in range(2)], convolutions, ["weight", "bias"] * 13)}
    for name, outputs, inputs in (("fc6", 4096, 25088), ("fc7", 4096, 4096), ("fc8", 2622, 4096)):
        keys["vgg_face_dag"] |= {f"{name}.weight": [outputs, inputs], f"{name}.bias": [outputs]}
    make_vgg(found)
    make_inception(found, keys)
    make_arcface(found, keys)
    make_lpips(found)
    make_i3d(found, keys)
    safetensors_file.save(OUT / "outputs.safetensors", found)
    (OUT / "keys.json").write_text(json.dumps(keys, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
