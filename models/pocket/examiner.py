"""
The examiner: two small classifiers, trained on pixels of the drawn world only, that say what a clip shows.

    python examiner.py draw 10000        draw their lessons (run/lessons.npz parts, once), and 1,000 held-out clips
    python examiner.py train 3           three passes; goes on after a kill; prints how they do on the held-out clips

Promises: they see pixels, never latents, and never a generated clip; nothing of the generator's autoencoder is in them.
`look` sees one frame at full size (subject, colour, backdrop, how many), and the answers of all nine are added up;
`watch` sees nine frames at half size (motion). A plain backdrop counts as right only in its right colour.
Subject, colour and motion are asked only of clips with one subject. Do not tune it towards the generator.
"""
import json
import os
import sys
from multiprocessing import get_context

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from autoencoder import Block
from courtesy import Threads, wait_while_paused
from muon import Muon
from paths import HERE, RUN, save
from precision import products
from world import PocketWorld

SUBJECTS, COLORS = PocketWorld.SUBJECTS, PocketWorld.COLORS
BACKDROPS = tuple(f"plain {c}" for c in COLORS) + ("day", "night", "sea", "meadow", "sunset", "space")
MOTIONS = ("still", "left", "right", "up", "down", "bounce", "grow", "shrink", "spin")
ANSWERS = {"subject": SUBJECTS, "color": COLORS, "backdrop": BACKDROPS, "count": (1, 2), "motion": MOTIONS}
FRAMES, DRAWN, LOOKED_AT = 9, 13, (1, 4, 7)              # lessons keep three frames at full size
LESSONS_FROM, EXAM_FROM, EXAM_CLIPS = 20_000_000, 21_000_000, 1000       # seeds; the transformer's count up from 0
BATCH, RATE, ADAM_RATE, SAVE_STEPS, PART = 64, 0.01, 1e-3, 50, 1000
NOT_ASKED = -100                                                         # cross-entropy skips it
worker = None


def answers_of(scene):
    """-> index of the right answer to every question; NOT_ASKED where two subjects make it ambiguous."""
    subject, alone = scene["subjects"][0], len(scene["subjects"]) == 1
    backdrop = f"plain {scene['bg']}" if scene["backdrop"] == "plain" else scene["backdrop"]
    return {
        "subject": SUBJECTS.index(subject["kind"]) if alone else NOT_ASKED,
        "color": COLORS.index(subject["color"]) if alone else NOT_ASKED,
        "backdrop": BACKDROPS.index(backdrop), "count": len(scene["subjects"]) - 1,
        "motion": MOTIONS.index(subject["motion"]) if alone else NOT_ASKED,
    }


def down(inputs, outputs):
    return [nn.PixelUnshuffle(2), nn.Conv2d(4 * inputs, outputs, 1)]


class Classifier(nn.Module):
    """[N,channels,·,·] -> features [N,2·width], answers by question [N,classes]."""

    def __init__(self, first, width, questions):
        super().__init__()
        self.trunk = nn.Sequential(*first, nn.GroupNorm(8, width), nn.SiLU())
        self.heads = nn.ModuleDict({q: nn.Linear(2 * width, len(ANSWERS[q])) for q in questions})

    def forward(self, x):
        y = self.trunk(x).float()
        features = torch.cat([y.mean((2, 3)), y.amax((2, 3))], 1)
        return features, {q: head(features) for q, head in self.heads.items()}


class Examiner(nn.Module):
    def __init__(self):
        super().__init__()
        self.look = Classifier([nn.PixelUnshuffle(4), nn.Conv2d(48, 48, 3, padding=1), nn.SiLU(),                       # [N,48,32,32]
                                *down(48, 96), Block(96), Block(96), *down(96, 160), Block(160), Block(160)], 160,      # [N,160,8,8]
                               ("subject", "color", "backdrop", "count"))
        self.watch = Classifier([nn.PixelUnshuffle(4), nn.Conv2d(16 * 3 * FRAMES, 96, 1), Block(96), Block(96),         # [N,96,16,16]
                                 *down(96, 128), Block(128), Block(128)], 128, ("motion",))                             # [N,128,8,8]

    def forward(self, frames, clip):
        """frames [N,3,128,128], clip [N,27,64,64] -> features [N,576], answers."""
        seen, answers = self.look(frames)
        watched, motion = self.watch(clip)
        return torch.cat([seen, watched], 1), {**answers, **motion}

    @torch.no_grad()
    def examine(self, clips):
        """clips [N,3,9,128,128] in [-1,1] -> features [N,576], log-probabilities by question, of all frames together."""
        looks = [self.look(clips[:, :, f]) for f in range(FRAMES)]
        answers = {q: sum(a[q].log_softmax(1) for _, a in looks) for q in looks[0][1]}
        watched, motion = self.watch(half_size(clips))
        seen = sum(f for f, _ in looks) / len(looks)
        return torch.cat([seen, watched], 1), {**answers, "motion": motion["motion"].log_softmax(1)}


def half_size(clips):
    """[N,3,9,128,128] -> [N,27,64,64], frames outermost."""
    n, _, frames, height, width = clips.shape
    return F.avg_pool2d(clips.transpose(1, 2).reshape(n, frames * 3, height, width), 2)


