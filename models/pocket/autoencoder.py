"""
The picture autoencoder: every frame on its own, 128 × 128 × 3 -> 8 × 8 × 16, folded to 4 × 4 × 64 for the transformer.

Promises: any height and width that are multiples of 32, and the same means every time (there is no sampling). The encoder
knows no connection between frames, so a film can be extended one frame at a time. The decoder looks at a clip's other frames
(`TimeBlock`): what the transformer left different from frame to frame, a backdrop above all, it makes agree. A clip
autoencoder with temporal compression was tried and was far too slow to train on two cores (NOTES.md).

Method: residual convolutions with pixel (un)shuffle instead of strides; GroupNorm (arXiv:1803.08494); layers over time put into
a decoder of single frames as in Stable Video Diffusion (arXiv:2311.15127).
"""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

from paths import HERE, RUN

LATENT = 16                            # channels at 1/16 size; 64 after folding to 1/32
WIDTHS = (64, 96, 160)                 # at 1/4, 1/8 and 1/16 size
ENCODER_BLOCKS, DECODER_BLOCKS = (2, 2, 3), (4, 6, 6)
TIME_BLOCKS = {"14": (WIDTHS[1], 2, 3), "20": (WIDTHS[0], 2, 1)}     # behind this layer of the decoder: width, blocks, kernel


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.n1, self.n2 = nn.GroupNorm(8, width), nn.GroupNorm(8, width)
        self.c1, self.c2 = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.c2.weight)
        nn.init.zeros_(self.c2.bias)

    def forward(self, x):
        return x + self.c2(F.silu(self.n2(self.c1(F.silu(self.n1(x))))))


def with_neighbours(x, frames):
    """Every frame between the one before and the one after; the ends stand beside themselves. [B·F,C,h,w] -> [B·F,3·C,h,w]."""
    clip = x.reshape(-1, frames, *x.shape[1:])                                       # [B,F,C,h,w]
    before, after = torch.cat([clip[:, :1], clip[:, :-1]], 1), torch.cat([clip[:, 1:], clip[:, -1:]], 1)
    return torch.cat([before, clip, after], 2).flatten(0, 1)


class TimeBlock(nn.Module):
    """Mixes each frame with its neighbours; the identity at first. Two blocks see two frames further each."""

    def __init__(self, width, kernel):
        super().__init__()
        self.n1, self.n2 = nn.GroupNorm(8, width), nn.GroupNorm(8, width)
        self.c1, self.c2 = nn.Conv2d(3 * width, width, kernel, padding=kernel // 2), nn.Conv2d(3 * width, width, 1)
        nn.init.zeros_(self.c2.weight)
        nn.init.zeros_(self.c2.bias)

    def forward(self, x, frames):
        y = self.c1(with_neighbours(F.silu(self.n1(x)), frames))
        return x + self.c2(with_neighbours(F.silu(self.n2(y)), frames))


def blocks(width, count):
    return [Block(width) for _ in range(count)]


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c = WIDTHS
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4), nn.Conv2d(48, a, 3, padding=1), *blocks(a, ENCODER_BLOCKS[0]),      # [N,64,H/4,W/4]
            nn.PixelUnshuffle(2), nn.Conv2d(4 * a, b, 1), *blocks(b, ENCODER_BLOCKS[1]),              # [N,96,H/8,W/8]
            nn.PixelUnshuffle(2), nn.Conv2d(4 * b, c, 1), *blocks(c, ENCODER_BLOCKS[2]),              # [N,160,H/16,W/16]
            nn.GroupNorm(8, c), nn.SiLU(), nn.Conv2d(c, LATENT, 3, padding=1))
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENT, c, 3, padding=1), *blocks(c, DECODER_BLOCKS[2]),
            nn.Conv2d(c, 4 * b, 1), nn.PixelShuffle(2), *blocks(b, DECODER_BLOCKS[1]),
            nn.Conv2d(b, 4 * a, 1), nn.PixelShuffle(2), *blocks(a, DECODER_BLOCKS[0]),
            nn.GroupNorm(8, a), nn.SiLU(), nn.Conv2d(a, 48, 3, padding=1), nn.PixelShuffle(4))
        self.over_time = nn.ModuleDict({layer: nn.ModuleList([TimeBlock(width, kernel) for _ in range(count)]) for layer, (width, count, kernel) in TIME_BLOCKS.items()})

    def encode(self, x):
        """[N,3,H,W] in [-1,1] -> [N,64,H/32,W/32]."""
        return F.pixel_unshuffle(self.encoder(x), 2)

    def decode(self, z, frames=1):
        """Frames of clips, `frames` of each: [B·F,64,h,w] -> [B·F,3,32·h,32·w], not clamped."""
        x = F.pixel_shuffle(z, 2)
        for k, layer in enumerate(self.decoder):
            x = layer(x)
            for block in self.over_time[str(k)] if str(k) in self.over_time else ():
                x = block(x, frames)
        return x


def load_weights(autoencoder, weights):
    """Weights from before the layers over time leave those the identity; version 5 had some at 1/16 size too (NOTES.md), which are left out."""
    missing, unexpected = autoencoder.load_state_dict({k: v for k, v in weights.items() if not k.startswith("over_time.6.")}, strict=False)
    assert not unexpected and all(name.startswith("over_time.") for name in missing), f"not weights of this autoencoder: missing {missing}, unexpected {unexpected}"


def load_autoencoder():
    """The run's weights, else the kept ones."""
    path = next(p for p in (f"{RUN}/autoencoder.pt", f"{HERE}/checkpoint/autoencoder.pt") if os.path.exists(p))
    autoencoder = Autoencoder()
    load_weights(autoencoder, {k: v.float() for k, v in torch.load(path)["average"].items()})
    return autoencoder.eval()
