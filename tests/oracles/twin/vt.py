"""The networks of the best-known reproduction in its two layouts, written from facts about its checkpoints.

Pictures come and go in [-1, 1], channel, height, width; inside they are 0..255 or 0..1, channel, width, height.
"""

import torch
from torch import nn
from torch.nn import functional as F

MASTER = dict(
    down=[64, 128, 256, 512, 512, 512], slope=0.0, full=255.0, bilinear=False, pre_norm=False, last=0, up_attention=3,
    up=[(512, 512, 3), (512, 512, 3), (512, 256, 3), (256, 128, 3), (128, 64, 3), (64, 3, 9)])
SAVE_DISC = dict(
    down=[64, 128, 256, 512], slope=0.01, full=1.0, bilinear=True, pre_norm=True, last=32, up_attention=1,
    up=[(512, 256, 3), (256, 128, 3), (128, 64, 3), (64, 32, 3)])


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.weight_orig = nn.Parameter(torch.zeros(outputs, inputs, kernel, kernel))
        self.register_buffer("weight_u", torch.zeros(outputs))
        self.register_buffer("weight_v", torch.zeros(inputs * kernel * kernel))

    def forward(self, x):
        sigma = self.weight_u @ (self.weight_orig.flatten(1) @ self.weight_v)
        return F.conv2d(x, self.weight_orig / sigma, self.bias, padding=self.weight_orig.shape[2] // 2)


class Down(nn.Module):
    def __init__(self, layout, inputs, outputs, kernel):
        super().__init__()
        self.slope = layout["slope"]
        self.conv_l1 = Conv(inputs, outputs, 1)
        self.conv_r1 = Conv(inputs, outputs, kernel)
        self.conv_r2 = Conv(outputs, outputs, kernel)

    def forward(self, x):
        h = self.conv_r1(F.leaky_relu(x, self.slope))
        h = self.conv_r2(F.leaky_relu(h, self.slope))
        return F.avg_pool2d(h, 2) + F.avg_pool2d(self.conv_l1(x), 2)


def adaptive_norm(x, style):
    shift, scale = (part[:, :, None, None] for part in style)
    return scale * (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), unbiased=True, keepdim=True) + 1e-5) + shift


class Same(nn.Module):
    def __init__(self, layout, channels):
        super().__init__()
        self.slope, self.pre_norm = layout["slope"], layout["pre_norm"]
        self.conv1, self.conv2 = Conv(channels, channels, 3), Conv(channels, channels, 3)

    def forward(self, x, style1=None, style2=None):
        def act(h):
            return F.leaky_relu(h, self.slope)
        if style1 is None:
            return x + self.conv2(act(self.conv1(act(x))))
        if self.pre_norm:
            h = self.conv1(act(adaptive_norm(x, style1)))
            return x + self.conv2(act(adaptive_norm(h, style2)))
        h = act(adaptive_norm(self.conv1(x), style1))
        return x + adaptive_norm(self.conv2(h), style2)


