"""
Train `Settle` (autoencoder.py): what `pairs.py` made, drawn by the decoder, against the frames it should have given.

    python train_settle.py --minutes 15          run it again and it goes on; encoder and decoder stay as they are

Promises: a kill costs at most SAVE_SECONDS; the weights go to `autoencoder.pt`, with `settle.jsonl` beside it, which also says
every CHECK_SECONDS how pairs that no step saw come back. The decoder does not change, so a clip is drawn by it once (2 MB kept).

Method: the loss of `train_autoencoder.py`, and the absolute error of how neighbouring frames differ: flicker that stays and motion
that is lost both count. Clean latents are among them, as whole clips and as given first frames, so that what needs no help is
left alone, and dead leaves, so that it is not about the drawn world only.
"""
import argparse
import glob
import json
import os
import time

import numpy as np
import torch

from autoencoder import Autoencoder, load_autoencoder
from courtesy import Stop, Threads, wait_while_paused
from data import load_statistics
from paths import RUN, save
from train_autoencoder import picture_error, rate_scale

BATCH = 3                                              # clips a step
CLIPS = 320                                            # drawn ones that are kept, of those that the files hold
SHARES = {"made": 0.6, "extended": 0.2, "true": 0.12, "leaves": 0.08}
MOST_GIVEN = 4                                         # "extended": up to so many first frames are the encoder's
TEMPORAL = 3.0                                         # weight of the error of neighbours' difference
RATE, AVERAGE = 2e-3, 0.98
LOG_STEPS, SAVE_SECONDS, CHECK_SECONDS, HELD_OUT = 20, 120, 240, 12


class Lessons:
    """The files of `pairs.py`; of the first one, HELD_OUT clips are for the check."""

    def __init__(self, autoencoder):
        self.autoencoder = autoencoder
        self.mean, self.deviation = load_statistics()
        parts = [torch.load(name) for name in sorted(glob.glob(f"{RUN}/pairs/*.pt"))]
        self.clips = {k: torch.cat([p[k] for p in parts]) for k in ("frames", "true", "made")}
        self.leaves, self.drawn = torch.load(f"{RUN}/pairs-leaves.pt"), []

    @torch.no_grad()
    def show(self, latents, frames):
        """normalised latents [64,F,4,4], uint8 [3,F,128,128] -> what the decoder draws, its features, and what is true, [F,…] float16."""
        z = latents.float() * self.deviation[0] + self.mean[0]
        return [*(v.half() for v in self.autoencoder.draw(z.transpose(0, 1))), (frames.transpose(0, 1).float() / 127.5 - 1).half()]

    def draw_one(self, rng):
        kind = rng.choice(list(SHARES), p=list(SHARES.values()))
        if kind == "leaves":
            k = rng.integers(len(self.leaves["frames"]))
            return self.show(self.leaves["true"][k], self.leaves["frames"][k])
        k = rng.integers(HELD_OUT, len(self.clips["frames"]))
        true, made = self.clips["true"][k], self.clips["made"][k]
        given = {"made": 0, "extended": int(rng.integers(1, MOST_GIVEN + 1)), "true": made.shape[1]}[kind]
        return self.show(torch.cat([true[:, :given], made[:, given:]], 1), self.clips["frames"][k])

    def step(self, rng):
        """BATCH clips: drawn [B·F,3,H,W], features, true; a step adds a few to what is kept, so that training starts at once."""
        while len(self.drawn) < BATCH or (len(self.drawn) < CLIPS and rng.random() < 0.7):
            self.drawn.append(self.draw_one(rng))
        chosen = [self.drawn[k] for k in rng.choice(len(self.drawn), BATCH, replace=False)]
        return [torch.cat(parts).float() for parts in zip(*chosen)]

    def held_out(self):
        for k in range(HELD_OUT):
            yield {name: self.show(self.clips[name][k], self.clips["frames"][k]) for name in ("made", "true")}


