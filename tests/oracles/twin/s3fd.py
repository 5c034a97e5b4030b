"""The face detector S3FD (Zhang et al. 2017), with the names of face-alignment's published weights."""

import torch
from torch import nn
from torch.nn import functional


class ChannelNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        return x / (x.norm(dim=1, keepdim=True) + 1e-10) * self.weight[:, None, None]


class S3fd(nn.Module):
    BACKBONE = [("1_1", 3, 64), ("1_2", 64, 64), ("2_1", 64, 128), ("2_2", 128, 128), ("3_1", 128, 256), ("3_2", 256, 256),
                ("3_3", 256, 256), ("4_1", 256, 512), ("4_2", 512, 512), ("4_3", 512, 512), ("5_1", 512, 512),
                ("5_2", 512, 512), ("5_3", 512, 512)]
    HEADS = [("conv3_3_norm", 256, 4), ("conv4_3_norm", 512, 2), ("conv5_3_norm", 512, 2), ("fc7", 1024, 2),
             ("conv6_2", 512, 2), ("conv7_2", 256, 2)]

    def __init__(self):
        super().__init__()
        for name, inside, outside in self.BACKBONE:
            self.add_module(f"conv{name}", nn.Conv2d(inside, outside, 3, padding=1))
        self.fc6 = nn.Conv2d(512, 1024, 3, padding=3)
        self.fc7 = nn.Conv2d(1024, 1024, 1)
        self.conv6_1, self.conv6_2 = nn.Conv2d(1024, 256, 1), nn.Conv2d(256, 512, 3, stride=2, padding=1)
        self.conv7_1, self.conv7_2 = nn.Conv2d(512, 128, 1), nn.Conv2d(128, 256, 3, stride=2, padding=1)
        for name, channels in (("3_3", 256), ("4_3", 512), ("5_3", 512)):
            self.add_module(f"conv{name}_norm", ChannelNorm(channels))
        for name, channels, scores in self.HEADS:
            self.add_module(f"{name}_mbox_conf", nn.Conv2d(channels, scores, 3, padding=1))
            self.add_module(f"{name}_mbox_loc", nn.Conv2d(channels, 4, 3, padding=1))

    def forward(self, x):
        taken = {}
        for name, _, _ in self.BACKBONE:
            if name.endswith("_1") and name != "1_1":
                x = functional.max_pool2d(x, 2)
            x = functional.relu(getattr(self, f"conv{name}")(x))
            if name in ("3_3", "4_3", "5_3"):
                taken[f"conv{name}_norm"] = getattr(self, f"conv{name}_norm")(x)
        x = functional.max_pool2d(x, 2)
        for first, second in (("fc6", "fc7"), ("conv6_1", "conv6_2"), ("conv7_1", "conv7_2")):
            x = functional.relu(getattr(self, second)(functional.relu(getattr(self, first)(x))))
            taken[second] = x
        maps = []
        for name, _, scores in self.HEADS:
            confidence = getattr(self, f"{name}_mbox_conf")(taken[name])
            if scores == 4:
                confidence = torch.cat([confidence[:, :3].amax(1, keepdim=True), confidence[:, 3:]], 1)
            maps.append((confidence, getattr(self, f"{name}_mbox_loc")(taken[name])))
        return maps