class Up(nn.Module):
    def __init__(self, layout, inputs, outputs, kernel):
        super().__init__()
        self.slope, self.bilinear = layout["slope"], layout["bilinear"]
        self.conv_l1 = Conv(inputs, outputs, 1)
        self.conv_r1 = Conv(inputs, outputs, kernel)
        self.conv_r2 = Conv(outputs, outputs, kernel)

    def double(self, x):
        if self.bilinear:
            return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return F.interpolate(x, scale_factor=2)

    def forward(self, x, style1, style2):
        h = self.conv_r1(self.double(F.leaky_relu(adaptive_norm(x, style1), self.slope)))
        h = self.conv_r2(F.leaky_relu(adaptive_norm(h, style2), self.slope))
        return h + self.conv_l1(self.double(x))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.conv_f, self.conv_g = Conv(channels, channels // 8, 1), Conv(channels, channels // 8, 1)
        self.conv_h = Conv(channels, channels, 1)

    def forward(self, x):
        f, g, h = (layer(x).flatten(2) for layer in (self.conv_f, self.conv_g, self.conv_h))
        weights = torch.softmax(f.transpose(1, 2) @ g, dim=1)  # (B, seen place, looking place)
        return x + self.gamma * (h @ weights).view_as(x)


class Encoder(nn.Module):
    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        channels = [6, 64, 128, 256, 512, 512, 512]
        for n in range(6):
            setattr(self, f"resDown{n + 1}", Down(layout, channels[n], channels[n + 1], 3))
        self.self_att = Attention(256)

    def down(self, pictures, landmarks):
        h = ((torch.cat([pictures, landmarks], 1) + 1) * (self.layout["full"] / 2)).transpose(2, 3)
        for n in range(6):
            h = getattr(self, f"resDown{n + 1}")(h)
            if n == 2:
                h = self.self_att(h)
        return h


class Embedder(Encoder):
    def forward(self, frames, landmarks):
        h = self.down(frames.flatten(0, 1), landmarks.flatten(0, 1)).amax((2, 3))
        return F.leaky_relu(h, self.layout["slope"]).view(*frames.shape[:2], -1).mean(1)


class Discriminator(Encoder):
    def __init__(self, layout):
        super().__init__(layout)
        self.res = Same(layout, 512)
        self.w_0, self.b = nn.Parameter(torch.zeros(512, 1)), nn.Parameter(torch.zeros(1))
        self.w_prime = nn.Parameter(torch.zeros(512, 1))

    def forward(self, pictures, landmarks):
        return self.res(self.down(pictures, landmarks)).mean((2, 3))

    def score(self, features, rows):
        return (features * (rows + self.w_0.t())).sum(1) + self.b


class Generator(nn.Module):
    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        ins = [3, *layout["down"]]
        for n, channels in enumerate(layout["down"]):
            setattr(self, f"resDown{n + 1}", Down(layout, ins[n], channels, 9 if n == 0 else 3))
            setattr(self, f"in{n + 1}", nn.InstanceNorm2d(channels, affine=True))
        for n in range(5):
            setattr(self, f"res{n + 1}", Same(layout, 512))
        for n, block in enumerate(layout["up"]):
            setattr(self, f"resUp{n + 1}", Up(layout, *block))
        self.self_att_Down = Attention(256)
        self.self_att_Up = Attention(layout["up"][layout["up_attention"]][1])
        self.channels = [512] * 10 + [side for block in layout["up"] for side in block[:2]]
        if layout["last"]:
            self.conv2d = nn.Conv2d(layout["last"], 3, 3, padding=1)
            self.channels.append(layout["last"])
        self.p = nn.Parameter(torch.zeros(2 * sum(self.channels), 512))
        self.register_buffer("psi", torch.zeros(2 * sum(self.channels), 1))

    def forward(self, landmarks, psi):
        parts = iter(torch.split(psi, [count for count in self.channels for _ in range(2)], dim=1))

        def style():
            return next(parts), next(parts)

        h = ((landmarks + 1) * (self.layout["full"] / 2)).transpose(2, 3)
        for n in range(len(self.layout["down"])):
            h = getattr(self, f"in{n + 1}")(getattr(self, f"resDown{n + 1}")(h))
            if n == 2:
                h = self.self_att_Down(h)
        for n in range(5):
            h = getattr(self, f"res{n + 1}")(h, style(), style())
        for n in range(len(self.layout["up"])):
            h = getattr(self, f"resUp{n + 1}")(h, style(), style())
            if n == self.layout["up_attention"]:
                h = self.self_att_Up(h)
        if self.layout["last"]:
            h = self.conv2d(F.leaky_relu(adaptive_norm(h, style()), self.layout["slope"]))
        return (2 * torch.sigmoid(h) - 1).transpose(2, 3)
