"""
A first look at new weights on the GPU that made them, in seconds: what the examiner sees in generated clips, by guidance, drawn plainly and settled.

    python gpu_exam.py 160                     prints a table; run/exam-clips.npy (the first thirty, settled, at the package's guidance)

`evaluate.py` is the examination proper: this one asks only for subject, colour, backdrop, motion and how much neighbouring frames differ.
"""
import json
import sys

import numpy as np
import torch

from autoencoder import load_autoencoder
from data import load_statistics
from evaluate import FRAMES, frame_difference, held_out_scenes, noise, real_clips, scores
from examiner import load_examiner
from gpu import DEVICE
from gpu_pool import TextEncoder
from paths import RUN
from sample import GUIDANCE, draw_latents, load_transformer

GUIDANCES = (2.0, 2.5, 3.0, 3.5)


@torch.no_grad()
def main(count):
    autoencoder, transformer, examiner = (m.to(DEVICE) for m in (load_autoencoder(), load_transformer(), load_examiner()))
    mean, deviation = (v.to(DEVICE) for v in load_statistics())
    scenes, text = held_out_scenes(count), TextEncoder()
    prompt, mask = (v.to(DEVICE) for v in text.encode_all([""] * count + [c for _, _, c in scenes]))
    seeds = noise([s for s, _, _ in scenes]).to(DEVICE)
    real = real_clips(scenes)
    change = frame_difference(real).mean()

    def tell(label, clips):
        right, _, _ = scores(examiner, clips.to(DEVICE), scenes)
        line = {q: round(100 * v, 1) for q, v in right.items()}
        print(json.dumps(dict(clips=label, **line, difference=round(float(frame_difference(clips).mean() / change), 3))), flush=True)

    def decode(z, settled):
        frames = (z * deviation + mean).transpose(1, 2).flatten(0, 1)
        parts = []
        for part in frames.split(FRAMES * 20):
            x, features = autoencoder.draw(part)
            x = autoencoder.settle(x, features, FRAMES) if settled else x
            parts.append(x.clamp(-1, 1).unflatten(0, (-1, FRAMES)).transpose(1, 2).cpu())
        return torch.cat(parts)

    tell("real", real)
    z = autoencoder.encode(real.transpose(1, 2).flatten(0, 1).to(DEVICE)).unflatten(0, (-1, FRAMES)).transpose(1, 2)
    for settled in (False, True):
        tell(f"real through the autoencoder{', settled' * settled}", decode((z - mean) / deviation, settled))
    for guidance in GUIDANCES:
        z = draw_latents(transformer, prompt, mask, seeds, guidance=guidance)
        for settled in (False, True):
            clips = decode(z, settled)
            tell(f"guidance {guidance}{', settled' * settled}", clips)
            if settled and guidance == GUIDANCE:
                np.save(f"{RUN}/exam-clips.npy", ((clips[:30] + 1) * 127.5).round().byte().numpy())


if __name__ == "__main__":
    main(int(sys.argv[1]))
