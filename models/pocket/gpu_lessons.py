"""
What `gpu_pool.py` has drawn, on the GPU: latents, prompt tokens, silhouettes and cameras, with room for all that will be drawn.

    clips = Clips("square"); clips.more(autoencoder, mean, deviation); clips.draw(batch, frames)

Promises: nothing that `draw` reads moves in memory, and how much is there is a tensor: a training step can be recorded once and played again
while more clips come (gpu_transformer.py).
"""
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from data import CELLS
from gpu import DEVICE, products
from gpu_pool import CELL, KINDS, TOKENS, WIDTH, Kind
from moving import lifted

ENCODED_AT_ONCE = 48                              # clips


@dataclass
class Window:
    """Neighbouring frames of B clips."""
    z: torch.Tensor                               # normalised latents [B,64,F,h,w]
    prompt: torch.Tensor                          # tokens of one or two prompts [B,32,384]
    read: torch.Tensor                            # which of them each frame reads, 0 or 1 [B,F,32]
    covered: torch.Tensor                         # silhouettes [B,F·h·w,CELLS²] in [0,1]
    views: torch.Tensor                           # where the camera is, as the first frame sees it [B,F,2,3]


class Clips:
    def __init__(self, name, limit=10 ** 9):
        self.kind = Kind(name)
        _, (height, width), self.frames, count, *_ = KINDS[name]
        self.room = n = min(count, limit)
        room = lambda kind, *shape: torch.zeros(n, *shape, dtype=kind, device=DEVICE)
        self.z = room(torch.float16, self.frames, 64, height // 32, width // 32)
        self.cover = room(torch.uint8, self.frames, height // CELL, width // CELL)
        self.prompt, self.mask, self.change = room(torch.float16, TOKENS, WIDTH), room(torch.uint8, TOKENS), room(torch.uint8)
        self.views, self.back = room(torch.float64, self.frames, 3, 3), room(torch.float64, self.frames, 3, 3)       # float32 would be multiplied as tf32
        self.loaded, self.count = np.zeros(count, bool), torch.zeros((), device=DEVICE)

    def more(self, autoencoder, mean, deviation):
        """Encode what has been drawn since. mean, deviation [64,1,1]. -> how many clips there are."""
        used = int(self.count)
        fresh = [k for k in self.kind.drawn() if not self.loaded[k]][:self.room - used]
        parts = [np.asarray(fresh[i:i + ENCODED_AT_ONCE]) for i in range(0, len(fresh), ENCODED_AT_ONCE)]
        with ThreadPoolExecutor(6) as readers, torch.no_grad(), products():
            # a part is read while the one before is encoded
            for rows, pixels in zip(parts, readers.map(lambda rows: torch.from_numpy(self.kind.clips[rows]), parts)):
                to = slice(used, used + len(rows))
                self.z[to] = ((encode(autoencoder, pixels) - mean) / deviation).half()
                for name in ("prompt", "mask", "change", "cover"):
                    getattr(self, name)[to] = torch.from_numpy(getattr(self.kind, name)[rows]).to(DEVICE)
                views = lifted(torch.from_numpy(self.kind.views[rows]).double())
                self.views[to], self.back[to] = views.to(DEVICE), torch.linalg.inv(views).to(DEVICE)
                used += len(rows)
        self.loaded[fresh] = True
        self.count.fill_(used)
        return used

    def draw(self, batch, frames):
        """Any so many neighbouring frames of any clips."""
        rows = (torch.rand(batch, device=DEVICE) * self.count).long().clamp(max=self.room - 1)
        return self.window(rows, torch.randint(self.frames - frames + 1, (batch, 1), device=DEVICE) + torch.arange(frames, device=DEVICE))

    def window(self, rows, places):
        """rows [B], places [B,F], neighbours."""
        at, cells = (rows[:, None], places), CELLS * CELLS
        z = self.z[at].transpose(1, 2).float()                                                       # [B,64,F,h,w]
        of = 1 + (places >= self.change[rows][:, None]).to(torch.uint8)                              # [B,F]
        read = (self.mask[rows][:, None] == of[..., None]).float()                                   # [B,F,32]
        covered = F.pixel_unshuffle(self.cover[at][:, :, None].float() / 255, CELLS)                 # [B,F,CELLS²,h,w]
        views = (self.back[rows, places[:, 0]][:, None] @ self.views[at])[:, :, :2]
        return Window(z, self.prompt[rows].float(), read, covered.permute(0, 1, 3, 4, 2).reshape(len(rows), -1, cells), views)


def encode(autoencoder, pixels):
    """uint8 [n,F,3,H,W] -> latents [n,F,64,h,w]."""
    frames = pixels.to(DEVICE).flatten(0, 1).float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)
    z = autoencoder.encode(frames)
    return z.reshape(*pixels.shape[:2], *z.shape[1:]).float()
