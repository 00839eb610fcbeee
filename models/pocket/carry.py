"""
What the autoencoder changes about given frames is taken back beside them: the twin of src/core/diffusion/carry-given.ts, which says why.
"""
import torch

from autoencoder import patch_mean

AGREE, PATCH = 0.1, 5                     # as there


def patches_apart(a, b):
    """[B,3,H,W] -> mean squared difference of the patches around every pixel [B,1,H,W]."""
    return patch_mean((a - b).square().mean(1, keepdim=True), PATCH)


def carry_given(clips, given):
    """clips [B,3,F,H,W] as decoded; given: frame -> pixels [B,3,H,W] in [-1,1], wholly held. -> clips."""
    carried, frames = clips.clone(), sorted(given)
    for f in range(clips.shape[2]):
        before, after = max((g for g in frames if g < f), default=None), min((g for g in frames if g > f), default=None)
        if f in given:
            carried[:, :, f] = given[f]
            continue
        for near, other in ((before, after), (after, before)):
            if near is None:
                continue
            share = 1 if other is None else abs(other - f) / abs(other - near)
            apart = patches_apart(clips[:, :, f], clips[:, :, near])
            step = -1 if near < f else 1
            beyond = near + step
            while beyond in given:
                apart = apart + patches_apart(given[near], given[beyond])
                beyond += step
            carried[:, :, f] += share * torch.exp(-apart / (2 * AGREE ** 2)) * (given[near] - clips[:, :, near])
    return carried
