"""
Train the transformer on a GPU, from the kept weights, on what `gpu_pool.py` draws meanwhile.

    python gpu_transformer.py SECONDS          -> run/transformer-cooled.pt (averages and head), transformer.jsonl; `run/SECONDS` may hold another number
    python gpu_transformer.py warm             compile the blocks of COMPILED, side by side, for the caches: half a minute

The method is that of `train_transformer.py`, to which a GPU adds room: batches of 36,000 tokens, every clip of a batch with given frames of
its own, nine neighbouring frames nearly always, seventeen at most, and frames of 192 × 128 and 128 × 192. Besides clips of one prompt there
are those of `moving.py`. Where a subject is, and once its place is settled, the velocity's error counts more (SUBJECT). The rate is level,
then falls to nothing in a straight line, by the clock.

A step is some thousand small operations, and calling them takes longer than computing them: on a GPU each shape of step is recorded once
and played again (CUDA graphs), drawing its lessons and the optimiser included.
"""
import functools
import json
import math
import os
import subprocess
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from autoencoder import load_autoencoder
from data import load_statistics
from gpu import DEVICE, compile_each, products
from gpu_lessons import Clips
from gpu_pool import KINDS, TextEncoder
from keep import half
from moving import token_places
from paths import HERE, RUN, save
from train_transformer import COVERAGE_TAP, COVERAGE_WEIGHT, PROMPT_DROPPED, SIGMA_DEVIATION, SIGMA_MEAN, CoverageHead, create_optimiser
from transformer import Block, Transformer, coordinates, load_weights, pack

TOKENS = 36_864                                   # a step, about
# what a step draws: kind, frames, with a later image; how often
SHAPES = {
    ("square", 9, False): 0.27, ("square", 9, True): 0.08, ("wide", 9, False): 0.05, ("tall", 9, False): 0.05, ("square", 17, False): 0.06, ("square", 13, False): 0.03,
    ("square", 5, False): 0.03, ("wide", 9, True): 0.015, ("tall", 9, True): 0.015, ("square", 17, True): 0.01, ("square", 1, False): 0.01,
    ("camera", 9, False): 0.16, ("camera", 2, False): 0.05, ("camera", 9, True): 0.03, ("camera", 13, False): 0.02,
    ("changing", 9, False): 0.09, ("changing", 13, False): 0.02, ("changing", 9, True): 0.01,
}
COMPILED = (("square", 9, False), ("square", 9, True), ("wide", 9, False), ("square", 17, False), ("camera", 2, False), ("square", 13, False))    # and all that are as long
HELD_OUT = {"clips": "held_out", "changing": "changing_held_out", "camera": "camera_held_out"}
ONE_FIRST, MORE_FIRST, MOST_FIRST = 0.22, 0.25, 4          # of clips: one given first frame; two to four
CAMERA_ONE_FIRST, CAMERA_MORE_FIRST = 0.45, 0.15          # from a given frame it can be told what is to be seen
LATER_IS_LAST, LATER_FIRST_TOO = 0.7, 0.5
SUBJECT, SETTLED, OPEN = 1.0, 0.6, 0.85           # a token with a subject counts so much more below σ SETTLED, no more above OPEN
RATE, ADAM_RATE, DECAY, WARM_STEPS, STEADY, AVERAGE = 0.01, 1e-3, 0.03, 100, 0.35, 0.998
LOG_SECONDS, CHECK_SECONDS, SAVE_SECONDS, FIRST_MORE, MORE_SECONDS = 15, 60, 100, 50, 110
LEVELS = (0.3, 0.6, 0.9, 0.95)


def grid_of(name):
    """Tokens of a frame, down and across."""
    height, width = KINDS[name][1]
    return height // 32, width // 32


