"""
Cached latents: 13 frames a clip, of which a step draws a window, so that 12,000 clips make 60,000 nine-frame ones.

    python data.py latents 12000       draw, encode and keep clips 0 … 11999 in files of 1,000; kept files are skipped
    python data.py held-out 192        the same for clips no training sees
    python data.py coverage            the subjects' silhouettes in every kept clip: 30 s, needs no drawing
    python data.py changing 1000       the same for scenes that change at a frame (`moving.py`), with silhouettes; and 96 held-out ones
    python data.py camera 1000         … and for a camera that moves
    python data.py statistics          mean and deviation of every latent channel, once per autoencoder

The autoencoder does not change while the transformer trains, and encoding a clip costs as much as training on it:
0.06 s a clip on one core in bfloat16 (difference to float32: 0.4 % of the latents' deviation), once.
"""
import glob
import os
import sys
from multiprocessing import get_context

import torch
import torch.nn.functional as F

import text
from autoencoder import load_autoencoder
from moving import CameraWorld, ChangingWorld, read_at, seen_from_first
from paths import HERE, RUN, save
from precision import products
from world import PocketWorld

FRAMES, FILE, CHUNK = 13, 1000, 50
CELLS = 8                                # a token's silhouette is so many cells wide and high: 4 pixels each
HELD_OUT_FROM = 9_000_000                # seeds: training counts up from 0
WORKERS = 2
MOVING = {"changing": (ChangingWorld, 50_000_000), "camera": (CameraWorld, 60_000_000)}      # first seeds
MOVING_FILE, MOVING_HELD_OUT, MOVING_HELD_OUT_FROM = 200, 96, 5_000_000                       # the last counts from a kind's first seed
worker = None


def load_statistics():
    """-> mean, deviation, each [1,64,1,1,1]."""
    path = next(p for p in (f"{RUN}/statistics.pt", f"{HERE}/checkpoint/statistics.pt") if os.path.exists(p))
    return [v.float().reshape(1, -1, 1, 1, 1) for v in torch.load(path)]


class Clips:
    """Latents and prompt tokens of many clips, in memory (37 KB a clip)."""

    def __init__(self, pattern):
        parts = [torch.load(f) for f in sorted(glob.glob(pattern))]
        assert parts, f"no latents at {pattern}: run data.py first"
        self.z, self.prompt, self.mask = (torch.cat([p[k] for p in parts]) for k in ("z", "prompt", "mask"))
        self.captions = sum([p["captions"] for p in parts], [])
        covers = [f.replace(".pt", ".coverage") for f in sorted(glob.glob(pattern))]
        self.coverage = torch.cat([torch.load(f) for f in covers]) if all(os.path.exists(f) for f in covers) else None
        self.mean, self.deviation = load_statistics()
        first = parts[0]
        self.change, self.views = (torch.cat([p[k] for p in parts]) if k in first else None for k in ("change", "views"))

    def __len__(self):
        return len(self.z)

    def window(self, indices, times):
        """indices of B clips, times [B,F] in 0 … 12 -> normalised latents [B,64,F,4,4], prompt [B,32,384], mask [B,32] of 0 and 1."""
        return self.latents(indices, times), self.prompt[indices].float(), self.mask[indices].float()

    def latents(self, indices, times):
        """-> normalised latents alone."""
        z = self.z[indices[:, None], times].transpose(1, 2).float()
        return (z - self.mean) / self.deviation

    def told(self, indices, times, area=16):
        """
        Which prompt a token of each frame reads: tokens of both prompts [B,2·L,384] and masks [B,F·area,2·L]; and its frame's view, as the first
        of `times` sees it, [B,F,2,3]. Of clips that were drawn with `changing` or `camera`.
        """
        used = int(self.mask[indices].sum(2).max())                                              # padding beyond the longest prompt costs and teaches nothing
        prompt, mask = self.prompt[indices, :, :used].float(), self.mask[indices, :, :used].float()      # [B,2,L,384], [B,2,L]
        read = read_at(times, self.change[indices], mask)                                        # [B,F,2·L]
        return prompt.flatten(1, 2), read.repeat_interleave(area, 1), seen_from_first(self.views[indices[:, None], times])

    def covered(self, indices, times):
        """-> how much of the CELLS × CELLS cells of every token the subjects cover, [B,F·16,CELLS²] in [0,1]."""
        assert self.coverage is not None, "run data.py coverage first"
        cells = self.coverage[indices[:, None], times].float() / 255               # [B,F,4·CELLS,4·CELLS]
        return F.pixel_unshuffle(cells[:, :, None], CELLS).flatten(3).transpose(2, 3).flatten(1, 2)