def draw_lesson(seed):
    """-> three frames [3,3,128,128], clip [27,64,64], both uint8, and the answers in the order of ANSWERS."""
    global worker
    torch.set_num_threads(1)
    worker = worker or PocketWorld(128, DRAWN)
    scene, _ = worker.labelled(seed)
    start = int(np.random.default_rng(seed + 1).integers(DRAWN - FRAMES + 1))
    clip = worker.sample(seed)[0][:, start:start + FRAMES]
    to_bytes = lambda x: ((x + 1) * 127.5).round().to(torch.uint8).numpy()
    return to_bytes(clip[:, list(LOOKED_AT)].transpose(0, 1)), to_bytes(half_size(clip[None])[0]), list(answers_of(scene).values())


def draw(count):
    with get_context("fork").Pool(2) as pool:
        for name, start, stop in [("exam", EXAM_FROM, EXAM_FROM + EXAM_CLIPS)] + [(f"lessons_{i:06d}", LESSONS_FROM + i, LESSONS_FROM + i + PART) for i in range(0, count, PART)]:
            if not os.path.exists(f"{RUN}/{name}.npz"):
                frames, clips, answers = zip(*pool.imap(draw_lesson, range(start, stop), 25))
                np.savez(f"{RUN}/{name}.part.npz", frames=np.stack(frames), clips=np.stack(clips), answers=np.array(answers))
                os.replace(f"{RUN}/{name}.part.npz", f"{RUN}/{name}.npz")


def load_lessons(names):
    parts = [np.load(f"{RUN}/{n}") for n in names]
    return [torch.from_numpy(np.concatenate([p[k] for p in parts])) for k in ("frames", "clips", "answers")]


def from_bytes(x):
    return (x.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(examiner, frames, clips, answers):
    """Share of right answers on drawn clips, from three frames; answers [N,5]. `evaluate.py` asks all nine, which is a little better."""
    right = {q: [0, 0] for q in ANSWERS}
    for i in range(0, len(frames), 100):
        looks = [examiner.look(from_bytes(frames[i:i + 100, k]))[1] for k in range(len(LOOKED_AT))]
        given = {q: sum(a[q].log_softmax(1) for a in looks) for q in looks[0]}
        given["motion"] = examiner.watch(from_bytes(clips[i:i + 100]))[1]["motion"]
        for k, q in enumerate(ANSWERS):
            truth = answers[i:i + 100, k]
            asked = truth != NOT_ASKED
            right[q][0] += int((given[q].argmax(1) == truth)[asked].sum())
            right[q][1] += int(asked.sum())
    return {q: round(a / b, 4) for q, (a, b) in right.items()}


def load_examiner():
    path = next(p for p in (f"{RUN}/examiner.pt", f"{HERE}/checkpoint/examiner.pt") if os.path.exists(p))
    examiner = Examiner()
    examiner.load_state_dict({k: v.float() for k, v in torch.load(path)["weights"].items()})
    return examiner.eval()


def train(passes):
    names = sorted(f for f in os.listdir(RUN) if f.startswith("lessons_") and f.endswith(".npz"))
    frames, clips, answers = load_lessons(names)
    examiner = Examiner().to(memory_format=torch.channels_last)
    named = list(examiner.named_parameters())
    is_matrix = lambda n, p: p.ndim >= 2 and "heads" not in n
    optimiser = Muon([p for n, p in named if is_matrix(n, p)], [p for n, p in named if not is_matrix(n, p)], RATE, ADAM_RATE)
    path, step = f"{RUN}/examiner.pt", 0
    if os.path.exists(path):
        kept = torch.load(path)
        examiner.load_state_dict(kept["weights"])
        optimiser.load_state_dict(kept["optimiser"])
        step = kept["step"]
    per_pass = len(frames) // BATCH
    steps, threads, running = passes * per_pass, Threads(), {}
    while step < steps:
        wait_while_paused()
        threads.choose()
        order = np.random.default_rng(step // per_pass).permutation(len(frames))
        rows = torch.from_numpy(order[step % per_pass * BATCH:][:BATCH].copy())
        which = torch.from_numpy(np.random.default_rng((1, step)).integers(len(LOOKED_AT), size=BATCH))
        with products():
            _, given = examiner(from_bytes(frames[rows, which]), from_bytes(clips[rows]))
        losses = {q: F.cross_entropy(given[q].float(), answers[rows, k], ignore_index=NOT_ASKED) for k, q in enumerate(ANSWERS)}
        optimiser.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        for group in optimiser.param_groups:
            group["scale"] = min(1, (step + 1) / 20) * (1 - step / steps)
        optimiser.step()
        step += 1
        for q, v in losses.items():
            running[q] = 0.9 * running.get(q, v.item()) + 0.1 * v.item()
        if step % SAVE_STEPS == 0 or step == steps:
            save(dict(weights=examiner.state_dict(), optimiser=optimiser.state_dict(), step=step), path)
            print(json.dumps(dict(step=step, of=steps, loss={q: round(v, 3) for q, v in running.items()})), flush=True)
    report = accuracy(examiner.eval(), *load_lessons(["exam.npz"]))
    save(dict(weights=examiner.state_dict(), optimiser=optimiser.state_dict(), step=step, accuracy=report), path)
    print(json.dumps(dict(heldOutRealClips=report)), flush=True)


if __name__ == "__main__":
    {"draw": draw, "train": train}[sys.argv[1]](int(sys.argv[2]))
