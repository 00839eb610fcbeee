"""
Train `Settle` (autoencoder.py) on a GPU: what the new transformer drew over, against the frames it should have given.

    python gpu_settle.py CLIPS SECONDS         -> run/autoencoder.pt with it, settle.jsonl

The method is that of `pairs.py` and `train_settle.py`, which say why; pairs are made and drawn here as they are needed, and a pixel with a
subject counts up to SUBJECT times: filters that forgot small subjects are how version 7 lost six of ninety (NOTES.md).
"""
import json
import sys
import time

import numpy as np
import torch

from autoencoder import load_autoencoder
from data import load_statistics
from gpu import DEVICE, SUBJECT, decibels, products, subject_weights, weighted_error
from gpu_pool import Kind, TextEncoder
from gpu_lessons import encode
from keep import half
from paths import RUN, save
from pairs import EVEN, FIRST_STEPS, GUIDANCES
from sample import draw_latents, load_transformer
from train_autoencoder import rate_scale
from train_settle import MOST_GIVEN, SHARES, TEMPORAL

BATCH, FRAMES, AT_ONCE, HELD_OUT = 16, 9, 120, 48
RATE, AVERAGE = 2e-3, 0.99
LOG_SECONDS = 10


class Lessons:
    """
    Pairs of latents with what is true: true, made [n,9,64,h,w] normalised float16; pictures uint8 [n,9,3,128,128]; silhouettes.
    Every clip of a kind is nine neighbouring frames from somewhere in it.
    """

    def __init__(self, autoencoder, transformer, count, leaves):
        self.mean, self.deviation = (v[0, :, 0].to(DEVICE) for v in load_statistics())                 # [64,1,1]
        self.autoencoder, self.rng = autoencoder, np.random.default_rng(17)
        square, other = self.read("square", count), self.read("leaves", leaves)
        prompts, masks = (torch.from_numpy(a).to(DEVICE) for a in square.pop("text"))
        other.pop("text")
        empty = [v.to(DEVICE) for v in TextEncoder().encode_all([""])]
        made = []
        for start in range(0, len(prompts), AT_ONCE):
            true = square["true"][start:start + AT_ONCE].float().transpose(1, 2)                        # [n,64,9,4,4]
            n, begin = len(true), int(self.rng.integers(*FIRST_STEPS, endpoint=True))
            prompt = torch.cat([empty[0].expand(n, -1, -1), prompts[start:start + AT_ONCE].float()])
            mask = torch.cat([empty[1].expand(n, -1), masks[start:start + AT_ONCE].float()])
            drawn = draw_latents(transformer, prompt, mask, torch.randn_like(true), begin=(begin, true), **EVEN, guidance=float(self.rng.choice(GUIDANCES)))
            made.append(drawn.transpose(1, 2).half())
        self.square, self.leaves = {**square, "made": torch.cat(made)}, {**other, "made": other["true"]}

    def read(self, name, count):
        kind = Kind(name)
        rows = kind.drawn()[:count]
        starts = self.rng.integers(kind.frames - FRAMES + 1, size=len(rows))
        gather = lambda array: torch.from_numpy(np.stack([array[k][s:s + FRAMES] for k, s in zip(rows, starts)])).to(DEVICE)
        pictures = gather(kind.clips)
        with torch.no_grad():
            z = torch.cat([encode(self.autoencoder, part) for part in pictures.split(40)]).float()
        return dict(pictures=pictures, cover=gather(kind.cover), true=((z - self.mean) / self.deviation).half(), text=(kind.prompt[rows], kind.mask[rows]))

    def pick(self, source, rows, given):
        """Clips `rows`, of each the first `given` [n] frames as the encoder gave them -> drawn, features, true pictures, weights; frames in the batch."""
        parts = {k: v[rows] for k, v in source.items()}
        keep = torch.arange(FRAMES, device=DEVICE)[None] < given[:, None]
        z = torch.where(keep[..., None, None, None], parts["true"], parts["made"]).float() * self.deviation + self.mean
        with torch.no_grad(), products():
            x, features = self.autoencoder.draw(z.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        weight = subject_weights(parts["cover"].flatten(0, 1))
        return x.float().contiguous(), features.float().contiguous(), parts["pictures"].flatten(0, 1).float() / 127.5 - 1, weight

    def batch(self):
        """BATCH clips of all sorts, in the shares of train_settle.py."""
        sorts = self.rng.choice(list(SHARES), BATCH, p=list(SHARES.values()))
        other = int((sorts == "leaves").sum())
        rows = torch.from_numpy(self.rng.integers(HELD_OUT, len(self.square["true"]), BATCH - other)).to(DEVICE)
        given = np.select([sorts == "made", sorts == "extended"], [0, self.rng.integers(1, MOST_GIVEN + 1, BATCH)], FRAMES)[sorts != "leaves"]
        parts = [self.pick(self.square, rows, torch.from_numpy(given).to(DEVICE))]
        if other:
            parts.append(self.pick(self.leaves, torch.randint(len(self.leaves["true"]), (other,), device=DEVICE), torch.zeros(other, device=DEVICE)))
        return [torch.cat(p) for p in zip(*parts)]


def loss_of(made, true, weight):
    """-> loss; squared error of every frame [B·F]; mean |error| of neighbours' difference. [B·F,3,H,W]"""
    error = made - true
    share = weight / weight.mean()
    loss, squared = weighted_error(error, share)
    clips, shares = error.unflatten(0, (-1, FRAMES)), share.unflatten(0, (-1, FRAMES))
    flicker = (clips[:, 1:] - clips[:, :-1]).abs()
    return loss + TEMPORAL * (shares[:, 1:] * flicker).mean(), squared, flicker.detach().mean()


@torch.no_grad()
def check(settle, lessons):
    """Held-out pairs, plain (bare) and settled: PSNR of all and of the subject, and flicker."""
    found = {}
    for name, given in (("made", 0), ("true", FRAMES)):
        x, features, true, weight = lessons.pick(lessons.square, torch.arange(HELD_OUT, device=DEVICE), torch.full((HELD_OUT,), given, device=DEVICE))
        subject = (weight - 1) / (SUBJECT - 1)
        for label, y in (("bare", x), ("settled", settle(x, features, FRAMES))):
            _, squared, flicker = loss_of(y.clamp(-1, 1), true, weight)
            found[f"{name} {label}"] = [decibels(squared.mean((1, 2, 3))), decibels((squared.mean(1, keepdim=True) * subject).sum((1, 2, 3)) / subject.sum((1, 2, 3)).clamp(min=1)), round(flicker.item(), 5)]
    return found


def train(count, seconds, leaves=600):
    torch.manual_seed(14)
    autoencoder = load_autoencoder().to(DEVICE, memory_format=torch.channels_last).requires_grad_(False)
    began = time.time()
    lessons = Lessons(autoencoder, load_transformer().to(DEVICE), count, leaves)
    settle = autoencoder.settle.requires_grad_(True)
    shadow = load_autoencoder().settle.to(DEVICE).requires_grad_(False)
    optimiser = torch.optim.Adam(settle.parameters(), RATE, betas=(0.9, 0.98))
    average, own = list(shadow.state_dict().values()), list(settle.state_dict().values())
    log, step, logged, made = open(f"{RUN}/settle.jsonl", "a", buffering=1), 0, 0.0, round(time.time() - began, 1)

    def note(**values):
        line = json.dumps(dict(step=step, seconds=round(time.time() - began, 1), **values))
        print(line, file=log)
        print(line, flush=True)

    note(pairs=len(lessons.square["true"]), making=made, heldOut=check(shadow, lessons))
    began = time.time()
    while (spent := time.time() - began) < seconds:
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate_scale(step, spent / seconds, steady=0.1)
        x, features, true, weight = lessons.batch()
        loss, _, flicker = loss_of(settle(x, features, FRAMES), true, weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        torch._foreach_lerp_(average, own, 1 - min(AVERAGE, (1 + step) / (10 + step)))
        if spent - logged > LOG_SECONDS:
            note(loss=round(loss.item(), 4), flicker=round(flicker.item(), 5))
            logged = spent
    note(heldOut=check(shadow, lessons))
    kept = {k: v.cpu() for k, v in autoencoder.state_dict().items()}
    kept.update({f"settle.{k}": v.cpu() for k, v in shadow.state_dict().items()})
    save(dict(average=half(kept), step=step, seconds=seconds), f"{RUN}/autoencoder.pt")


if __name__ == "__main__":
    train(int(sys.argv[1]), float(sys.argv[2]))
