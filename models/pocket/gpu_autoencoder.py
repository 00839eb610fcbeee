"""
Train encoder and decoder on a GPU, from the kept weights, on what `gpu_pool.py` draws meanwhile.

    python gpu_autoencoder.py SECONDS          -> run/autoencoder.pt (averages), run/statistics.pt of its latents, autoencoder.jsonl

Method: the loss of `train_autoencoder.py`, a pixel with a subject counted up to SUBJECT times; noise on the latents in proportion to
their own deviation, of a strength drawn for every clip: what a diffusion model cannot hit that exactly must not matter, and the encoder
cannot escape by growing. Muon; bfloat16 products; the rate level, then down along a cosine, by the clock.
"""
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from autoencoder import load_autoencoder
from gpu import DEVICE, decibels, products, subject_weights, weighted_error
from gpu_lessons import ENCODED_AT_ONCE, encode
from gpu_pool import CELL, Kind
from keep import half
from muon import Muon
from paths import RUN, save
from train_autoencoder import SHRINK, rate_scale

KEPT = {"square": (4, 220_000), "toy": (8, 24_000), "leaves": (8, 8_000)}      # frames of every clip, room for frames
SHARES = {"square": 0.6, "toy": 0.28, "leaves": 0.12}
BATCH, CROPPED, CROP = 128, 0.2, 64                                          # a crop's batch is four times as large
NOISE = 0.15                                                                 # of the latents' deviation, at most
RATE, ADAM_RATE, STEADY, AVERAGE = 0.012, 1e-3, 0.3, 0.998
REFRESH_STEPS, REFRESH_CLIPS, LOG_STEPS, CHECK_SECONDS = 40, 400, 100, 30
STATISTICS_CLIPS = 2_000


