"""
A few photographs that anybody may use, from the scikit-image package: nothing like the drawn world, to see what the autoencoder makes of them.

The astronaut and the rocket launch are NASA's (public domain); the cat and the coffee are CC0. No training sees them.
"""
import numpy as np
import torch
from PIL import Image
from skimage import data

NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def photographs(size=128):
    """-> [20,3,size,size] in [-1,1]: of each photograph the middle square, and four corners at twice the detail."""
    squares = []
    for name in NAMES:
        pixels = getattr(data, name)()                                             # [H,W,3] uint8
        side = min(pixels.shape[:2])
        top, left = ((n - side) // 2 for n in pixels.shape[:2])
        middle = Image.fromarray(pixels[top:top + side, left:left + side])
        near = middle.resize((2 * size, 2 * size), Image.Resampling.LANCZOS)
        squares += [middle.resize((size, size), Image.Resampling.LANCZOS)]
        squares += [near.crop((x, y, x + size, y + size)) for y in (0, size) for x in (0, size)]
    pixels = torch.from_numpy(np.stack([np.asarray(s) for s in squares]))           # [20,size,size,3]
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
