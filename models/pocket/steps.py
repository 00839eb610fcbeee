"""
How far a number of steps ends from the exact path: latents of held-out prompts against those of 120 even steps.

    python steps.py 8                    a table of that many prompts; 10 min on one core

Promises the package's sampler and guidance; only the noise levels differ. The value is the root mean square of what differs, in
deviations of the latents.
"""
import sys

import torch

from evaluate import held_out_scenes, noise
from paths import HERE
from sample import SHIFT, STEPS, GraphTransformer, Models, generate_latents

EXACT = dict(steps=120, shift=1)
TRIED = ((24, 1), (12, 1), (24, 3), (16, 3), (12, 3), (STEPS, SHIFT), (8, 3), (8, 5))


def main(count):
    torch.set_num_threads(1)
    models, scenes = Models(GraphTransformer(f"{HERE}/../../resources/models/pocket")), held_out_scenes(count)
    captions, seeds = [c for _, _, c in scenes], noise([s for s, _, _ in scenes])
    exact = generate_latents(models, captions, seeds, **EXACT)
    print("| Steps | Shift | median | mean |\n|---|---|---|---|", flush=True)
    for steps, shift in TRIED:
        apart = (generate_latents(models, captions, seeds, steps=steps, shift=shift) - exact).square().mean((1, 2, 3, 4)).sqrt()
        print(f"| {steps} | {shift:g} | {apart.median():.3f} | {apart.mean():.3f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
