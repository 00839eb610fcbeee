"""
Train the transformer on a GPU, from the kept weights, on what `gpu_pool.py` has drawn by then.

    python gpu_transformer.py SECONDS          -> run/statistics.pt, run/transformer-cooled.pt (averages and head), transformer.jsonl

It may be started together with `gpu_autoencoder.py`: while run/autoencoder.pt is not there it compiles, which takes a minute or two.

The method is that of `train_transformer.py`, to which a GPU adds room: batches of 36,000 tokens, every clip of a batch with given frames of
its own, nine neighbouring frames nearly always, seventeen at most, and frames of 192 × 128 and 128 × 192. The rate is level, then falls
to nothing in a straight line, by the clock.
"""
import json
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F

from autoencoder import load_autoencoder
from data import CELLS
from gpu import DEVICE, compile_each, compile_no_more, products
from gpu_pool import KINDS, Kind, TextEncoder
from keep import half
from paths import HERE, RUN, save
from train_transformer import COVERAGE_TAP, COVERAGE_WEIGHT, PROMPT_DROPPED, SIGMA_DEVIATION, SIGMA_MEAN, CoverageHead, create_optimiser
from transformer import Block, Transformer, coordinates, load_weights, pack

TOKENS = 36_864                                   # a step, about
# what a step draws: kind, frames, with a later image; how often
SHAPES = {
    ("square", 9, False): 0.43, ("square", 9, True): 0.13, ("wide", 9, False): 0.07, ("tall", 9, False): 0.07, ("square", 17, False): 0.08, ("square", 13, False): 0.08,
    ("square", 5, False): 0.06, ("wide", 9, True): 0.025, ("tall", 9, True): 0.025, ("square", 17, True): 0.015, ("square", 1, False): 0.015,
}
GRIDS = {name: (KINDS[name][1][0] // 32, KINDS[name][1][1] // 32) for name in ("square", "wide", "tall")}     # tokens of a frame, down and across
FIRST_SHARE, FIRSTS_SHARE, MOST_FIRST = 0.22, 0.25, 4      # of clips: one given first frame; two to four
LATER_IS_LAST, LATER_FIRST_TOO = 0.7, 0.5
RATE, ADAM_RATE, DECAY, WARM_STEPS, STEADY, AVERAGE = 0.01, 1e-3, 0.03, 100, 0.35, 0.998
LOG_SECONDS, CHECK_SECONDS, SAVE_SECONDS = 15, 50, 100
LEVELS = (0.3, 0.6, 0.9, 0.95)
ENCODED_AT_ONCE = 48                              # clips


class Clips:
    """Latents and prompt tokens of one kind's clips, on the GPU. `normalise` first."""

    def __init__(self, name, autoencoder, limit):
        kind = Kind(name)
        self.name, self.indices = name, kind.drawn()[:limit]
        parts = [self.indices[i:i + ENCODED_AT_ONCE] for i in range(0, len(self.indices), ENCODED_AT_ONCE)]
        with ThreadPoolExecutor(6) as readers, torch.no_grad(), products():
            # a part is read while the one before is encoded
            self.z = torch.cat([encode(autoencoder, pixels) for pixels in readers.map(lambda rows: torch.from_numpy(kind.clips[rows]), parts)])
        on = lambda array: torch.from_numpy(array[self.indices]).to(DEVICE)
        self.prompt, self.mask, self.cover = on(kind.prompt), on(kind.mask), on(kind.cover)

    def normalise(self, mean, deviation):
        self.z = ((self.z.float() - mean) / deviation).half()                                  # [N,F,64,h,w]

    def window(self, rows, places):
        """rows [B], places [B,F] -> normalised latents [B,64,F,h,w], prompt [B,32,384], mask [B,32], silhouettes [B,F·h·w,CELLS²]."""
        cells = F.pixel_unshuffle(self.cover[rows[:, None], places][:, :, None].float() / 255, CELLS)          # [B,F,CELLS²,h,w]
        return (self.z[rows[:, None], places].transpose(1, 2).float(), self.prompt[rows].float(), self.mask[rows].float(),
                cells.flatten(3).transpose(2, 3).flatten(1, 2))


def encode(autoencoder, pixels):
    """uint8 [n,F,3,H,W] -> latents float16 [n,F,64,h,w]."""
    frames = pixels.to(DEVICE).flatten(0, 1).float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)
    z = autoencoder.encode(frames)
    return z.reshape(*pixels.shape[:2], *z.shape[1:]).half()


def sigmas(count):
    """[count], one in each of `count` equally likely slices of the distribution."""
    u = (torch.randperm(count, device=DEVICE) + torch.rand(count, device=DEVICE)) / count
    return torch.sigmoid(SIGMA_MEAN + SIGMA_DEVIATION * 2 ** 0.5 * torch.erfinv((2 * u - 1).clamp(-1 + 1e-6, 1 - 1e-6)))


def choose_given(batch, frames, later, rng):
    """-> of every clip how many first frames are given [B], and which later one [B] or None."""
    u = rng.random(batch)
    many = rng.integers(2, MOST_FIRST + 1, batch)
    first = np.where(u < FIRST_SHARE, 1, np.where(u < FIRST_SHARE + FIRSTS_SHARE, many, 0))
    if later:
        first = (u < LATER_FIRST_TOO).astype(np.int64)
    first = np.minimum(first, frames - 1)
    if not later:
        return torch.from_numpy(first).to(DEVICE), None
    places = np.where(rng.random(batch) < LATER_IS_LAST, frames - 1, rng.integers(2, frames, batch))
    return torch.from_numpy(first).to(DEVICE), torch.from_numpy(places).to(DEVICE)


def velocity_loss(network, head, z, prompt, mask, covered, sigma, noise, first, later):
    """
    Mean squared error of the velocity of noisy tokens, of every clip [B], and the error of silhouettes.
    z, noise [B,64,F,h,w]; sigma [B]; first [B] frames are given, and image `later` [B] or None.
    """
    batch, _, frames, height, width = z.shape
    area, clean, noisy = height * width, pack(z), pack(noise)
    given = torch.arange(frames * area, device=DEVICE)[None] < first[:, None] * area                # [B,F·h·w]
    s = sigma[:, None, None]
    x = torch.where(given[..., None], clean, (1 - s) * clean + s * noisy)
    where = coordinates(frames, height, width).to(DEVICE)[None].expand(batch, -1, -1)
    extra = 0
    if later is not None:
        extra = area
        image = clean.reshape(batch, frames, area, -1)[torch.arange(batch, device=DEVICE), later]   # [B,h·w,64]
        there = where.reshape(batch, 3, frames, area)[torch.arange(batch, device=DEVICE), :, later]
        x, where = torch.cat([image, x], 1), torch.cat([there, where], 2)
    held = torch.cat([torch.ones(batch, extra, dtype=torch.bool, device=DEVICE), given], 1)
    timestep = torch.stack([torch.zeros_like(sigma), sigma * 1000], 1)
    with products():
        velocity, middle = network(x, prompt, mask, timestep, where, held, tap=COVERAGE_TAP)
        told = head(middle)[:, extra:]
    error = (velocity.float()[:, extra:] - (noisy - clean)).square().mean(2) * ~given
    return error.sum(1) / (~given).sum(1), F.binary_cross_entropy_with_logits(told.float(), covered)


@torch.no_grad()
def check(network, head, clips):
    """Held-out error of nine frames from nothing at fixed noise, as in `train_transformer.check`."""
    found = {}
    for level in LEVELS:
        random, parts = torch.Generator().manual_seed(1), []
        for rows in torch.arange(len(clips.z), device=DEVICE).split(96):
            z, prompt, mask, covered = clips.window(rows, torch.arange(2, 11, device=DEVICE).expand(len(rows), -1))
            noise, none = torch.randn(z.shape, generator=random).to(DEVICE), torch.zeros(len(rows), dtype=torch.long, device=DEVICE)
            parts.append(velocity_loss(network, head, z, prompt, mask, covered, torch.full((len(rows),), level, device=DEVICE), noise, none, None)[0])
        found[str(level)] = round(torch.cat(parts).mean().item(), 4)
    return dict(mean=round(sum(found.values()) / len(LEVELS), 4), **found)


def load_lessons(limit):
    autoencoder = load_autoencoder().to(DEVICE, memory_format=torch.channels_last)
    sets = {name: Clips(name, autoencoder, limit) for name in ("square", "wide", "tall", "held_out")}
    sample = sets["square"].z[:4000].float()                                                      # [n,F,64,4,4]
    mean, deviation = sample.mean((0, 1, 3, 4)), sample.std((0, 1, 3, 4))
    for clips in sets.values():
        clips.normalise(mean[:, None, None], deviation[:, None, None])
    return sets, mean.cpu(), deviation.cpu()


def batch_of(shape, tokens=TOKENS):
    name, frames, later = shape
    return max(2, tokens // ((frames + later) * math.prod(GRIDS[name])) // 8 * 8)


def step_of(network, head, optimiser, sets, empty, shape, rng, tokens=TOKENS):
    """-> mean error of velocity, error of silhouettes; tensors."""
    name, frames, later = shape
    clips, batch = sets[name], batch_of(shape, tokens)
    rows = torch.randint(len(clips.z), (batch,), device=DEVICE)
    places = torch.randint(clips.z.shape[1] - frames + 1, (batch, 1), device=DEVICE) + torch.arange(frames, device=DEVICE)
    z, prompt, mask, covered = clips.window(rows, places)
    dropped = torch.rand(batch, device=DEVICE) < PROMPT_DROPPED
    prompt, mask = torch.where(dropped[:, None, None], empty[0], prompt), torch.where(dropped[:, None], empty[1], mask)
    first, later = choose_given(batch, frames, later, rng)
    loss, silhouette = velocity_loss(network, head, z, prompt, mask, covered, sigmas(batch), torch.randn_like(z), first, later)
    loss = loss.mean()
    optimiser.zero_grad(set_to_none=True)
    (loss + COVERAGE_WEIGHT * silhouette).backward()
    optimiser.step()
    return loss.detach(), silhouette.detach()


def create_networks():
    network, shadow, head = Transformer(), Transformer(), CoverageHead()
    kept = torch.load(f"{HERE}/checkpoint/transformer.pt")
    load_weights(network, {k: v.float() for k, v in kept["average"].items()})
    if "head" in kept:
        head.start_from({k: v.float() for k, v in kept["head"].items()})
    shadow.load_state_dict(network.state_dict())
    return network.to(DEVICE), shadow.to(DEVICE).requires_grad_(False), head.to(DEVICE), kept["step"]


def compile_shapes(network, head, tokens):
    """Until the autoencoder is there, at least the first two shapes: nothing is learnt from it."""
    compile_each(network, Block)
    met = set()
    for shape in SHAPES:
        if len(met) > 1 and os.path.exists(f"{RUN}/autoencoder.pt"):
            break
        name, frames, later = shape
        batch, times = batch_of(shape, tokens), []
        height, width = GRIDS[name]
        z = torch.randn(batch, 64, frames, height, width, device=DEVICE)
        prompt, mask, first = torch.randn(batch, 32, 384, device=DEVICE), torch.ones(batch, 32, device=DEVICE), torch.zeros(batch, dtype=torch.long, device=DEVICE)
        covered = torch.zeros(batch, frames * height * width, CELLS ** 2, device=DEVICE)
        for _ in range(3):
            began = time.time()
            loss, silhouette = velocity_loss(network, head, z, prompt, mask, covered, sigmas(batch), torch.randn_like(z), first, first if later else None)
            (loss.mean() + silhouette).backward()
            silhouette.item()
            times.append(time.time() - began)
        met.add((batch, (frames + later) * height * width))
        print(*shape, f"first {times[0]:.1f} s, then {1000 * min(times[1:]):.1f} ms", flush=True)
    network.zero_grad(set_to_none=True)
    compile_no_more(len(met))
    while not os.path.exists(f"{RUN}/autoencoder.pt"):
        time.sleep(0.2)


def empty_prompt():
    prompt, mask = TextEncoder().encode_all([""])
    return prompt[0].to(DEVICE), mask[0].to(DEVICE)


def train(seconds, limit=10 ** 9, tokens=TOKENS):
    torch.manual_seed(12)
    rng = np.random.default_rng(13)
    network, shadow, head, kept_step = create_networks()
    compile_shapes(network, head, tokens)
    started = time.time()
    sets, mean, deviation = load_lessons(limit)
    save((mean, deviation), f"{RUN}/statistics.pt")
    optimiser, empty = create_optimiser(network, head, RATE, ADAM_RATE, DECAY), empty_prompt()
    average, own = list(shadow.state_dict().values()), list(network.state_dict().values())
    log, step, seen = open(f"{RUN}/transformer.jsonl", "a", buffering=1), 0, 0
    began = time.time()
    losses, logged, checked, saved = {}, 0.0, 0.0, 0.0

    def note(**values):
        line = json.dumps(dict(step=step, seconds=round(time.time() - began, 1), **values))
        print(line, file=log)
        print(line, flush=True)

    def keep():
        cpu = lambda state: half({k: v.cpu() for k, v in state.items()})
        save(dict(average=cpu(shadow.state_dict()), head=cpu(head.state_dict()), step=kept_step + step, seconds=time.time() - began, cooled=0.0), f"{RUN}/transformer-cooled.pt")

    note(event="start", clips={name: len(clips.z) for name, clips in sets.items()}, loading=round(began - started, 1), heldOut=check(shadow, head, sets["held_out"]))
    shapes, shares = list(SHAPES), np.array(list(SHAPES.values()))
    while (spent := time.time() - began) < seconds:
        progress = spent / seconds
        for group in optimiser.param_groups:
            group["scale"] = min(1, (step + 1) / WARM_STEPS, (1 - progress) / (1 - STEADY))
        shape = shapes[rng.choice(len(shapes), p=shares / shares.sum())]
        loss, silhouette = step_of(network, head, optimiser, sets, empty, shape, rng, tokens)
        step += 1
        torch._foreach_lerp_(average, own, 1 - min(AVERAGE, (1 + step) / (20 + step)))
        for key, value in ((f"{shape[0]} {shape[1]}{' later' * shape[2]}", loss), ("silhouette", silhouette)):
            losses[key] = value if key not in losses else losses[key].lerp(value, 0.05)
        if step % 20 == 0 and spent - logged > LOG_SECONDS:
            note(loss={k: round(v.item(), 4) for k, v in losses.items()}, stepsPerSecond=round((step - seen) / (spent - logged), 1))
            logged, seen = spent, step
        if spent - checked > CHECK_SECONDS:
            note(heldOut=check(shadow, head, sets["held_out"]))
            checked = spent
        if spent - saved > SAVE_SECONDS:
            keep()
            saved = spent
    keep()
    note(event="done", heldOut=check(shadow, head, sets["held_out"]))


if __name__ == "__main__":
    train(float(sys.argv[1]))
