"""
Train the autoencoder on frames of the whole drawn world and of dead leaves.

    python train_autoencoder.py draw                        the data, once: run/frames.npy, 1.9 GB
    python train_autoencoder.py train --minutes 24          run it again and it goes on
    python train_autoencoder.py train --minutes 15 --decoder-only     keeps every latent as it is, so nothing else need change

Promises: a kill costs at most SAVE_SECONDS; `autoencoder.jsonl` gets losses and throughput; `pictures/autoencoder.png` shows
frames above what came back. After training the encoder, latents, statistics and transformer must be made again.

Method: absolute and squared error and the error of gradients, which keeps edges; a little noise on the latents so that the
decoder forgives the transformer's small errors; Muon; bfloat16 products.
"""
import argparse
import json
import math
import os
import time
from multiprocessing import get_context

import numpy as np
import torch
from PIL import Image

from autoencoder import Autoencoder
from courtesy import Stop, Threads, wait_while_paused
from muon import Muon
from paths import HERE, RUN, save
from precision import products
from textures import dead_leaves
from world import ToyWorld

WORLD_CLIPS, LEAVES_CLIPS, CLIP_FRAMES, SIZE = 1800, 500, 17, 128
WORLD_FROM, LEAVES_FROM = 10_000_000, 0                # seeds
LEAVES_SHARE = 0.1
BATCH, CROP = (10, 40), (128, 64)                      # whole frames and crops, half of the steps each
NOISE = 0.05                                           # on latents whose deviation is about 2
SQUARED, GRADIENT, SHRINK = 2.0, 0.3, 2e-4             # weights beside the absolute error; SHRINK keeps latents near 0
RATE, ADAM_RATE, WARM_STEPS, STEADY, LOWEST = 0.012, 1e-3, 30, 0.4, 0.02
AVERAGE, LOG_STEPS, SAVE_SECONDS = 0.998, 50, 120
worker = None


def draw_clip(job):
    global worker
    torch.set_num_threads(1)
    worker = worker or ToyWorld(SIZE, CLIP_FRAMES)
    kind, seed = job
    clip = worker.sample(seed)[0] if kind == "world" else dead_leaves(seed)
    return ((clip + 1) * 127.5).round().to(torch.uint8).numpy()


def draw():
    jobs = [("world", WORLD_FROM + i) for i in range(WORLD_CLIPS)] + [("leaves", LEAVES_FROM + i) for i in range(LEAVES_CLIPS)]
    shape = (len(jobs), 3, CLIP_FRAMES, SIZE, SIZE)
    out = np.lib.format.open_memmap(f"{RUN}/frames.part.npy", mode="w+", dtype=np.uint8, shape=shape)
    with get_context("fork").Pool(2) as pool:
        for i, clip in enumerate(pool.imap(draw_clip, jobs, 16)):
            out[i] = clip
    out.flush()
    os.replace(f"{RUN}/frames.part.npy", f"{RUN}/frames.npy")


def draw_batch(data, rng):
    """-> [B,3,C,C] in [-1,1]."""
    k = int(rng.random() < .5)
    frames, crop = [], CROP[k]
    for _ in range(BATCH[k]):
        clip = rng.integers(WORLD_CLIPS) if rng.random() >= LEAVES_SHARE else WORLD_CLIPS + rng.integers(LEAVES_CLIPS)
        y, x = rng.integers(0, SIZE - crop + 1, 2)
        frame = torch.from_numpy(np.array(data[clip, :, rng.integers(CLIP_FRAMES), y:y + crop, x:x + crop])).float() / 127.5 - 1
        frames.append(frame.flip(-1) if rng.random() < .5 else frame)
    return torch.stack(frames)


