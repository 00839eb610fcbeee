"""
Examine what lies beyond one subject in nine frames of 128 × 128: wide and tall frames, seventeen of them, two subjects.

    python wider.py --clips 80 --package ../../resources/models/pocket        a table; `--out` says where it is kept

Every kind is asked the same held-out prompts as `evaluate.py` asks first (two subjects: the first that have two), beside the square in the same run.
The examiner has seen squares only, so its own score on real clips of each kind stands beside every score: what it cannot see there it
cannot see in generated ones. Of seventeen frames it watches nine at a time, the first and the last, and each is a question.
"""
import argparse

import numpy as np
import torch

from evaluate import FRAMES, frame_difference, generate, held_out_scenes, keep_table, open_models, real_clips, scores
from examiner import load_examiner
from paths import HERE
from sample import GUIDANCE, SHIFT, STEADY, STEPS
from warping import clip_error, open_flow

ONE, TWO = ((lambda n: lambda scene: len(scene["subjects"]) == n)(n) for n in (1, 2))
KINDS = {                                                    # (height, width), frames, which scenes
    "128 × 128": ((128, 128), 9, ONE), "wide, 192 × 128": ((128, 192), 9, ONE), "tall, 128 × 192": ((192, 128), 9, ONE),
    "17 frames": ((128, 128), 17, ONE), "two subjects": ((128, 128), 9, TWO),
}
QUESTIONS, CELL, WARPED_SHARE = ("subject", "color", "backdrop", "count", "motion"), 32, 4


def parts_of(frames):
    """Where the examiner's nine frames begin."""
    return (0,) if frames == FRAMES else (0, frames - FRAMES)


@torch.no_grad()
def examine(models, examiner, flow, count, size, frames, wanted):
    """-> (generated, real, asked) of every question; frame difference and warping error over real clips'."""
    scenes = held_out_scenes(count, wanted)
    real = real_clips(scenes, size, frames)
    made = generate(models, scenes, frames=frames, height=size[0] // CELL, width=size[1] // CELL)
    answers = {}
    for at in parts_of(frames):
        got, asked, _ = scores(examiner, made[:, :, at:at + FRAMES], scenes)
        can, _, _ = scores(examiner, real[:, :, at:at + FRAMES], scenes)
        for q in QUESTIONS:
            answers.setdefault(q, []).append((got[q], can[q], asked[q]))
    few = count // WARPED_SHARE
    wrong = [np.mean([clip_error(flow, clip.numpy()) for clip in clips[:few]]) for clips in (made, real)]
    ratios = dict(change=float(frame_difference(made).mean() / frame_difference(real).mean()), warping=wrong[0] / wrong[1])
    return {q: np.mean(v, 0) for q, v in answers.items()}, ratios


def row(kind, answers, ratios):
    share = lambda v: "" if v[2] == 0 else f"{100 * v[0]:.0f} ({100 * v[1]:.0f})"
    return f"| {kind} | " + " | ".join(share(answers[q]) for q in QUESTIONS) + f" | {ratios['change']:.2f} | {ratios['warping']:.2f} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=80)
    parser.add_argument("--package", default=f"{HERE}/../../resources/models/pocket")
    parser.add_argument("--rife", default=f"{HERE}/../../resources/interpolator/model.onnx")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    models, examiner, flow = open_models(None, arguments.package, 2), load_examiner(), open_flow(arguments.rife)
    lines = ["| Kind | right subject, % (real clips) | colour | backdrop | count | motion | frame difference, × real | warping error, × real |", "|---|---|---|---|---|---|---|---|"]
    for kind, asked in KINDS.items():
        lines.append(row(kind, *examine(models, examiner, flow, arguments.clips, *asked)))
        print(lines[-1], flush=True)
    lines += ["", f"{arguments.clips} held-out prompts of each kind, {arguments.clips // WARPED_SHARE} clips for warping; {STEPS} steps, shift {SHIFT:g}, guidance {GUIDANCE}, steady {STEADY}, the package's graph.", ""]
    keep_table(lines, arguments.out)


if __name__ == "__main__":
    main()