@torch.no_grad()
def encode_chunk(seeds):
    """-> latents [n,13,64,4,4] float16, prompts, masks, captions."""
    global worker
    torch.set_num_threads(1)
    if worker is None:
        worker = PocketWorld(128, FRAMES), load_autoencoder().to(memory_format=torch.channels_last), text.load()
    world, autoencoder, (tokenizer, encoder) = worker
    latents, captions = [], []
    for start in range(0, len(seeds), 5):
        clips, words = zip(*(world.sample(s) for s in seeds[start:start + 5]))
        frames = torch.cat([c.transpose(0, 1) for c in clips]).contiguous(memory_format=torch.channels_last)   # [5·13,3,128,128]
        with products():
            z = autoencoder.encode(frames)
        latents.append(z.reshape(len(clips), FRAMES, 64, 4, 4).half())
        captions += words
    prompt, mask = text.encode(tokenizer, encoder, captions)
    return torch.cat(latents), prompt.half(), mask.bool(), captions


def encode_clips(seeds, path, pool):
    chunks = [seeds[i:i + CHUNK] for i in range(0, len(seeds), CHUNK)]
    z, prompt, mask, captions = zip(*pool.map(encode_chunk, chunks, chunksize=1))
    save(dict(z=torch.cat(z), prompt=torch.cat(prompt), mask=torch.cat(mask), captions=sum(captions, [])), path)
    print(path, len(seeds), flush=True)


@torch.no_grad()
def encode_lessons(job):
    """-> the same of lessons of `moving.py`, two prompts each, and how they change and are seen."""
    global worker
    kind, seeds = job
    torch.set_num_threads(1)
    if worker is None:
        worker = MOVING[kind][0](), load_autoencoder().to(memory_format=torch.channels_last), text.load()
    world, autoencoder, (tokenizer, encoder) = worker
    lessons, latents = [world.lesson(s) for s in seeds], []
    for lesson in lessons:
        with products():
            latents.append(autoencoder.encode(lesson.clip.transpose(0, 1).contiguous(memory_format=torch.channels_last)).half())
    prompt, mask = text.encode(tokenizer, encoder, [c for lesson in lessons for c in lesson.captions])
    count = len(lessons)
    return dict(z=torch.stack(latents), prompt=prompt.half().reshape(count, 2, *prompt.shape[1:]), mask=mask.bool().reshape(count, 2, -1), captions=[l.captions for l in lessons],
                change=torch.tensor([l.change for l in lessons]), views=torch.stack([l.views for l in lessons])), torch.stack([(l.seen * 255).round().byte() for l in lessons])


def keep_lessons(kind, seeds, path, pool):
    parts, covers = zip(*pool.map(encode_lessons, [(kind, seeds[i:i + CHUNK // 2]) for i in range(0, len(seeds), CHUNK // 2)], chunksize=1))
    joined = {k: sum([p[k] for p in parts], []) if k == "captions" else torch.cat([p[k] for p in parts]) for k in parts[0]}
    save(torch.cat(covers), path.replace(".pt", ".coverage"))
    save(joined, path)
    print(path, len(seeds), flush=True)


def draw_lessons(kind, count):
    first = MOVING[kind][1]
    with get_context("fork").Pool(WORKERS) as pool:
        wanted = [(f"{kind}_held_out", first + MOVING_HELD_OUT_FROM, MOVING_HELD_OUT)]
        wanted += [(f"{kind}_{start:06d}", first + start, MOVING_FILE) for start in range(0, count, MOVING_FILE)]
        for name, seed, many in wanted:
            if not os.path.exists(f"{RUN}/latents/{name}.pt"):
                keep_lessons(kind, range(seed, seed + many), f"{RUN}/latents/{name}.pt", pool)


def main(what, count=0):
    if what in MOVING:
        return draw_lessons(what, count)
    if what == "coverage":
        world = PocketWorld(128, FRAMES)
        for path in sorted(glob.glob(f"{RUN}/latents/clips_*.pt") + glob.glob(f"{RUN}/latents/held_out.pt")):
            name = os.path.basename(path)
            first = HELD_OUT_FROM if name == "held_out.pt" else int(name[6:12])
            seeds = range(first, first + len(torch.load(path)["z"]))
            cover = torch.stack([(world.coverage(s, 32 // CELLS) * 255).round().byte() for s in seeds])
            save(cover, path.replace(".pt", ".coverage"))
        return
    if what == "statistics":
        parts = [torch.load(f)["z"].float() for f in sorted(glob.glob(f"{RUN}/latents/clips_*.pt"))[:4]]
        z = torch.cat(parts)                                                       # [N,13,64,4,4]
        return save((z.mean((0, 1, 3, 4)), z.std((0, 1, 3, 4))), f"{RUN}/statistics.pt")
    with get_context("fork").Pool(WORKERS) as pool:
        if what == "held-out":
            return encode_clips(range(HELD_OUT_FROM, HELD_OUT_FROM + count), f"{RUN}/latents/held_out.pt", pool)
        for start in range(0, count, FILE):
            path = f"{RUN}/latents/clips_{start:06d}.pt"
            if not os.path.exists(path):
                encode_clips(range(start, start + FILE), path, pool)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