def edges_error(error):
    return (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()


def picture_error(error):
    """Of what came back, in [-2,2], any shape that ends in height and width -> absolute, squared and outlines' error in one; PSNR in dB."""
    squared = error.square().mean()
    return error.abs().mean() + SQUARED * squared + GRADIENT * edges_error(error), -10 * torch.log10(squared.detach() / 4)


def reconstruction_loss(autoencoder, x, decoder_only, random):
    """-> loss, PSNR in dB, picture that came back."""
    with products():
        with torch.set_grad_enabled(not decoder_only):
            z = autoencoder.encode(x)
        y = autoencoder.decode(z + NOISE * torch.randn(z.shape, generator=random)).float()
    loss, decibel = picture_error(y - x)
    return loss + SHRINK * z.square().mean(), decibel, y.detach()


def rate_scale(step_in_run, progress, steady=STEADY):
    """Up over the first steps, level until `steady` of the run, then down along a cosine. progress in [0,1]."""
    warm = min(1.0, (step_in_run + 1) / WARM_STEPS)
    if progress < steady:
        return warm
    return warm * (LOWEST + (1 - LOWEST) * 0.5 * (1 + math.cos(math.pi * (progress - steady) / (1 - steady))))


def load_state(autoencoder, optimiser):
    """The run's own weights, else the kept ones, else new. -> averages, step, seconds."""
    path = next((p for p in (f"{RUN}/autoencoder.pt", f"{HERE}/checkpoint/autoencoder.pt") if os.path.exists(p)), None)
    if path is None:
        return {k: v.clone() for k, v in autoencoder.state_dict().items()}, 0, 0.0
    kept = torch.load(path)
    average = {k: v.float() for k, v in kept["average"].items()}
    autoencoder.load_state_dict(kept.get("weights", average))
    sizes = lambda groups: [len(g["params"]) for g in groups]
    if "optimiser" in kept and sizes(kept["optimiser"]["param_groups"]) == sizes(optimiser.param_groups):    # else --decoder-only came or went
        optimiser.load_state_dict(kept["optimiser"])
    return average, kept["step"], kept["seconds"]


def train(minutes, decoder_only):
    data, autoencoder = np.load(f"{RUN}/frames.npy", mmap_mode="r"), Autoencoder()
    trained = list((autoencoder.decoder if decoder_only else autoencoder).parameters())
    optimiser = Muon([p for p in trained if p.ndim >= 2], [p for p in trained if p.ndim < 2], RATE, ADAM_RATE, decay=0.0)
    average, step, seconds = load_state(autoencoder, optimiser)
    log, threads = open(f"{RUN}/autoencoder.jsonl", "a", buffering=1), Threads()
    stop = Stop()
    first, spent, running, frames, saved = step, 0.0, {}, 0, time.time()

    def keep(x, y):
        save(dict(weights=autoencoder.state_dict(), average=average, optimiser=optimiser.state_dict(), step=step, seconds=seconds + spent), f"{RUN}/autoencoder.pt")
        sheet = torch.cat([torch.cat(list(x[:8]), 2), torch.cat(list(y[:8].clamp(-1, 1)), 2)], 1)
        Image.fromarray(((sheet.permute(1, 2, 0) + 1) * 127.5).byte().numpy()).save(f"{RUN}/pictures/autoencoder.png")

    while spent < minutes * 60 and not stop.asked:
        saved += wait_while_paused()
        threads.choose()
        began = time.time()
        for group in optimiser.param_groups:
            group["scale"] = rate_scale(step - first, spent / (minutes * 60))
        x = draw_batch(data, np.random.default_rng((2, step)))
        loss, quality, y = reconstruction_loss(autoencoder, x, decoder_only, torch.Generator().manual_seed(step))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step, frames = step + 1, frames + len(x)
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(autoencoder.state_dict().values()), 1 - min(AVERAGE, (1 + step) / (10 + step)))
        spent += time.time() - began
        for name, value in dict(loss=loss, decibel=quality).items():
            running[name] = 0.97 * running.get(name, value.item()) + 0.03 * value.item()
        if step % LOG_STEPS == 0:
            print(json.dumps(dict(step=step, seconds=round(seconds + spent), **{k: round(v, 4) for k, v in running.items()}, framesPerSecond=round(frames / spent, 1))), file=log)
        if time.time() - saved > SAVE_SECONDS:
            keep(x, y)
            saved = time.time()
    keep(x, y)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("draw", "train"))
    parser.add_argument("--minutes", type=float, default=24)
    parser.add_argument("--decoder-only", action="store_true")
    arguments = parser.parse_args()
    draw() if arguments.what == "draw" else train(arguments.minutes, arguments.decoder_only)
