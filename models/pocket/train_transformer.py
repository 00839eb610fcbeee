"""
Train the transformer: rectified flow on cached latents, with clean-frame conditioning.

    python train_transformer.py --minutes 90                 at a constant rate; run it again and it goes on
    python train_transformer.py --minutes 20 --cooldown      from there, the rate falling to nothing: the weights to ship
    python train_transformer.py --minutes 60 --cooldown --share 0.6      from cooled weights, which the whole rate would throw back

Promises: a kill costs at most SAVE_SECONDS of work (weights, averages, optimiser, step; every step's random numbers
follow from the step alone); while a file `PAUSE` lies in the run folder nothing is computed; `transformer.jsonl` in the
run folder gets one line of losses and throughput every LOG_STEPS, and the loss on held-out clips every CHECK_SECONDS.
Nothing but `--minutes` of training time ends it, so the constant part can be cooled down again and again, session after session
(warm-up, stable, decay: Hu et al. 2024, arXiv:2404.06395).

Method: rectified flow (Liu et al. 2022, arXiv:2209.03003), σ drawn log-normally (Esser et al. 2024, arXiv:2403.03206);
clean tokens with timestep 0 as in LTX-Video (arXiv:2501.00103); Muon; bfloat16 products.
"""
import argparse
import glob
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import text
from courtesy import Stop, Threads, wait_while_paused
from data import CELLS, FRAMES, Clips
from moving import token_places
from muon import Muon
from paths import HERE, RUN, save
from precision import products
from sample import PROMPTS, Models, contact_sheet, generate
from transformer import WIDTH, Transformer, coordinates, load_weights, pack

BATCH = {1: 240, 2: 135, 3: 90, 5: 54, 9: 30, 13: 20}    # clips a step by frames: about 4,200 tokens each
FRAMES_SHARE = {1: 0.04, 3: 0.24, 5: 0.24, 9: 0.40, 13: 0.08}
CAMERA_FRAMES_SHARE = {2: 0.45, 3: 0.20, 9: 0.30, 13: 0.05}       # what a move does to a token is learnt from pairs, of which a step has room for many
SPAN = 9                                          # 3 and 5 frames are any of so many: the same time to learn, a third of the cost
MODES = ("nothing", "first frame", "first frames", "later image", "first frame and later image")
MODES_SHARE = (0.38, 0.20, 0.22, 0.10, 0.10)
CAMERA_MODES_SHARE = (0.25, 0.45, 0.15, 0.05, 0.10)               # from a given frame it can be told what is to be seen
LATER_IS_LAST = 0.7                               # otherwise any frame from the third on
PROMPT_DROPPED = 0.1                              # teaches the unguided velocity that guidance subtracts
SIGMA_MEAN, SIGMA_DEVIATION = 1.5, 1.4            # of log(σ / (1 − σ)); where the subject goes is settled at σ > 0.85 (NOTES.md)
RATE, ADAM_RATE, WARM_STEPS = 0.008, 8e-4, 50
KINDS_SHARE = {"clips": 0.40, "changing": 0.25, "camera": 0.35}      # of the steps; only clips where the others were not drawn (data.py)
COVERAGE_WEIGHT, COVERAGE_TAP = 0.3, 4            # also tell, after four blocks, where the subject is: see CoverageHead
AVERAGE = 0.996                                   # of the weights: over about 250 steps
SEED = 7
STEADY, COOLED = f"{RUN}/transformer.pt", f"{RUN}/transformer-cooled.pt"
LOG_STEPS, SAVE_SECONDS, CHECK_SECONDS, PICTURE_SECONDS = 20, 120, 900, 1800


def sigmas(count, random):
    """[count], one in each of `count` equally likely slices of the distribution."""
    u = (torch.arange(count) + torch.rand(count, generator=random)) / count
    normal = math.sqrt(2) * torch.erfinv((2 * u - 1).clamp(-1 + 1e-6, 1 - 1e-6))
    return torch.sigmoid(SIGMA_MEAN + SIGMA_DEVIATION * normal)[torch.randperm(count, generator=random)]


