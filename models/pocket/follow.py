"""
An experiment, in no package yet: what moves is made to keep its shape by averaging every pixel along its way (NOTES.md, "Following").

    python follow.py WEIGHTS-clips.npy          the clips that evaluate.py keeps: their warping error and right subjects, plain and followed

As a part of the decoder's graph it takes a sixth of a second a clip and 50 to 180 MiB, more than the engine's bar has room for; that is
what a next version has to solve first.
"""
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

from autoencoder import frames_beside
from evaluate import held_out_scenes, real_clips, scores
from examiner import load_examiner
from paths import HERE
from warping import clip_error, open_flow

FOLLOWED, FOLLOW_AGREE = (-1, 1), 0.15 # frames in which a pixel is looked for, and how far patches may differ (root mean square)
REACH, FINE_PATCH = 2, 7               # it looks so far at a quarter of the size, which is 8 pixels, and 3 more at the finer ones
NEAREST = 1e-5                         # squared difference that a place one pixel further away must be better by
MEASURED = 40                          # clips


def around(reach):
    """Steps (down, right) to every place at most so far away, the place itself first."""
    steps = [(down, right) for down in range(-reach, reach + 1) for right in range(-reach, reach + 1)]
    return sorted(steps, key=lambda step: step[0] ** 2 + step[1] ** 2)


def pixels_at(x, down, right):
    """x(y + down, x + right) for every pixel, edges repeated. x [N,C,H,W]; down, right [N,1,H,W], whole numbers -> [N,C,H,W]."""
    count, _, height, width = x.shape
    rows = (torch.arange(height)[:, None] + down).clamp(0, height - 1)
    columns = (torch.arange(width) + right).clamp(0, width - 1)
    places = (rows * width + columns).long().reshape(count, 1, height * width)
    return torch.cat([plane.flatten(2).gather(2, places) for plane in x.split(1, 1)], 1).reshape(x.shape)


def patches_apart(here, there, size):
    """Mean squared difference of the patches around every pixel, by rows, then columns. [N,C,H,W] -> [N,1,H,W]."""
    squared = (there - here).square().mean(1, keepdim=True)
    rows = F.avg_pool2d(squared, (1, size), 1, (0, size // 2), count_include_pad=False)
    return F.avg_pool2d(rows, (size, 1), 1, (size // 2, 0), count_include_pad=False)


def search(here, near, down, right, reach, size):
    """
    Where in `near` the patch of every pixel of `here` is found again: about (down, right) [N,1,H,W], at most `reach` pixels off it,
    the nearest of equal places. -> down, right.
    """
    steps = around(reach)                                                            # K of them
    places = [at + torch.tensor([float(s[k]) for s in steps]).reshape(-1, 1, 1, 1, 1) for k, at in enumerate((down, right))]   # [K,N,1,H,W]
    moved = pixels_at(near.repeat(len(steps), 1, 1, 1), *(p.flatten(0, 1) for p in places))
    apart = patches_apart(here.repeat(len(steps), 1, 1, 1), moved, size).reshape(places[0].shape)
    cost = apart + NEAREST * torch.tensor([math.hypot(*s) for s in steps]).reshape(-1, 1, 1, 1, 1)
    best = cost.argmin(0, keepdim=True)
    return [p.gather(0, best)[0] for p in places]


def best_match(here, near):
    """
    Of every pixel of `here` the pixel of `near` around which patches are most alike [N,3,H,W], and how far they differ (squared) [N,1,H,W].
    Looked for at a quarter of the size as far as REACH goes, then about what was found at half the size, then, by brightness, at the whole.
    """
    down = right = torch.zeros_like(F.avg_pool2d(here[:, :1], 4))
    for shrunk, reach, size in ((4, REACH, 3), (2, 1, 5)):
        found = search(F.avg_pool2d(here, shrunk), F.avg_pool2d(near, shrunk), down, right, reach, size)
        down, right = (2 * F.interpolate(v, scale_factor=2.0, mode="nearest") for v in found)
    down, right = search(here.mean(1, keepdim=True), near.mean(1, keepdim=True), down, right, 1, FINE_PATCH)
    match = pixels_at(near, down, right)
    return match, patches_apart(here, match, FINE_PATCH)


def follow(x, frames):
    """
    Averages every pixel with the pixel that it was and becomes in the frames beside, weighted by how far the patches around agree: what moves
    keeps its shape, and where nothing is alike nothing is averaged. x: frames of clips [B·F,3,H,W], not clamped -> the same. One frame
    alone is left as it is.

    After non-local means for films (Buades, Coll and Morel, AVSS 2005), with the best match only.
    """
    total, weights = x, 1
    for offset in FOLLOWED:
        match, apart = best_match(x, frames_beside(x, frames, offset))
        w = torch.exp(-apart / (2 * FOLLOW_AGREE ** 2))
        total, weights = total + w * match, weights + w
    return total / weights


@torch.no_grad()
def measure(path):
    clips = torch.from_numpy(np.load(path)[:MEASURED]).float() / 127.5 - 1                                   # [B,3,F,H,W]
    scenes, examiner = held_out_scenes(len(clips)), load_examiner()
    flow = open_flow(f"{HERE}/../../resources/interpolator/model.onnx")
    warping = lambda films: float(np.mean([clip_error(flow, film.numpy()) for film in films]))
    batch, channels, frames, height, width = clips.shape
    drawn = clips.transpose(1, 2).flatten(0, 1)                                                              # [B·F,3,H,W]
    followed = follow(drawn, frames).reshape(batch, frames, channels, height, width).transpose(1, 2)
    real = warping(real_clips(scenes))
    for name, films in (("plain", clips), ("followed", followed)):
        right = scores(examiner, films, scenes)[0]["subject"]
        print(f"{name}: warping {warping(films) / real:.2f} × real, right subject {right:.0%}", flush=True)


if __name__ == "__main__":
    measure(sys.argv[1])
