"""
What moves keeps its shape: every pixel is averaged with the pixels that it was and becomes, wherever they are. The last step of decoding.

Promises: nothing is learnt and nothing invented; where no patch is alike nothing is averaged; one frame alone is left as it is. Shifts of whole
pictures instead of a fetch for every place, one after the other, keep it to a few MiB as nodes of the decoder's graph (NOTES.md, "Following").

Method: non-local means for films (Buades, Coll and Morel, AVSS 2005) with the best match only, which is looked for at a quarter, half and the
whole of the size; a place near the one found before carries its own way with it, as in PatchMatch (Barnes et al. 2009).
"""
import math

import torch
import torch.nn.functional as F

FOLLOWED, AGREE = (-1, 1), 0.15        # frames in which a pixel is looked for, and how far patches may differ (root mean square)
SEARCHES = ((4, 2, 3), (2, 1, 5))      # shrunk so much, it looks so far, and compares patches of so many pixels: 8 pixels, then 2
LAST_REACH, LAST_PATCH = 1, 7          # at the whole size, by brightness
NEAREST = 1e-5                         # squared difference that a place one pixel further away must be better by


def frames_beside(x, frames, offset):
    """Every frame's neighbour so many frames on; what lies beyond an end is the end. [B·F,C,h,w] -> the same."""
    clip = x.reshape(-1, frames, *x.shape[1:])                                       # [B,F,C,h,w]
    for _ in range(abs(offset)):
        clip = torch.cat([clip[:, :1], clip[:, :-1]] if offset < 0 else [clip[:, 1:], clip[:, -1:]], 1)
    return clip.flatten(0, 1)


def steps_around(reach):
    """Steps (down, right) to every place at most so far away, the place itself first."""
    steps = [(down, right) for down in range(-reach, reach + 1) for right in range(-reach, reach + 1)]
    return sorted(steps, key=lambda step: step[0] ** 2 + step[1] ** 2)


def after(x, other):
    """
    x, computed after `other` [N,C,H,W]. Left to itself the runtime computes all places of a search before it compares any, and keeps them.
    """
    return x + 0 * other[:1, :1, :1, :1]


def pixels_at(x, flow):
    """x(y + flow[0], x + flow[1]), edges repeated. x [N,C,H,W], flow [N,2,H,W] of whole numbers -> [N,C,H,W]."""
    count, _, height, width = x.shape
    rows = (torch.arange(height)[:, None] + flow[:, 0]).clamp(0, height - 1)
    columns = (torch.arange(width) + flow[:, 1]).clamp(0, width - 1)
    places = (rows * width + columns).long().reshape(count, 1, height * width)
    return torch.cat([plane.flatten(2).gather(2, places) for plane in x.split(1, 1)], 1).reshape(x.shape)


def patches_apart(here, there, size):
    """Mean squared difference of the patches around every pixel, by rows, then columns. [N,C,H,W] -> [N,1,H,W]."""
    squared = (there - here).square().mean(1, keepdim=True)
    rows = F.avg_pool2d(squared, (1, size), 1, (0, size // 2), count_include_pad=False)
    return F.avg_pool2d(rows, (size, 1), 1, (size // 2, 0), count_include_pad=False)


def search(here, near, flow, reach, size):
    """
    Where in `near` the patch of every pixel of `here` is found again: so far about where `flow` [N,2,H,W] says, or about the same place
    (None); the nearest of equal places. -> flow.
    """
    steps, (height, width) = steps_around(reach), here.shape[2:]
    wide = F.pad(near if flow is None else pixels_at(near, flow), (reach, reach, reach, reach), mode="replicate")
    for k, (down, right) in enumerate(steps):
        wide = wide if k == 0 else after(wide, best)
        seen = wide[:, :, reach + down:reach + down + height, reach + right:reach + right + width]           # one step on
        apart = patches_apart(here, seen, size) + NEAREST * math.hypot(down, right)                          # [N,1,H,W]
        if k == 0:
            best, chosen = apart, torch.zeros_like(apart)
        else:
            closer = apart < best
            best, chosen = torch.where(closer, apart, best), torch.where(closer, float(k), chosen)
    step = torch.tensor(steps, dtype=torch.float32)[chosen[:, 0].long()].permute(0, 3, 1, 2)                 # [N,2,H,W]
    return step if flow is None else step + pixels_at(flow, step)


def best_match(here, near):
    """Of every pixel of `here` the pixel of `near` around which patches are most alike [N,3,H,W], and how far they differ (squared) [N,1,H,W]."""
    flow = None
    for shrunk, reach, size in SEARCHES:
        flow = 2 * F.interpolate(search(F.avg_pool2d(here, shrunk), F.avg_pool2d(near, shrunk), flow, reach, size), scale_factor=2.0, mode="nearest")
    flow = search(here.mean(1, keepdim=True), near.mean(1, keepdim=True), flow, LAST_REACH, LAST_PATCH)
    match = pixels_at(near, flow)
    return match, patches_apart(here, match, LAST_PATCH)


def follow(x, frames):
    """x: frames of clips [B·F,3,H,W], not clamped, `frames` of each -> the same, steadied along their ways."""
    total, weights = x, torch.ones_like(x[:, :1])
    for offset in FOLLOWED:
        here = after(x, weights)
        match, apart = best_match(here, frames_beside(here, frames, offset))
        w = torch.exp(-apart / (2 * AGREE ** 2))
        total, weights = total + w * match, weights + w
    return total / weights
