"""
Train the decoder to look over time: what `pairs.py` made, against the frames it should have given.

    python train_decoder.py --minutes 60          run it again and it goes on; the encoder, and so every latent, stays as it is

Promises: a kill costs at most SAVE_SECONDS; the weights go to `autoencoder.pt`, with `decoder.jsonl` beside it, which also says
every CHECK_SECONDS how pairs that no step saw come back. Pairs that are drawn meanwhile are taken up as they come.

Method: the loss of `train_autoencoder.py`, and the absolute error of how neighbouring frames differ, which is what flicker is.
Clean latents are among them, as whole clips and as given first or last frames, so that what needs no help is left alone.
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
from muon import Muon
from paths import RUN, save
from precision import products
from train_autoencoder import picture_error, rate_scale

BATCH = 2                                              # whole clips a step: from parts of them it learns to miss the rest (NOTES.md)
FRAMES_SHARE = {1: 0.1, 4: 0.15, 9: 0.75}
LEAVES_SHARE = 0.08                                    # keeps what the decoder knows of pictures outside the drawn world
MADE_SHARE, NOISED_SHARE, NOISE = 0.75, 0.1, 0.3      # of clips; the rest are as the encoder gave them
GIVEN_SHARE, MOST_GIVEN = 0.3, 4                       # of the transformer's clips: some first frames are clean, as in an extension
TEMPORAL = 3.0                                         # weight of the error of neighbours' difference
RATE, ADAM_RATE = 0.006, 4e-4
AVERAGE, LOG_STEPS, SAVE_SECONDS, CHECK_SECONDS, HELD_OUT_FILES = 0.99, 20, 120, 480, 1


class Pairs:
    """The files of `pairs.py`; the first HELD_OUT_FILES are for the check."""

    def __init__(self):
        self.names, self.parts = [], []
        self.mean, self.deviation = load_statistics()
        self.leaves = torch.load(f"{RUN}/pairs-leaves.pt")
        self.refresh()

    def refresh(self):
        for name in sorted(glob.glob(f"{RUN}/pairs/*.pt")):
            if name not in self.names:
                self.names.append(name)
                self.parts.append(torch.load(name))

    def held_out(self):
        parts = self.parts[:HELD_OUT_FILES]
        return [torch.cat([p[k] for p in parts]) for k in ("frames", "true", "made")]

    def latents(self, z):
        """normalised -> what the decoder takes."""
        return z.float() * self.deviation[0] + self.mean[0]

    def draw(self, rng, random):
        """One step's clips: latents [B,64,F,4,4], frames [B,3,F,128,128] in [-1,1]."""
        count = int(rng.choice(list(FRAMES_SHARE), p=list(FRAMES_SHARE.values())))
        latents, frames = [], []
        for _ in range(BATCH * 9 // count):
            part = self.parts[rng.integers(HELD_OUT_FILES, len(self.parts))] if rng.random() >= LEAVES_SHARE else self.leaves
            k, first = rng.integers(len(part["frames"])), rng.integers(9 - count + 1)
            here = lambda name: part[name][k, :, first:first + count].float()
            z, kind = here("true"), rng.random()
            if kind < MADE_SHARE:
                given = int(rng.integers(1, MOST_GIVEN + 1)) if rng.random() < GIVEN_SHARE and count > MOST_GIVEN else 0
                z = torch.cat([z[:, :given], here("made")[:, given:]], 1)
            elif kind < MADE_SHARE + NOISED_SHARE:
                z = z + NOISE * float(rng.random()) * torch.randn(z.shape, generator=random)
            clip = here("frames") / 127.5 - 1
            backwards = rng.random() < 0.5
            latents.append(z.flip(1) if backwards else z)
            frames.append(clip.flip(1) if backwards else clip)
        return self.latents(torch.stack(latents)), torch.stack(frames)


def decode(autoencoder, z):
    """[B,64,F,h,w] -> [B,3,F,32·h,32·w]."""
    batch, _, frames, height, width = z.shape
    with products():
        y = autoencoder.decode(z.transpose(1, 2).flatten(0, 1), frames)                  # [B·F,3,32·h,32·w]
    return y.float().reshape(batch, frames, 3, 32 * height, 32 * width).transpose(1, 2)


def loss_of(made, frames):
    """-> loss, PSNR in dB, mean |error| of neighbours' difference."""
    error = made - frames
    loss, decibel = picture_error(error)
    flicker = (error[:, :, 1:] - error[:, :, :-1]).abs().mean() if error.shape[2] > 1 else loss * 0
    return loss + TEMPORAL * flicker, decibel, flicker.detach()


@torch.no_grad()
def check(autoencoder, pairs):
    """Held-out pairs: PSNR and flicker of what the transformer made, and PSNR of what the encoder gave."""
    frames, true, made = pairs.held_out()
    found = {"made": [], "flicker": [], "true": []}
    for k in range(len(frames)):
        clip = frames[k:k + 1].float() / 127.5 - 1
        _, decibel, flicker = loss_of(decode(autoencoder, pairs.latents(made[k:k + 1])).clamp(-1, 1), clip)
        found["made"].append(decibel), found["flicker"].append(flicker)
        found["true"].append(loss_of(decode(autoencoder, pairs.latents(true[k:k + 1])).clamp(-1, 1), clip)[1])
    return {k: round(float(torch.stack(v).mean()), 4 if k == "flicker" else 2) for k, v in found.items()}


def create_optimiser(autoencoder):
    """Only the layers over time learn; the others keep what they know of single frames."""
    new = list(autoencoder.over_time.parameters())
    autoencoder.requires_grad_(False)
    for p in new:
        p.requires_grad_(True)
    return Muon([p for p in new if p.ndim >= 2], [p for p in new if p.ndim < 2], RATE, ADAM_RATE, decay=0.0)


def train(minutes):
    pairs, autoencoder, shadow = Pairs(), load_autoencoder().train(), Autoencoder()
    optimiser, path = create_optimiser(autoencoder), f"{RUN}/decoder-state.pt"
    average = {k: v.clone() for k, v in autoencoder.state_dict().items()}
    step, seconds = 0, 0.0
    if os.path.exists(path):
        kept = torch.load(path)
        autoencoder.load_state_dict(kept["weights"])
        average, step, seconds = kept["average"], kept["step"], kept["seconds"]
        optimiser.load_state_dict(kept["optimiser"])
    log, threads, stop = open(f"{RUN}/decoder.jsonl", "a", buffering=1), Threads(), Stop()
    note = lambda **values: print(json.dumps(dict(step=step, seconds=round(seconds), **values)), file=log)
    first, running, saved, checked = step, {}, time.time(), 0.0

    def keep():
        save(dict(weights=autoencoder.state_dict(), average=average, optimiser=optimiser.state_dict(), step=step, seconds=seconds), path)
        save(dict(average=average, step=step, seconds=seconds), f"{RUN}/autoencoder.pt")

    while seconds < minutes * 60 and not stop.asked:
        saved += wait_while_paused()
        threads.choose()
        began = time.time()
        for group in optimiser.param_groups:
            group["scale"] = rate_scale(step - first, seconds / (minutes * 60), steady=0)
        z, frames = pairs.draw(np.random.default_rng((3, step)), torch.Generator().manual_seed(step))
        loss, decibel, flicker = loss_of(decode(autoencoder, z), frames)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(autoencoder.state_dict().values()), 1 - min(AVERAGE, (1 + step) / (10 + step)))
        seconds += time.time() - began
        for name, value in dict(loss=loss.item(), decibel=decibel.item(), flicker=flicker.item()).items():
            running[name] = 0.95 * running.get(name, value) + 0.05 * value
        if step % LOG_STEPS == 0:
            note(pairs=len(pairs.parts), threads=threads.count, **{k: round(v, 4) for k, v in running.items()})
        if time.time() - checked > CHECK_SECONDS:
            shadow.load_state_dict(average)
            note(heldOut=check(shadow.eval(), pairs))
            pairs.refresh()
            checked = time.time()
        if time.time() - saved > SAVE_SECONDS:
            keep()
            saved = time.time()
    keep()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    train(parser.parse_args().minutes)
