"""
Draw clips with every core while a GPU trains on them: the lessons of `gpu_autoencoder.py`, `gpu_transformer.py` and `gpu_settle.py`.

    python gpu_pool.py WORKERS          until all of KINDS is drawn; what is there can be read meanwhile

Promises: no clip has the caption of one of the first EXAM prompts of `evaluate.py` (it is left out); a clip is whole once its
state says DRAWN. Files of one kind lie together in `POCKET_POOL`: pictures, silhouettes in cells of 4 pixels, prompt tokens of the
package's own text encoder. A core draws 15 clips of 17 frames in a second, so sixteen keep ahead of the GPU.
"""
import os
import sys
from multiprocessing import get_context

import numpy as np
import torch

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
    "square": ("pocket", (128, 128), 17, 44_000, 40_000_000, 1.0),
    "wide": ("pocket", (128, 192), 17, 5_000, 41_000_000, 1.0),
    "tall": ("pocket", (192, 128), 17, 5_000, 42_000_000, 1.0),
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
        self.prompt, self.mask = array("prompt", np.float16, TOKENS, WIDTH), array("mask", np.bool_, TOKENS)

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


def draw_share(job):
    """One process: every `workers`-th clip of the order."""
    rank, workers, order, exam = job
    torch.set_num_threads(1)
    os.nice(10)
    kinds, text = {name: Kind(name, "r+") for name in KINDS}, TextEncoder()
    worlds = {name: (ToyWorld if world == "toy" else PocketWorld)(size, frames) for name, (world, size, frames, *_) in KINDS.items() if world != "leaves"}
    for name, index in order[rank::workers]:
        kind = kinds[name]
        if kind.state[index] != NOT_YET:
            continue
        seed, caption = kind.seed + index, ""
        if kind.world == "leaves":
            clip = dead_leaves(seed, frames=kind.frames)
        else:
            clip, caption = worlds[name].sample(seed)
        if caption in exam:
            kind.state[index] = LEFT_OUT
            continue
        if kind.world == "pocket":
            kind.cover[index] = (worlds[name].coverage(seed, CELL) * 255).round().byte().numpy()
            kind.prompt[index], kind.mask[index] = text.encode(caption)
        kind.clips[index] = ((clip.transpose(0, 1) + 1) * 127.5).round().byte().numpy()
        kind.state[index] = DRAWN


def main(workers):
    from evaluate import held_out_scenes
    os.makedirs(POOL, exist_ok=True)
    for name in KINDS:
        Kind(name, "r+" if os.path.exists(f"{POOL}/{name}.mask.npy") else "w+")
    order = sorted(((name, k) for name, spec in KINDS.items() for k in range(spec[3])), key=lambda job: (job[1] + 1) / KINDS[job[0]][3] * KINDS[job[0]][5])
    exam = {caption for _, _, caption in held_out_scenes(EXAM)}
    with get_context("fork").Pool(workers) as pool:
        pool.map(draw_share, [(rank, workers, order, exam) for rank in range(workers)], 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