def batch_of(shape, tokens=TOKENS):
    return max(2, tokens // length_of(shape) // 8 * 8)


def length_of(shape):
    """Tokens of a clip."""
    name, frames, later = shape
    return (frames + later) * math.prod(grid_of(name))


def sigmas(count):
    """[count], one in each of `count` equally likely slices of the distribution."""
    u = (torch.rand(count, device=DEVICE).argsort() + torch.rand(count, device=DEVICE)) / count
    return torch.sigmoid(SIGMA_MEAN + SIGMA_DEVIATION * 2 ** 0.5 * torch.erfinv((2 * u - 1).clamp(-1 + 1e-6, 1 - 1e-6)))


def choose_given(batch, shape):
    """-> of every clip how many first frames are given [B], and which later one [B] or None."""
    name, frames, later = shape
    one, many = (CAMERA_ONE_FIRST, CAMERA_MORE_FIRST) if name == "camera" else (ONE_FIRST, MORE_FIRST)
    u, count = torch.rand(batch, device=DEVICE), torch.randint(2, MOST_FIRST + 1, (batch,), device=DEVICE)
    if later:
        first = (u < LATER_FIRST_TOO).long()
        places = torch.randint(2, frames, (batch,), device=DEVICE).masked_fill(torch.rand(batch, device=DEVICE) < LATER_IS_LAST, frames - 1)
        return first, places
    first = count.masked_fill(u < one, 1).masked_fill(u >= one + many, 0)
    return first.clamp(max=frames - 1), None


@functools.cache
def places_of(frames, height, width):
    return coordinates(frames, height, width).to(DEVICE)


def velocity_loss(network, head, window, prompt, read, sigma, noise, first, later, more=0.0):
    """
    Weighted squared error of the velocity of noisy tokens, of every clip [B], and the error of silhouettes.
    prompt [B,32,384], read [B,F,32]; noise [B,64,F,h,w]; sigma [B]; first [B] frames are given, and image `later` [B] or None; `more`: so
    much more a token with a subject counts once its place is settled.
    """
    batch, _, frames, height, width = window.z.shape
    area, clean, noisy = height * width, pack(window.z), pack(noise)
    given = torch.arange(frames * area, device=DEVICE)[None] < first[:, None] * area                # [B,F·h·w]
    s = sigma[:, None, None]
    x = torch.where(given[..., None], clean, (1 - s) * clean + s * noisy)
    where = places_of(frames, height, width).expand(batch, -1, -1)
    where = token_places(where.double(), window.views, area).float()
    read = read[:, :, None].expand(-1, -1, area, -1).flatten(1, 2)                                  # [B,F·h·w,32]
    extra = 0
    if later is not None:
        extra, its = area, (torch.arange(batch, device=DEVICE), later)
        of_frame = lambda tokens: tokens.unflatten(1, (frames, area))[its]                          # [B,F·h·w,·] -> [B,h·w,·]
        x, read = torch.cat([of_frame(clean), x], 1), torch.cat([of_frame(read), read], 1)
        where = torch.cat([of_frame(where.transpose(1, 2)).transpose(1, 2), where], 2)
    held = torch.cat([torch.ones(batch, extra, dtype=torch.bool, device=DEVICE), given], 1)
    timestep = torch.stack([torch.zeros_like(sigma), sigma * 1000], 1)
    with products():
        velocity, middle = network(x, prompt, read, timestep, where, held, tap=COVERAGE_TAP)
        told = head(middle)[:, extra:]
    error = (velocity.float()[:, extra:] - (noisy - clean)).square().mean(2)
    share = ~given * (1 + more * ((OPEN - s[:, 0]) / (OPEN - SETTLED)).clamp(0, 1) * (window.covered.amax(2) > 0.25))
    return (error * share).sum(1) / share.sum(1), F.binary_cross_entropy_with_logits(told.float(), window.covered)


@torch.no_grad()
def check(network, head, clips):
    """Held-out error of nine frames from nothing at fixed noise, as in `train_transformer.check`."""
    found = {}
    for level in LEVELS:
        random, parts = torch.Generator().manual_seed(1), []
        for rows in torch.arange(int(clips.count), device=DEVICE).split(96):
            window = clips.window(rows, torch.arange(2, 11, device=DEVICE).expand(len(rows), -1))
            noise, none = torch.randn(window.z.shape, generator=random).to(DEVICE), torch.zeros(len(rows), dtype=torch.long, device=DEVICE)
            parts.append(velocity_loss(network, head, window, window.prompt, window.read, torch.full((len(rows),), level, device=DEVICE), noise, none, None)[0])
        found[str(level)] = round(torch.cat(parts).mean().item(), 4)
    return dict(mean=round(sum(found.values()) / len(LEVELS), 4), **found)


class Step:
    """A training step of one shape. `record` first, on a GPU; its results are the mean error of velocity and that of silhouettes."""

    def __init__(self, training, shape):
        self.training, self.shape, self.graph, self.results = training, shape, None, None

    def compute(self):
        t, batch = self.training, batch_of(self.shape, self.training.tokens)
        window = t.sets[self.shape[0]].draw(batch, self.shape[1])
        dropped = torch.rand(batch, device=DEVICE) < PROMPT_DROPPED
        prompt = torch.where(dropped[:, None, None], t.empty[0], window.prompt)
        read = torch.where(dropped[:, None, None], t.empty[1], window.read)
        loss, silhouette = velocity_loss(t.network, t.head, window, prompt, read, sigmas(batch), torch.randn_like(window.z), *choose_given(batch, self.shape), SUBJECT)
        loss = loss.mean()
        t.optimiser.zero_grad(set_to_none=True)
        (loss + COVERAGE_WEIGHT * silhouette).backward()
        t.optimiser.step()
        self.results = loss.detach(), silhouette.detach()

    def record(self, pool):
        """What is computed meanwhile is thrown away by `Training.start`."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(2):
                self.compute()
        torch.cuda.current_stream().wait_stream(stream)
        self.training.optimiser.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool):
            self.compute()
        self.training.optimiser.zero_grad(set_to_none=True)
        self.graph = graph

    def __call__(self):
        if self.graph is None:
            self.compute()
        else:
            self.graph.replay()
        return self.results


class Training:
    def __init__(self, tokens=TOKENS, limit=10 ** 9):
        self.tokens = tokens
        self.network, self.shadow, self.head, self.kept_step = create_networks()
        self.optimiser = create_optimiser(self.network, self.head, RATE, ADAM_RATE, DECAY)
        self.autoencoder = load_autoencoder().to(DEVICE, memory_format=torch.channels_last)
        self.mean, self.deviation = (v.to(DEVICE)[0, :, 0] for v in load_statistics())                 # [64,1,1]
        self.sets = {name: Clips(name, limit) for name in sorted({name for name, *_ in SHAPES})}
        self.held_out = {name: Clips(kind) for name, kind in HELD_OUT.items()}
        prompt, mask = TextEncoder().encode_all([""])
        self.empty = prompt[0].to(DEVICE), mask[0].to(DEVICE)
        self.steps = {shape: Step(self, shape) for shape in SHAPES}
        self.scale = torch.zeros((), device=DEVICE)
        for group in self.optimiser.param_groups:
            group["scale"], group["count"] = self.scale, torch.zeros((), device=DEVICE)

    def more(self):
        for clips in [*self.sets.values(), *self.held_out.values()]:
            clips.more(self.autoencoder, self.mean, self.deviation)

    def record(self):
        """Without a GPU steps are not recorded but computed. The rate is 0 meanwhile, so nothing is learnt."""
        if DEVICE != "cuda":
            return
        compile_each(self.network, Block)
        compiled, pool = {(batch_of(s, self.tokens), length_of(s)) for s in COMPILED}, torch.cuda.graph_pool_handle()
        for shape, step in self.steps.items():
            began, is_compiled = time.time(), (batch_of(shape, self.tokens), length_of(shape)) in compiled
            with torch.compiler.set_stance("default" if is_compiled else "force_eager"):
                step.record(pool)
            torch.cuda.synchronize()
            recorded = time.time()
            for _ in range(3):
                step()
            torch.cuda.synchronize()
            print(*shape, f"compiled {is_compiled}, recorded in {recorded - began:.1f} s, {(time.time() - recorded) / 3 * 1000:.1f} ms", flush=True)

    def start(self):
        """Forget what recording left in the optimiser."""
        with torch.no_grad():
            for state in self.optimiser.state.values():
                for value in state.values():
                    value.zero_()
            for group in self.optimiser.param_groups:
                group["count"].zero_()

    def keep(self, step, seconds):
        cpu = lambda state: half({k: v.cpu() for k, v in state.items()})
        save(dict(average=cpu(self.shadow.state_dict()), head=cpu(self.head.state_dict()), step=self.kept_step + step, seconds=seconds, cooled=0.0), f"{RUN}/transformer-cooled.pt")

    def check(self):
        whole = {name: check(self.shadow, self.head, clips) for name, clips in self.held_out.items()}
        return {**whole.pop("clips"), **{name: found["mean"] for name, found in whole.items()}}


def create_networks():
    network, shadow, head = Transformer(), Transformer(), CoverageHead()
    kept = torch.load(f"{HERE}/checkpoint/transformer.pt")
    load_weights(network, {k: v.float() for k, v in kept["average"].items()})
    if "head" in kept:
        head.start_from({k: v.float() for k, v in kept["head"].items()})
    shadow.load_state_dict(network.state_dict())
    return network.to(DEVICE), shadow.to(DEVICE).requires_grad_(False), head.to(DEVICE), kept["step"]


def warm():
    """The first block and the others, which get float32, for each shape in a process of its own; what is made lies in the compiler's caches."""
    began = time.time()
    for process in [subprocess.Popen([sys.executable, __file__, "warm-one", str(k)]) for k in range(len(COMPILED))]:
        process.wait()
    print(f"compiled in {time.time() - began:.1f} s", flush=True)


def warm_one(shape):
    batch, length = batch_of(shape), length_of(shape)
    network = Transformer(layers=2).to(DEVICE)
    compile_each(network, Block)
    on = lambda *size: torch.randn(*size, device=DEVICE)
    for _ in range(2):
        with products():
            velocity = network(on(batch, length, 64), on(batch, 32, 384), on(batch, length, 32).round().abs(), on(batch, 2).abs() * 1000, on(batch, 3, length) * 100, on(batch, length) > 0)
        velocity.float().square().mean().backward()


def asked_seconds(seconds, step):
    """A machine is lent for a time that is known only once it has started."""
    path = f"{RUN}/SECONDS"
    if step % 50 or not os.path.exists(path):
        return seconds
    with open(path) as file:
        return float(file.read() or seconds)


def train(seconds, limit=10 ** 9, tokens=TOKENS):
    torch.manual_seed(12)
    rng, started = np.random.default_rng(13), time.time()
    training = Training(tokens, limit)
    training.record()
    training.start()
    recorded = time.time()
    training.more()
    average, own = list(training.shadow.state_dict().values()), list(training.network.state_dict().values())
    log, step, seen = open(f"{RUN}/transformer.jsonl", "a", buffering=1), 0, 0
    began = time.time()
    losses, logged, checked, saved, filled = {}, 0.0, 0.0, 0.0, FIRST_MORE - MORE_SECONDS

    def note(**values):
        line = json.dumps(dict(step=step, seconds=round(time.time() - began, 1), **values))
        print(line, file=log)
        print(line, flush=True)

    note(event="start", clips={name: int(clips.count) for name, clips in training.sets.items()}, recording=round(recorded - started, 1), loading=round(began - recorded, 1), heldOut=training.check())
    shapes, shares = list(SHAPES), np.array(list(SHAPES.values()))
    while (spent := time.time() - began) < (seconds := asked_seconds(seconds, step)):
        progress = spent / seconds
        training.scale.fill_(min(1, (step + 1) / WARM_STEPS, (1 - progress) / (1 - STEADY)))
        shape = shapes[rng.choice(len(shapes), p=shares / shares.sum())]
        loss, silhouette = training.steps[shape]()
        step += 1
        torch._foreach_lerp_(average, own, 1 - min(AVERAGE, (1 + step) / (20 + step)))
        for key, value in ((f"{shape[0]} {shape[1]}{' later' * shape[2]}", loss), ("silhouette", silhouette)):
            losses[key] = value.clone() if key not in losses else losses[key].lerp(value, 0.05)
        if step % 20 == 0:
            losses["silhouette"].item()                              # the clock is right only if the GPU has kept up
            if spent - logged > LOG_SECONDS:
                note(loss={k: round(v.item(), 4) for k, v in losses.items()}, stepsPerSecond=round((step - seen) / (spent - logged), 1))
                logged, seen = spent, step
        if spent - checked > CHECK_SECONDS:
            note(heldOut=training.check())
            checked = spent
        if spent - filled > MORE_SECONDS and progress < 0.7:
            training.more()
            filled = spent
            note(clips={name: int(clips.count) for name, clips in training.sets.items()}, filling=round(time.time() - began - spent, 1))
        if spent - saved > SAVE_SECONDS:
            training.keep(step, spent)
            saved = spent
    training.keep(step, seconds)
    note(event="done", heldOut=training.check())


if __name__ == "__main__":
    if sys.argv[1] == "warm":
        warm()
    elif sys.argv[1] == "warm-one":
        warm_one(COMPILED[int(sys.argv[2])])
    else:
        train(float(sys.argv[1]))
