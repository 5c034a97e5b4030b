"""Embedder, generator and projection discriminator of arXiv:1905.08233."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from .layers import AdaptiveBlock, Conv2d, DownBlock, Linear, ResidualBlock, SelfAttention, UpBlock, \
    adaptive_instance_norm


@dataclass
class Sizes:
    size: int = 256             # side of the pictures
    base: int = 64              # channels of the first block
    most: int = 512             # channels never exceed this
    embedding: int = 512        # N
    encoder_side: int = 4       # side at which E and V end
    bottleneck_side: int = 16   # side of G's adaptive residual blocks
    residual_blocks: int = 4
    attention_side: int = 32
    up_attention_side: int = 64

    def down(self, side):
        """Channels of the blocks that halve the picture down to `side`."""
        count = (self.size // side).bit_length() - 1
        return [min(self.base << i, self.most) for i in range(count)]


class DownPath(nn.Module):
    def __init__(self, inputs, channels, size, attention_side, spectral, norm=False):
        super().__init__()
        ins = [inputs, *channels[:-1]]
        self.blocks = nn.ModuleList(
            DownBlock(i, o, spectral, first=n == 0, norm=norm) for n, (i, o) in enumerate(zip(ins, channels)))
        sides = [size >> (n + 1) for n in range(len(channels))]
        self.place = sides.index(attention_side) if attention_side in sides else None
        self.attention = None if self.place is None else SelfAttention(channels[self.place], spectral)

    def forward(self, x, maps=None):
        for n, block in enumerate(self.blocks):
            x = block(x)
            if maps is not None:
                maps.append(x)
            if n == self.place:
                x = self.attention(x)
        return x


def encoder_channels(sizes):
    return [*sizes.down(sizes.encoder_side)[:-1], sizes.embedding]


class Embedder(nn.Module):
    def __init__(self, sizes, spectral):
        super().__init__()
        self.path = DownPath(6, encoder_channels(sizes), sizes.size, sizes.attention_side, spectral)

    def forward(self, x, y):
        """Frames and landmark images (B,K,3,S,S) -> (B,N), the mean over the K."""
        h = self.path(torch.cat([x, y], dim=2).flatten(0, 1))
        e = F.relu(h).sum(dim=(2, 3))
        return e.view(*x.shape[:2], -1).mean(dim=1)


class Generator(nn.Module):
    def __init__(self, sizes, spectral):
        super().__init__()
        channels = sizes.down(sizes.bottleneck_side)
        up_in, up_out = [channels[-1], *channels[:0:-1]], channels[::-1]
        self.path = DownPath(3, channels, sizes.size, sizes.attention_side, spectral, norm=True)
        self.residual = nn.ModuleList(AdaptiveBlock(channels[-1], spectral) for _ in range(sizes.residual_blocks))
        self.up = nn.ModuleList(UpBlock(i, o, spectral) for i, o in zip(up_in, up_out))
        sides = [sizes.bottleneck_side << (n + 1) for n in range(len(channels))]
        self.place = sides.index(sizes.up_attention_side) if sizes.up_attention_side in sides else None
        self.attention = None if self.place is None else SelfAttention(up_out[self.place], spectral)
        self.last = Conv2d(channels[0], 3, 3, spectral)

        # Channels of the adaptive norms in the order of use; psi holds scale then shift of each.
        self.adaptive = [channels[-1]] * (2 * sizes.residual_blocks)
        for i, o in zip(up_in, up_out):
            self.adaptive += [i, o]
        self.adaptive.append(channels[0])
        self.projection = Linear(sizes.embedding, 2 * sum(self.adaptive), spectral)
        with torch.no_grad():  # psi starts as plain instance norm: scale 1, shift 0
            self.projection.bias.copy_(torch.cat(
                [torch.cat([torch.ones(count), torch.zeros(count)]) for count in self.adaptive]))

    def project(self, e):
        return self.projection(e)

    def forward(self, y, psi):
        """Landmark image (B,3,S,S) and the person's psi (B,A) -> picture (B,3,S,S) in [-1,1]."""
        pairs = iter(torch.split(psi, [count for count in self.adaptive for _ in range(2)], dim=1))

        def style(channels):
            scale, shift = next(pairs), next(pairs)
            assert scale.shape[1] == channels
            return scale, shift

        h = self.path(y)
        for block in self.residual:
            h = block(h, style)
        for n, block in enumerate(self.up):
            h = block(h, style)
            if n == self.place:
                h = self.attention(h)
        return torch.tanh(self.last(F.relu(adaptive_instance_norm(h, *style(h.shape[1])))))


class ProjectionTrunk(nn.Module):
    """V: a picture with its landmarks -> (B,N) and the feature maps after each block."""

    def __init__(self, sizes, spectral):
        super().__init__()
        self.path = DownPath(6, encoder_channels(sizes), sizes.size, sizes.attention_side, spectral)
        self.residual = ResidualBlock(sizes.embedding, spectral)

    def forward(self, x, y):
        maps = []
        h = self.residual(self.path(torch.cat([x, y], dim=1), maps))
        maps.append(h)
        return F.relu(h).sum(dim=(2, 3)), maps


class Discriminator(nn.Module):
    """D(x, y, i) = V(x, y) . (W_i + w0) + b; the rows W_i come from outside."""

    def __init__(self, sizes, spectral):
        super().__init__()
        self.trunk = ProjectionTrunk(sizes, spectral)
        self.w0 = Linear(sizes.embedding, 1, spectral, bias=False)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x, y, rows):
        features, maps = self.trunk(x, y)
        w = rows + self.w0.normal_weight()
        return (features * w).sum(dim=1) + self.b, maps