class Frames:
    """What is drawn so far, on the GPU: pictures [n,3,128,128] and silhouettes [n,32,32], uint8."""

    def __init__(self, name, limit):
        self.kind, (self.each, self.room) = Kind(name), KEPT[name]
        self.room = min(self.room, limit)
        self.pictures = torch.zeros(self.room, 3, 128, 128, dtype=torch.uint8, device=DEVICE)
        self.cover = torch.zeros(self.room, 128 // CELL, 128 // CELL, dtype=torch.uint8, device=DEVICE)
        self.used, self.seen, self.rng = 0, set(), np.random.default_rng(5)

    def refresh(self):
        fresh = [k for k in self.kind.drawn().tolist() if k not in self.seen][:min(REFRESH_CLIPS, (self.room - self.used) // self.each)]
        if not fresh:
            return
        self.seen.update(fresh)
        times = [np.sort(self.rng.choice(self.kind.frames, self.each, replace=False)) for _ in fresh]
        for target, source in ((self.pictures, self.kind.clips), (self.cover, self.kind.cover)):
            rows = torch.from_numpy(np.concatenate([source[k][t] for k, t in zip(fresh, times)]))
            target[self.used:self.used + len(rows)] = rows.to(DEVICE)
        self.used += len(rows)

    def draw(self, count):
        rows = torch.randint(self.used, (count,), device=DEVICE)
        return self.pictures[rows], self.cover[rows]


def draw_batch(pools, batch, crop):
    """-> frames [B,3,C,C] in [-1,1], weights of their pixels [B,1,C,C]."""
    parts = [pools[name].draw(round(batch * share)) for name, share in SHARES.items()]
    pictures, cover = (torch.cat(p) for p in zip(*parts))
    weight = subject_weights(cover)
    if crop < 128:
        y, x = np.random.randint(0, 128 - crop + 1, 2)
        pictures, weight = pictures[:, :, y:y + crop, x:x + crop], weight[:, :, y:y + crop, x:x + crop]
    if np.random.rand() < 0.5:
        pictures, weight = pictures.flip(-1), weight.flip(-1)
    return (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last), weight


def loss_of(autoencoder, x, weight):
    """-> loss, mean squared error of a pixel."""
    with products():
        z = autoencoder.encoder(x)                                                                          # [B,16,C/16,C/16]
        strength = NOISE * torch.rand(len(z), 1, 1, 1, device=DEVICE) * z.float().std()
        y = autoencoder.decoder((z.float() + strength * torch.randn_like(z, dtype=torch.float32)).contiguous(memory_format=torch.channels_last)).float()
    loss, squared = weighted_error(y - x, weight / weight.mean())
    return loss + SHRINK * z.float().square().mean(), squared.mean()


@torch.no_grad()
def check(autoencoder, held_out):
    """-> PSNR in dB of held-out frames, all and where the subject is."""
    pictures, cover = held_out
    back = autoencoder.draw(autoencoder.encode(pictures))[0].clamp(-1, 1)
    squared, weight = (back - pictures).square().mean(1, keepdim=True), F.interpolate(cover[:, None], scale_factor=CELL)
    return dict(all=decibels(squared.mean((1, 2, 3))), subject=decibels((squared * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(min=1)))


@torch.no_grad()
def statistics(autoencoder, clips=STATISTICS_CLIPS):
    """-> mean and deviation of every latent channel over square clips, each [64]."""
    square = Kind("square")
    rows = square.drawn()[:clips]
    with products():
        z = torch.cat([encode(autoencoder, torch.from_numpy(square.clips[rows[i:i + ENCODED_AT_ONCE]])) for i in range(0, len(rows), ENCODED_AT_ONCE)])
    return z.mean((0, 1, 3, 4)).cpu(), z.std((0, 1, 3, 4)).cpu()


def train(seconds):
    torch.manual_seed(11)
    autoencoder, shadow = load_autoencoder().to(DEVICE, memory_format=torch.channels_last).train(), load_autoencoder().to(DEVICE)
    trained = [*autoencoder.encoder.parameters(), *autoencoder.decoder.parameters()]
    optimiser = Muon([p for p in trained if p.ndim >= 2], [p for p in trained if p.ndim < 2], RATE, ADAM_RATE, decay=0.0)
    limit = 10 ** 9 if DEVICE == "cuda" else 400
    pools = {name: Frames(name, limit) for name in SHARES}
    drawn = Kind("held_out")
    while any(pool.used == 0 for pool in pools.values()) or len(drawn.drawn()) < drawn.count // 2:
        time.sleep(0.2)
        for pool in pools.values():
            pool.refresh()
    chosen = drawn.drawn()[:96]
    held_out = torch.from_numpy(drawn.clips[chosen, 6]).to(DEVICE).float() / 127.5 - 1, torch.from_numpy(drawn.cover[chosen, 6]).to(DEVICE).float() / 255
    average, own = [p for p in shadow.state_dict().values()], [p for p in autoencoder.state_dict().values()]
    log, running, checked = open(f"{RUN}/autoencoder.jsonl", "a", buffering=1), None, 0.0
    began, step = time.time(), 0

    def note(**values):
        line = json.dumps(dict(step=step, seconds=round(time.time() - began, 1), **values))
        print(line, file=log)
        print(line, flush=True)

    while (spent := time.time() - began) < seconds:
        if spent - checked > CHECK_SECONDS or step == 0:
            note(heldOut=check(shadow, held_out), frames={name: pool.used for name, pool in pools.items()})
            checked = spent
        if step % REFRESH_STEPS == 0:
            for pool in pools.values():
                pool.refresh()
        for group in optimiser.param_groups:
            group["scale"] = rate_scale(step, spent / seconds, STEADY)
        cropped = np.random.rand() < CROPPED
        x, weight = draw_batch(pools, (4 * BATCH if cropped else BATCH) if DEVICE == "cuda" else 6, CROP if cropped else 128)
        loss, squared = loss_of(autoencoder, x, weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        torch._foreach_lerp_(average, own, 1 - min(AVERAGE, (1 + step) / (10 + step)))
        running = squared if running is None else running.lerp(squared, 0.03)
        if step % LOG_STEPS == 0:
            note(decibel=decibels(running))
    note(heldOut=check(shadow, held_out))
    save(dict(average=half({k: v.cpu() for k, v in shadow.state_dict().items()}), step=step, seconds=seconds), f"{RUN}/autoencoder.pt")
    save(statistics(shadow), f"{RUN}/statistics.pt")


if __name__ == "__main__":
    train(float(sys.argv[1]))
