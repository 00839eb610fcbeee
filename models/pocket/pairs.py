"""
Lessons for `Settle`: clips, and their latents as the transformer would leave them.

    python pairs.py leaves 60          dead leaves and what the encoder makes of them (run/pairs-leaves.pt): no flicker, much detail
    python pairs.py PACKAGE 600        clips 0 … 599 in files of 20 (run/pairs/); kept files are skipped

A drawn clip's latents are noised to a random step and drawn over from there (SDEdit, arXiv:2108.01073), with guidance, through
the package's transformer graph, which takes two thirds of torch's time. What is where stays; details, and whatever differs
from frame to frame, are the transformer's own: the pair shows what should have been drawn.
"""
import os
import sys

import numpy as np
import torch

from courtesy import wait_while_paused
from paths import RUN, save
from sample import GraphTransformer, Models, generate_latents
from textures import dead_leaves
from world import PocketWorld

PAIRS_FROM, LEAVES_FROM = 30_000_000, 1_000_000                         # seeds; the transformer's count up from 0
FILE, BATCH, FRAMES, DRAWN = 20, 5, 9, 13
FIRST_STEPS, EVEN = (5, 18), dict(steps=24, shift=1)                    # of 24 even ones: noise levels from 0.79 down to 0.29
GUIDANCES = (2.0, 3.0, 4.0)


def draw(world, seed, rng):
    """-> clip [3,9,128,128] in [-1,1], caption."""
    clip, caption = world.sample(seed)
    start = int(rng.integers(DRAWN - FRAMES + 1))
    return clip[:, start:start + FRAMES], caption


@torch.no_grad()
def make_pairs(models, world, seeds, rng):
    """-> frames uint8 [n,3,F,128,128], latents of the encoder and of the transformer [n,64,F,4,4], float16, normalised."""
    clips, captions = zip(*(draw(world, seed, rng) for seed in seeds))
    true = torch.cat([models.encode(clip) for clip in clips])                                  # [n,64,F,4,4]
    noise = torch.randn(true.shape, generator=torch.Generator().manual_seed(seeds[0]))
    begin = int(rng.integers(*FIRST_STEPS, endpoint=True)), true
    made = generate_latents(models, captions, noise, begin=begin, **EVEN, guidance=float(rng.choice(GUIDANCES)))
    return ((torch.stack(clips) + 1) * 127.5).round().byte(), true.half(), made.half()


@torch.no_grad()
def keep_leaves(count):
    models = Models()
    clips = torch.stack([dead_leaves(LEAVES_FROM + k, frames=FRAMES) for k in range(count)])     # [n,3,9,128,128]
    true = torch.cat([models.encode(clip) for clip in clips]).half()
    save(dict(frames=((clips + 1) * 127.5).round().byte(), true=true, made=true), f"{RUN}/pairs-leaves.pt")


def main(package, count):
    torch.set_num_threads(1)
    os.makedirs(f"{RUN}/pairs", exist_ok=True)
    models, world = Models(GraphTransformer(package)), PocketWorld(128, DRAWN)
    for first in range(PAIRS_FROM, PAIRS_FROM + count, FILE):
        path = f"{RUN}/pairs/{first:08d}.pt"
        if os.path.exists(path):
            continue
        parts = []
        for start in range(first, first + FILE, BATCH):
            wait_while_paused()
            parts.append(make_pairs(models, world, list(range(start, start + BATCH)), np.random.default_rng((5, start))))
        frames, true, made = (torch.cat(part) for part in zip(*parts))
        save(dict(frames=frames, true=true, made=made), path)
        print(path, flush=True)


if __name__ == "__main__":
    keep_leaves(int(sys.argv[2])) if sys.argv[1] == "leaves" else main(sys.argv[1], int(sys.argv[2]))
