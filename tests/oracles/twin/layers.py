"""Layers of the three networks: spectral norm, residual blocks, adaptive instance norm, self-attention."""

import torch
from torch import nn
from torch.nn import functional as F

EPSILON = 1e-4  # of instance norm and of spectral norm


class SpectralNorm:
    """Divides a layer's weight by its largest singular value (Miyato et al. 2018)."""

    every_forward = False

    def add_spectral_norm(self, enabled):
        rows = self.weight.shape[0]
        self.register_buffer("u", F.normalize(torch.randn(rows), dim=0) if enabled else None)
        self.register_buffer("v", F.normalize(torch.randn(self.weight.numel() // rows), dim=0) if enabled else None)

    @torch.no_grad()
    def iterate(self, times=1):
        matrix = self.weight.flatten(1)
        for _ in range(times):
            self.v.copy_(F.normalize(matrix.t() @ self.u, dim=0, eps=EPSILON))
            self.u.copy_(F.normalize(matrix @ self.v, dim=0, eps=EPSILON))

    def normal_weight(self):
        if self.u is None:
            return self.weight
        if self.every_forward and self.training and self.weight.requires_grad:
            self.iterate()
        sigma = torch.dot(self.u.clone(), self.weight.flatten(1) @ self.v.clone())
        return self.weight / sigma


class Conv2d(nn.Conv2d, SpectralNorm):
    def __init__(self, inputs, outputs, kernel, spectral, bias=True):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.add_spectral_norm(spectral)

    def forward(self, x):
        return F.conv2d(x, self.normal_weight(), self.bias, padding=self.padding)


class Linear(nn.Linear, SpectralNorm):
    def __init__(self, inputs, outputs, spectral, bias=True):
        super().__init__(inputs, outputs, bias=bias)
        self.add_spectral_norm(spectral)

    def forward(self, x):
        return F.linear(x, self.normal_weight(), self.bias)


def iterate_spectral_norms(net, times=1):
    """Power iterations of every normalised layer; none where each forward already does one."""
    if SpectralNorm.every_forward:
        return
    for layer in net.modules():
        if isinstance(layer, SpectralNorm) and layer.u is not None:
            layer.iterate(times)


def adaptive_instance_norm(x, scale, shift):
    return F.instance_norm(x, eps=EPSILON) * scale[:, :, None, None] + shift[:, :, None, None]


class DownBlock(nn.Module):
    """[norm] ReLU conv [norm] ReLU conv, half the side; the first of a net has no pre-activation."""

    def __init__(self, inputs, outputs, spectral, first=False, norm=False):
        super().__init__()
        norm = norm and not first
        self.first = first
        self.norm1 = nn.InstanceNorm2d(inputs, eps=EPSILON, affine=True) if norm else None
        self.norm2 = nn.InstanceNorm2d(outputs, eps=EPSILON, affine=True) if norm else None
        self.conv1 = Conv2d(inputs, outputs, 3, spectral, bias=not norm)
        self.conv2 = Conv2d(outputs, outputs, 3, spectral, bias=not norm)
        self.skip = Conv2d(inputs, outputs, 1, spectral)

    def forward(self, x):
        h = x
        if not self.first:
            h = F.relu(self.norm1(h) if self.norm1 else h)
        h = self.conv1(h)
        h = self.conv2(F.relu(self.norm2(h) if self.norm2 else h))
        return F.avg_pool2d(h, 2) + F.avg_pool2d(self.skip(x), 2)


class ResidualBlock(nn.Module):
    def __init__(self, channels, spectral):
        super().__init__()
        self.conv1 = Conv2d(channels, channels, 3, spectral)
        self.conv2 = Conv2d(channels, channels, 3, spectral)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


class AdaptiveBlock(nn.Module):
    """The generator's residual block without resampling; `style` hands out (scale, shift) pairs in order."""

    def __init__(self, channels, spectral):
        super().__init__()
        self.conv1 = Conv2d(channels, channels, 3, spectral, bias=False)
        self.conv2 = Conv2d(channels, channels, 3, spectral, bias=False)

    def forward(self, x, style):
        h = self.conv1(F.relu(adaptive_instance_norm(x, *style(x.shape[1]))))
        h = self.conv2(F.relu(adaptive_instance_norm(h, *style(h.shape[1]))))
        return x + h


class UpBlock(nn.Module):
    def __init__(self, inputs, outputs, spectral):
        super().__init__()
        self.conv1 = Conv2d(inputs, outputs, 3, spectral, bias=False)
        self.conv2 = Conv2d(outputs, outputs, 3, spectral, bias=False)
        self.skip = Conv2d(inputs, outputs, 1, spectral)

    def forward(self, x, style):
        h = F.relu(adaptive_instance_norm(x, *style(x.shape[1])))
        h = self.conv1(F.interpolate(h, scale_factor=2, mode="nearest"))
        h = self.conv2(F.relu(adaptive_instance_norm(h, *style(h.shape[1]))))
        return h + self.skip(F.interpolate(x, scale_factor=2, mode="nearest"))


class SelfAttention(nn.Module):
    """Zhang et al. 2019: every place looks at every other; gamma starts at 0."""

    def __init__(self, channels, spectral):
        super().__init__()
        self.query = Conv2d(channels, channels // 8, 1, spectral)
        self.key = Conv2d(channels, channels // 8, 1, spectral)
        self.value = Conv2d(channels, channels, 1, spectral)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        query, key, value = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
        weights = torch.softmax(query.transpose(1, 2) @ key, dim=2)  # (B, place, seen place)
        return x + self.gamma * (value @ weights.transpose(1, 2)).view_as(x)
