"""
Draw clips with every core while a GPU trains on them: the lessons of `gpu_autoencoder.py`, `gpu_transformer.py` and `gpu_settle.py`.

    python gpu_pool.py WORKERS [KIND …]         until all of these kinds (or of KINDS) are drawn; what is there can be read meanwhile

Promises: no clip has the caption of one of the first EXAM prompts of `evaluate.py` (it is left out); a clip is whole once its
state says DRAWN. Files of one kind lie together in `POCKET_POOL`: pictures, silhouettes in cells of 4 pixels, prompt tokens of the
package's own text encoder. A core draws 15 clips of 17 frames in a second, so sixteen keep ahead of the GPU. Every clip says which prompt
its tokens belong to and how its camera moves, also those (most) that have one prompt and a camera that stands still.
"""
import os
import sys
from multiprocessing import get_context

import numpy as np
import torch

from moving import CameraWorld, ChangingWorld, STILL
from paths import RUN
from textures import dead_leaves
from world import PocketWorld, ToyWorld

POOL = os.environ.get("POCKET_POOL", f"{RUN}/pool")
TEXT = os.environ.get("POCKET_TEXT", f"{RUN}/text")          # model.onnx and tokenizer.json of a package's text encoder and tokenizer
EXAM, TOKENS, WIDTH, CELL = 500, 32, 384, 4
NOT_YET, DRAWN, LEFT_OUT = 0, 1, 2
# kind: world, (height, width), frames, clips, first seed, share of the whole time after which all are drawn
KINDS = {
    "held_out": ("pocket", (128, 128), 13, 192, 9_000_000, 0.0),
    "changing_held_out": ("changing", (128, 128), 13, 96, 55_000_000, 0.0),
    "camera_held_out": ("camera", (128, 128), 13, 96, 65_000_000, 0.0),
    "square": ("pocket", (128, 128), 17, 36_000, 40_000_000, 1.0),
    "wide": ("pocket", (128, 192), 17, 4_000, 41_000_000, 1.0),
    "tall": ("pocket", (192, 128), 17, 4_000, 42_000_000, 1.0),
    "changing": ("changing", (128, 128), 13, 7_000, 50_000_000, 1.0),
    "camera": ("camera", (128, 128), 13, 16_000, 60_000_000, 1.0),
    "toy": ("toy", (128, 128), 17, 3_000, 10_000_000, 0.35),
    "leaves": ("leaves", (128, 128), 17, 1_000, 3_000_000, 0.35),
}


class Kind:
    """One kind's arrays, files that all processes share."""

    def __init__(self, name, mode="r"):
        self.name = name
        self.world, (height, width), self.frames, self.count, self.seed, _ = KINDS[name]
        n, f = self.count, self.frames
        array = lambda what, kind, *shape: np.lib.format.open_memmap(f"{POOL}/{name}.{what}.npy", mode, kind, (n, *shape))
        self.state = array("state", np.uint8)
        self.clips = array("clips", np.uint8, f, 3, height, width)
        self.cover = array("cover", np.uint8, f, height // CELL, width // CELL)
        self.prompt, self.mask = array("prompt", np.float16, TOKENS, WIDTH), array("mask", np.uint8, TOKENS)      # 1, 2: of the first or second prompt; 0: of none
        self.change, self.views = array("change", np.uint8), array("views", np.float32, f, 2, 3)                  # as Lesson of moving.py has them

    def drawn(self):
        """Indices of the clips that are there."""
        return np.flatnonzero(np.asarray(self.state) == DRAWN)


class TextEncoder:
    def __init__(self):
        import onnxruntime as ort
        from tokenizers import Tokenizer
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(f"{TEXT}/model.onnx", options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(f"{TEXT}/tokenizer.json")
        self.tokenizer.enable_truncation(TOKENS)
        self.tokenizer.enable_padding(length=TOKENS, pad_id=0)

    def encode(self, caption):
        """-> [32,384] float32, mask [32] of 0 and 1."""
        tokens = self.tokenizer.encode(caption)
        ids, mask = np.array([tokens.ids], np.int64), np.array([tokens.attention_mask], np.int64)
        return self.session.run(None, dict(input_ids=ids, attention_mask=mask))[0][0], mask[0]

    def encode_all(self, captions):
        """-> float32 [N,32,384], [N,32]."""
        parts = [self.encode(c) for c in captions]
        return [torch.from_numpy(np.stack(p)).float() for p in zip(*parts)]


def tokens_of(text, captions):
    """One prompt, or two whose tokens follow each other -> float32 [32,384], of which prompt each is [32]; None where both are too long."""
    whole, mask = np.zeros((TOKENS, WIDTH), np.float32), np.zeros(TOKENS, np.uint8)
    used = 0
    for k, caption in enumerate(captions):
        tokens, its = text.encode(caption)
        count = int(its.sum())
        if used + count > TOKENS:
            return None
        whole[used:used + count], mask[used:used + count] = tokens[:count], k + 1
        used += count
    return whole, mask


def draw_clip(kind, world, seed):
    """-> clip [3,F,H,W], captions (none, one, or the second from frame `change` on), change, views [F,2,3], silhouettes [F,H/CELL,W/CELL] or None."""
    if kind.world == "leaves":
        return dead_leaves(seed, frames=kind.frames), [], kind.frames, STILL, None
    if kind.world in ("changing", "camera"):
        lesson = world.lesson(seed)
        return lesson.clip, list(dict.fromkeys(lesson.captions)), lesson.change, lesson.views, lesson.seen
    clip, caption = world.sample(seed)
    return clip, [caption], kind.frames, STILL, world.coverage(seed, CELL) if kind.world == "pocket" else None


def create_world(name, size, frames):
    moving = {"changing": ChangingWorld, "camera": CameraWorld}
    return moving[name]() if name in moving else (ToyWorld if name == "toy" else PocketWorld)(size, frames)


def draw_share(job):
    """One process: every `workers`-th clip of the order."""
    rank, workers, names, order, exam = job
    torch.set_num_threads(1)
    os.nice(10)
    kinds, text = {name: Kind(name, "r+") for name in names}, TextEncoder()
    worlds = {name: create_world(*KINDS[name][:3]) for name in names}
    for name, index in order[rank::workers]:
        kind = kinds[name]
        if kind.state[index] != NOT_YET:
            continue
        clip, captions, kind.change[index], kind.views[index], seen = draw_clip(kind, worlds[name], kind.seed + index)
        told = None if exam.intersection(captions) else tokens_of(text, captions)
        if told is None:
            kind.state[index] = LEFT_OUT
            continue
        kind.prompt[index], kind.mask[index] = told
        if seen is not None:
            kind.cover[index] = (seen * 255).round().byte().numpy()
        kind.clips[index] = ((clip.transpose(0, 1) + 1) * 127.5).round().byte().numpy()
        kind.state[index] = DRAWN


def main(workers, names):
    from evaluate import held_out_scenes
    os.makedirs(POOL, exist_ok=True)
    for name in names:
        Kind(name, "r+" if os.path.exists(f"{POOL}/{name}.views.npy") else "w+")
    order = sorted(((name, k) for name in names for k in range(KINDS[name][3])), key=lambda job: (job[1] + 1) / KINDS[job[0]][3] * KINDS[job[0]][5])
    exam = {caption for _, _, caption in held_out_scenes(EXAM)}
    with get_context("fork").Pool(workers) as pool:
        pool.map(draw_share, [(rank, workers, names, order, exam) for rank in range(workers)], 1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:] or list(KINDS))