def loss_of(made, true, frames):
    """-> loss, PSNR in dB, mean |error| of neighbours' difference. [B·F,3,H,W]"""
    error = made - true
    loss, decibel = picture_error(error)
    clips = error.reshape(-1, frames, *error.shape[1:])
    flicker = (clips[:, 1:] - clips[:, :-1]).abs().mean()
    return loss + TEMPORAL * flicker, decibel, flicker.detach()


@torch.no_grad()
def check(settle, lessons):
    """Held-out pairs: PSNR and flicker of what the transformer made and of what the encoder gave, plain (bare) and settled."""
    found = {}
    for pair in lessons.held_out():
        for name, parts in pair.items():
            x, features, true = (v.float() for v in parts)
            for label, y in (("bare", x), ("settled", settle(x, features, len(x)))):
                _, decibel, flicker = loss_of(y.clamp(-1, 1), true, len(x))
                found.setdefault(f"{name} {label} dB", []).append(decibel)
                found.setdefault(f"{name} {label} flicker", []).append(flicker)
    return {k: round(float(torch.stack(v).mean()), 5 if "flicker" in k else 2) for k, v in found.items()}


def train(minutes):
    autoencoder, shadow = load_autoencoder().requires_grad_(False), Autoencoder()
    lessons, settle = Lessons(autoencoder), autoencoder.settle.requires_grad_(True)
    optimiser, path = torch.optim.Adam(settle.parameters(), RATE, betas=(0.9, 0.98)), f"{RUN}/settle-state.pt"
    average, step, seconds = {k: v.clone() for k, v in autoencoder.state_dict().items()}, 0, 0.0
    if os.path.exists(path):
        kept = torch.load(path)
        settle.load_state_dict(kept["weights"])
        average.update({f"settle.{k}": v for k, v in kept["average"].items()})
        step, seconds = kept["step"], kept["seconds"]
        optimiser.load_state_dict(kept["optimiser"])
    log, threads, stop = open(f"{RUN}/settle.jsonl", "a", buffering=1), Threads(), Stop()
    note = lambda **values: print(json.dumps(dict(step=step, seconds=round(seconds), **values)), file=log)
    own = {k.removeprefix("settle."): v for k, v in average.items() if k.startswith("settle.")}       # the same memory
    first, running, saved, checked = step, {}, time.time(), 0.0

    def keep():
        save(dict(weights=settle.state_dict(), average=own, optimiser=optimiser.state_dict(), step=step, seconds=seconds), path)
        save(dict(average=average, step=step, seconds=seconds), f"{RUN}/autoencoder.pt")

    while seconds < minutes * 60 and not stop.asked:
        saved += wait_while_paused()
        if time.time() - checked > CHECK_SECONDS:
            shadow.settle.load_state_dict(own)
            note(heldOut=check(shadow.settle, lessons))
            checked = time.time()
        threads.choose()
        began = time.time()
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate_scale(step - first, seconds / (minutes * 60), steady=0)
        x, features, true = lessons.step(np.random.default_rng((3, step)))
        loss, decibel, flicker = loss_of(settle(x, features, len(x) // BATCH), true, len(x) // BATCH)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(own.values()), list(settle.state_dict().values()), 1 - min(AVERAGE, (1 + step) / (10 + step)))
        seconds += time.time() - began
        for name, value in dict(loss=loss.item(), decibel=decibel.item(), flicker=flicker.item()).items():
            running[name] = 0.95 * running.get(name, value) + 0.05 * value
        if step % LOG_STEPS == 0:
            note(clips=len(lessons.drawn), threads=threads.count, **{k: round(v, 4) for k, v in running.items()})
        if time.time() - saved > SAVE_SECONDS:
            keep()
            saved = time.time()
    keep()
    shadow.settle.load_state_dict(own)
    note(heldOut=check(shadow.settle, lessons))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=15)
    train(parser.parse_args().minutes)
