"""
Dead leaves: shapes that cover each other, of all sizes, under a moving camera.

They have the statistics of photographs and no licence (Lee, Mumford & Huang 2001), so the autoencoder also learns
pictures that are not of the drawn world. The order of the random draws is part of the format, as in `world.py`.
"""
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFilter


def dead_leaves(seed, size=128, frames=17):
    """-> [3,F,size,size] in [-1,1]."""
    rng = np.random.default_rng(seed)
    picture = leaves(rng, 2 * size)
    if rng.random() < .5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(.3, 4)))
    values = np.asarray(picture, np.float32) / 255
    if rng.random() < .6:
        values = np.clip(values + .35 * falling_noise(rng, 2 * size), 0, 1)
    if rng.random() < .25:
        values = np.repeat(values.mean(-1, keepdims=True), 3, -1)
    image = torch.from_numpy(values.transpose(2, 0, 1).astype(np.float32))[None]             # [1,3,2·size,2·size]
    grid = F.affine_grid(torch.from_numpy(camera(rng, frames)), (frames, 3, size, size), align_corners=False)
    out = F.grid_sample(image.expand(frames, -1, -1, -1), grid, padding_mode="reflection", align_corners=False)
    return (out * 2 - 1).permute(1, 0, 2, 3).contiguous()


def leaves(rng, size):
    picture = Image.new("RGB", (size, size))
    draw = ImageDraw.Draw(picture)
    base, spread = rng.integers(0, 256, 3), rng.uniform(30, 128)
    for _ in range(int(rng.uniform(60, 420))):
        r = min(size * .35, 4 + rng.pareto(1.6) * 9)
        x, y = rng.uniform(0, size, 2)
        color = tuple(int(v) for v in np.clip(base + rng.normal(0, spread, 3), 0, 255))
        kind = rng.integers(3)
        if kind == 0:
            draw.ellipse((x - r, y - r * rng.uniform(.4, 1), x + r, y + r * rng.uniform(.4, 1)), fill=color)
        elif kind == 1:
            angles = np.sort(rng.uniform(0, 6.28, rng.integers(3, 7)))
            draw.polygon([(x + r * np.cos(a), y + r * np.sin(a)) for a in angles], fill=color)
        else:
            draw.line((x, y, x + rng.normal(0, 3 * r), y + rng.normal(0, 3 * r)), fill=color, width=int(rng.uniform(1, 8)))
    return picture


def falling_noise(rng, size):
    """Noise with a falling spectrum, scaled by a random strength: [size,size,1] in [-1,1]."""
    white = rng.normal(size=(size, size))
    k = np.fft.fftfreq(size)
    frequency = np.hypot(*np.meshgrid(k, k)) + 1 / size
    noise = np.fft.ifft2(np.fft.fft2(white) / frequency ** rng.uniform(.8, 1.8)).real
    return rng.uniform(.2, 1) * (noise / np.abs(noise).max())[..., None]


def camera(rng, frames):
    """-> affine maps [F,2,3]: a slow pan, turn and zoom; every fifth clip stands still."""
    t = np.linspace(-1, 1, frames, dtype=np.float32)
    vx, vy = rng.normal(0, .18, 2)
    angle, zoom = rng.normal(0, .2) * t, .5 * (1 + rng.normal(0, .12) * t)
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    maps = np.stack([np.stack([cos, -sin, vx * t], -1), np.stack([sin, cos, vy * t], -1)], 1).astype(np.float32)
    if rng.random() < .2:
        maps[:] = maps[:1]
    return maps
