"""
The picture autoencoder: every frame on its own, 128 × 128 × 3 -> 8 × 8 × 16, folded to 4 × 4 × 64 for the transformer.

Promises: any height and width that are multiples of 32, and the same means every time (there is no sampling). The encoder
knows no connection between frames, so a film can be extended one frame at a time. The decoder draws every frame on its own too;
then `Settle` makes neighbouring frames agree where the transformer left them different though nothing moves there, a backdrop
above all, and `follow.py` does the same for what moves. A clip autoencoder with temporal compression was tried and was far too slow to train on two cores (NOTES.md).

Method: residual convolutions with pixel (un)shuffle instead of strides; GroupNorm (arXiv:1803.08494). Settle: see there.
"""
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

from follow import follow, frames_beside
from paths import HERE, RUN

LATENT = 16                            # channels at 1/16 size; 64 after folding to 1/32
WIDTHS = (64, 96, 160)                 # at 1/4, 1/8 and 1/16 size
ENCODER_BLOCKS, DECODER_BLOCKS = (2, 2, 3), (4, 6, 6)
OFFSETS, ROUNDS = (-2, -1, 1, 2), 3    # frames that Settle averages with, and how often
LARGE = 1e5                            # squared differences in units of 1/LARGE: the exporter drops an addend as small as LARGE ** -2
PATCH, AGREE = 5, 0.06                 # how much a patch of so many pixels may differ (root mean square) to count as the same, at first


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.n1, self.n2 = nn.GroupNorm(8, width), nn.GroupNorm(8, width)
        self.c1, self.c2 = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.c2.weight)
        nn.init.zeros_(self.c2.bias)

    def forward(self, x):
        return x + self.c2(F.silu(self.n2(self.c1(F.silu(self.n1(x))))))


def patch_mean(x, size=PATCH):
    return F.avg_pool2d(x, size, 1, size // 2, count_include_pad=False)


class Settle(nn.Module):
    """
    Averages every pixel with the same pixel of four frames near by, weighted by how far the patches around them agree: flicker comes
    to rest, what moves stays as it is. How much patches must agree is said for every pixel and neighbour by a small network that
    sees the decoder's features and how the frames differ: waves of little contrast that move are not flicker.

        y = (x + Σ w·xₒ) / (1 + Σ w),   w = exp(−d²ₒ · precisionₒ),   d²ₒ the patch's mean squared difference

    It begins as a bilateral filter over time (Tomasi and Manduchi, ICCV 1998); that a network says the weights is from kernel
    prediction for bursts (Mildenhall et al., arXiv:1712.02327). One frame alone is left as it is.
    """

    def __init__(self, width, hidden=32):
        super().__init__()
        self.c1 = nn.Conv2d(width + len(OFFSETS) + len(OFFSETS) // 2, hidden, 3, padding=1)
        self.c2 = nn.Conv2d(hidden, 16 * ROUNDS * len(OFFSETS), 1)
        nn.init.zeros_(self.c2.weight)
        nn.init.constant_(self.c2.bias, -math.log(2 * AGREE ** 2))

    def precision(self, x, features, frames):
        """Of every pixel, round and neighbour. x [N,3,H,W], features [N,width,H/4,W/4] -> ROUNDS times [N,4,H,W]."""
        apart = [frames_beside(x, frames, o) - x for o in OFFSETS]
        squared = [F.avg_pool2d(d.square().mean(1, keepdim=True), 4) for d in apart]                     # [N,1,H/4,W/4]
        seen = [torch.log(d + 1e-5) / 5 + 1 for d in squared]
        for k in range(len(OFFSETS) // 2):                                           # before and after lie on one side (1: flicker) or not (−1: passing)
            together = F.avg_pool2d((apart[k] * apart[-1 - k]).mean(1, keepdim=True), 4)
            seen.append(together * LARGE / (squared[k] * LARGE * (squared[-1 - k] * LARGE) + 1).sqrt())
        said = self.c2(F.silu(self.c1(torch.cat([features, *seen], 1))))
        return torch.exp(F.pixel_shuffle(said, 4).clamp(-5, 12)).chunk(ROUNDS, 1)

    def forward(self, x, features, frames):
        """x: frames of clips [B·F,3,H,W]; features of them, at a quarter of the size -> the frames, settled."""
        for precision in self.precision(x, features, frames):
            total, weights = x, 1
            for k, offset in enumerate(OFFSETS):
                near = frames_beside(x, frames, offset)
                w = torch.exp(-patch_mean((near - x).square().mean(1, keepdim=True)) * precision[:, k:k + 1])
                total, weights = total + w * near, weights + w
            x = total / weights
        return x


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
        self.settle = Settle(a)

    def encode(self, x):
        """[N,3,H,W] in [-1,1] -> [N,64,H/32,W/32]."""
        return F.pixel_unshuffle(self.encoder(x), 2)

    def draw(self, z):
        """Every frame on its own: [N,64,h,w] -> [N,3,32·h,32·w], not clamped, and the features it was drawn from [N,64,8·h,8·w]."""
        features = self.decoder[:-2](F.pixel_shuffle(z, 2))
        return self.decoder[-2:](features), features

    def decode(self, z, frames=1):
        """Frames of clips, `frames` of each: [B·F,64,h,w] -> [B·F,3,32·h,32·w], not clamped."""
        x, features = self.draw(z)
        return follow(self.settle(x, features, frames), frames)


def load_weights(autoencoder, weights):
    """Weights from before `Settle` leave it a plain filter; versions 5 and 6 had layers over time in the decoder (NOTES.md), which are left out."""
    missing, unexpected = autoencoder.load_state_dict({k: v for k, v in weights.items() if not k.startswith("over_time.")}, strict=False)
    assert not unexpected and all(name.startswith("settle.") for name in missing), f"not weights of this autoencoder: missing {missing}, unexpected {unexpected}"


def load_autoencoder():
    """The run's weights, else the kept ones."""
    path = next(p for p in (f"{RUN}/autoencoder.pt", f"{HERE}/checkpoint/autoencoder.pt") if os.path.exists(p))
    autoencoder = Autoencoder()
    load_weights(autoencoder, {k: v.float() for k, v in torch.load(path)["average"].items()})
    return autoencoder.eval()