class CoverageHead(nn.Linear):
    """
    Says from a token's middle state the subjects' silhouette in it: how much of each of CELLS × CELLS cells. Used in training only.
    At high noise the velocity's error hardly shows whether nine frames agree on one place; this does, so they learn to
    agree much sooner. After REPA (Yu et al. 2024, arXiv:2410.06940), with the drawn world's own truth instead of another network's.
    """

    def __init__(self):
        super().__init__(WIDTH, CELLS * CELLS)
        nn.init.zeros_(self.weight)

    def start_from(self, kept):
        """Weights of a head of fewer cells: every finer cell begins with what its coarse one says."""
        coarse = round(len(kept["bias"]) ** 0.5)
        spread = lambda w: w.reshape(coarse, coarse, -1).repeat_interleave(CELLS // coarse, 0).repeat_interleave(CELLS // coarse, 1)
        self.load_state_dict(dict(weight=spread(kept["weight"]).flatten(0, 1), bias=spread(kept["bias"]).flatten()))


def load_lessons():
    """-> Clips by kind, held-out ones by kind."""
    found = lambda pattern: bool(glob.glob(f"{RUN}/latents/{pattern}"))
    sets, held_out = {"clips": Clips(f"{RUN}/latents/clips_*.pt")}, {"clips": Clips(f"{RUN}/latents/held_out.pt")}
    for kind in KINDS_SHARE:
        if kind != "clips" and found(f"{kind}_[0-9]*.pt"):
            sets[kind], held_out[kind] = Clips(f"{RUN}/latents/{kind}_[0-9]*.pt"), Clips(f"{RUN}/latents/{kind}_held_out.pt")
    return sets, held_out


def choose_kind(sets, rng):
    shares = np.array([KINDS_SHARE[kind] for kind in sets])
    return list(sets)[int(rng.choice(len(sets), p=shares / shares.sum()))]


def choose_conditioning(frames, kind, rng):
    """-> (first frames kept clean, index of the later image or None)."""
    if frames == 1:
        return 0, None
    mode = rng.choice(MODES, p=CAMERA_MODES_SHARE if kind == "camera" else MODES_SHARE)
    if frames == 2:
        return int("first" in mode), None                                        # a later image is the second frame's whole
    clean = {"nothing": 0, "later image": 0, "first frames": min(frames - 1, int(rng.integers(2, 5)))}.get(mode, 1)
    if "later" not in mode:
        return clean, None
    return clean, frames - 1 if rng.random() < LATER_IS_LAST else int(rng.integers(2, frames))


def choose_times(batch, frames, clean, rng):
    """
    Frame numbers [frames], the same for the batch and counted from 0, and where each clip starts [B].
    Few frames are spread over SPAN; the ones kept clean stay neighbours, as in an extension.
    """
    times = np.arange(frames)
    if 1 < frames < SPAN:
        first = max(1, clean)
        times = np.concatenate([np.arange(first), np.sort(rng.choice(np.arange(first, SPAN), frames - first, replace=False))])
    return torch.from_numpy(times), torch.from_numpy(rng.integers(FRAMES - times[-1], size=batch))


def velocity_loss(network, z, prompt, prompt_mask, sigma, noise, clean=0, later=None, times=None, head=None, covered=None, views=None):
    """
    Squared error of the velocity of every noisy token [B,S]; with `head`, also the weighted error of coverage.
    z, noise [B,64,F,4,4] normalised; prompt_mask [B,L] or, of every token, [B,F·16,L]; sigma [B]; times [F]; the first `clean` frames and
    image `later` are given; covered [B,F·16,CELLS²]; views [B,F,2,3]: where the camera is, see moving.py.
    """
    batch, _, frames, height, width = z.shape
    area, times = height * width, torch.arange(frames) if times is None else times
    target = pack(noise - z)[:, clean * area:]
    s = sigma[:, None, None]
    x = pack(z)
    x = torch.cat([x[:, :clean * area], (1 - s) * x[:, clean * area:] + s * pack(noise)[:, clean * area:]], 1)
    where, given, extra = coordinates(times, height, width).expand(batch, -1, -1), clean * area, 0
    if views is not None:
        where = token_places(where, views, area)
    if later is not None:
        x, its = torch.cat([pack(z[:, :, later:later + 1]), x], 1), slice(later * area, (later + 1) * area)
        where, given, extra = torch.cat([where[:, :, its], where], 2), given + area, area
        if prompt_mask.ndim == 3:
            prompt_mask = torch.cat([prompt_mask[:, its], prompt_mask], 1)
    timestep, lengths = sigma[:, None] * 1000, [x.shape[1]]
    if given:
        timestep, lengths = torch.cat([torch.zeros(batch, 1), timestep], 1), [given, x.shape[1] - given]
    if prompt_mask.ndim == 2:
        used = int(prompt_mask.sum(1).max())                                 # padding beyond the longest prompt costs and teaches nothing
        prompt, prompt_mask = prompt[:, :used], prompt_mask[:, :used]
    with products():
        velocity, middle = network(x, prompt, prompt_mask, timestep, where, lengths, tap=COVERAGE_TAP)
    loss = (velocity.float()[:, given:] - target).square().mean(2)
    if head is not None:
        told = head(middle.float())[:, extra:]
        loss = loss, F.binary_cross_entropy_with_logits(told, covered)
    return loss


def rate_scale(step_in_run, progress, cooldown):
    return min(1.0, (step_in_run + 1) / WARM_STEPS) * (1 - progress if cooldown else 1)


def read_lessons(clips, indices, places, dropped, empty):
    """-> z, prompt, mask, views of clips or, where there are two prompts and a camera, of lessons of `moving.py`; `dropped` [B] read nothing."""
    if clips.change is None:
        z, prompt, mask = clips.window(indices, places)
        prompt[dropped], mask[dropped] = empty
        return z, prompt, mask, None
    prompt, mask, views = clips.told(indices, places)
    nothing, count = torch.zeros_like(prompt[0]), min(len(empty[1]), prompt.shape[1])
    nothing[:count] = empty[0][:count]
    prompt[dropped], mask[dropped] = nothing, 0.0
    mask[dropped, :, :count] = empty[1][:count]
    return clips.latents(indices, places), prompt, mask, views


def train_step(network, head, optimiser, sets, empty, step):
    """One step; everything random in it follows from `step`. -> its kind of lesson, frames, clips, mean loss of velocity and of coverage."""
    rng, random = np.random.default_rng((SEED, step)), torch.Generator().manual_seed(SEED * 1_000_003 + step)
    kind = choose_kind(sets, rng)
    shares = CAMERA_FRAMES_SHARE if kind == "camera" else FRAMES_SHARE
    clips, frames = sets[kind], int(rng.choice(list(shares), p=list(shares.values())))
    batch = BATCH[frames]
    clean, later = choose_conditioning(frames, kind, rng)
    times, starts = choose_times(batch, frames, clean, rng)
    indices, places = torch.from_numpy(rng.integers(len(clips), size=batch)), starts[:, None] + times
    z, prompt, mask, views = read_lessons(clips, indices, places, torch.rand(batch, generator=random) < PROMPT_DROPPED, empty)
    noise = torch.randn(z.shape, generator=random)
    loss, coverage = velocity_loss(network, z, prompt, mask, sigmas(batch, random), noise, clean, later, times, head, clips.covered(indices, places), views)
    optimiser.zero_grad(set_to_none=True)
    (loss.mean() + COVERAGE_WEIGHT * coverage).backward()
    optimiser.step()
    return kind, frames, batch, loss.mean().item(), coverage.item()


@torch.no_grad()
def check(network, held_out, empty, batch=24, count=96):
    """
    Held-out loss of 9-frame clips from nothing, at fixed noise: the mean, at four noise levels, and of tokens with a subject in them. Of lessons
    of `moving.py` the mean alone.
    """
    levels = (0.3, 0.6, 0.9, 0.95)
    losses, subjects = {}, []
    for kind, clips in held_out.items():
        for level in levels:
            random, parts = torch.Generator().manual_seed(1), []
            for start in range(0, min(count, len(clips)), batch):
                indices = torch.arange(start, min(start + batch, len(clips), count))
                places = torch.arange(2, 11).expand(len(indices), -1)
                z, prompt, mask, views = read_lessons(clips, indices, places, torch.zeros(len(indices), dtype=torch.bool), empty)
                loss = velocity_loss(network, z, prompt, mask, torch.full((len(z),), level), torch.randn(z.shape, generator=random), views=views)
                parts.append(loss)
                if kind == "clips":
                    subjects.append(loss[clips.covered(indices, places).amax(2) > 0.5])
            losses.setdefault(kind, {})[str(level)] = round(torch.cat(parts).mean().item(), 4)
    mean = {kind: round(sum(by_level.values()) / len(levels), 4) for kind, by_level in losses.items()}
    return dict(mean=mean.pop("clips"), **losses["clips"], subject=round(torch.cat(subjects).mean().item(), 4), **mean)


def create_optimiser(network, head, rate=RATE, adam_rate=ADAM_RATE, decay=0.01):
    is_matrix = lambda name, p: "transformer_blocks" in name and p.ndim == 2 and "table" not in name
    named = [*network.named_parameters(), *head.named_parameters(prefix="coverage")]
    return Muon([p for n, p in named if is_matrix(n, p)], [p for n, p in named if not is_matrix(n, p)], rate, adam_rate, decay=decay)


def load_state(network, head, optimiser, cooldown, minutes):
    """
    An unfinished cooldown, else the steady run, else `checkpoint/transformer.pt`, else nothing.
    -> averages, step, seconds in all, seconds of the cooldown already done.
    """
    kept = torch.load(COOLED) if cooldown and os.path.exists(COOLED) else None
    goes_on = kept is not None and kept["cooled"] < minutes * 60
    if not goes_on:
        source = next((p for p in (STEADY, f"{HERE}/checkpoint/transformer.pt") if os.path.exists(p)), None)
        if source is None:
            return {k: v.clone() for k, v in network.state_dict().items()}, 0, 0.0, 0.0
        kept = torch.load(source)
    float32 = lambda weights: {k: v.float() for k, v in weights.items()}
    load_weights(network, float32(kept["average"] if "weights" not in kept else kept["weights"]))
    average = {**network.state_dict(), **float32(kept["average"])}
    if "head" in kept:
        head.start_from(kept["head"])
    if "optimiser" in kept and len(kept["optimiser"]["state"]) == sum(len(g["params"]) for g in optimiser.param_groups):
        optimiser.load_state_dict(kept["optimiser"])
        for p in head.parameters():
            if optimiser.state[p]["mean"].shape != p.shape:                      # a coarser head's
                optimiser.state[p] = {}
        for group in optimiser.param_groups:
            group["rate"] = RATE if group["muon"] else ADAM_RATE                 # this file's, not the checkpoint's
    cooled = kept["cooled"] if goes_on else 0.0
    return {k: v.clone() for k, v in average.items()}, kept["step"], kept["seconds"] - cooled, cooled


class Every:
    """True once in so many seconds, counted from the start."""

    def __init__(self, seconds):
        self.seconds, self.last = seconds, time.time()

    def is_due(self):
        due = time.time() - self.last > self.seconds
        if due:
            self.last = time.time()
        return due


class Journal:
    """`transformer.jsonl`, and what it says: running losses by kind of lesson and number of frames, frames a second."""

    def __init__(self):
        self.file, self.losses, self.coverage = open(f"{RUN}/transformer.jsonl", "a", buffering=1), {}, None
        self.frames, self.since = 0, time.time()

    def note(self, **line):
        print(json.dumps(line), file=self.file)

    def count(self, kind, frames, batch, loss, coverage):
        self.coverage = coverage if self.coverage is None else 0.97 * self.coverage + 0.03 * coverage
        key = f"{kind} {frames}"
        self.losses[key] = 0.97 * self.losses.get(key, loss) + 0.03 * loss
        self.frames += frames * batch

    def summary(self):
        rate, self.frames, self.since = self.frames / (time.time() - self.since), 0, time.time()
        return dict(loss={k: round(v, 4) for k, v in sorted(self.losses.items())}, coverage=round(self.coverage, 4), framesPerSecond=round(rate, 1))


def draw_pictures(network, step):
    models = Models(network)
    contact_sheet([generate(models, p, seed=100 + i) for i, p in enumerate(PROMPTS)]).save(f"{RUN}/pictures/step-{step:06d}.png")


def train(minutes, cooldown, share):
    """`share` of RATE and ADAM_RATE is where it begins."""
    threads, stop, journal = Threads(), Stop(), Journal()
    sets, held_out = load_lessons()
    empty = [part[0].float() for part in text.encode(*text.load(), [""])]
    network, shadow, head = Transformer(), Transformer(), CoverageHead()
    optimiser = create_optimiser(network, head)
    average, step, seconds, spent = load_state(network, head, optimiser, cooldown, minutes)
    shadow.load_state_dict(average)
    average = shadow.state_dict()                                                # the same memory: `shadow` always holds the averages
    first, save_due, check_due, picture_due = step, Every(SAVE_SECONDS), Every(CHECK_SECONDS), Every(PICTURE_SECONDS)
    journal.note(event="start", cooldown=cooldown, minutes=minutes, share=share, step=step, lessons={kind: len(clips) for kind, clips in sets.items()}, parameters=sum(p.numel() for p in network.parameters()))

    def keep():
        state = dict(weights=network.state_dict(), average=average, head=head.state_dict(), optimiser=optimiser.state_dict(), step=step, seconds=seconds + spent)
        save({**state, "cooled": spent if cooldown else 0.0}, COOLED if cooldown else STEADY)

    while spent < minutes * 60 and not stop.asked:
        wait_while_paused()
        threads.choose()
        began = time.time()
        for group in optimiser.param_groups:
            group["scale"] = share * rate_scale(step - first, spent / (minutes * 60), cooldown)
        journal.count(*train_step(network, head, optimiser, sets, empty, step))
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(network.state_dict().values()), 1 - min(AVERAGE, (1 + step) / (20 + step)))
        if step % LOG_STEPS == 0:
            journal.note(step=step, seconds=round(seconds + spent), **journal.summary(), threads=threads.count)
        if save_due.is_due():
            keep()
        if check_due.is_due():
            journal.note(step=step, seconds=round(seconds + spent), heldOut=check(shadow, held_out, empty))
        if picture_due.is_due():
            draw_pictures(shadow, step)
        spent += time.time() - began
    keep()
    journal.note(event="stopped" if stop.asked else "done", step=step, seconds=round(seconds + spent), heldOut=None if stop.asked else check(shadow, held_out, empty))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--cooldown", action="store_true")
    parser.add_argument("--share", type=float, default=1.0)
    arguments = parser.parse_args()
    train(arguments.minutes, arguments.cooldown, arguments.share)
