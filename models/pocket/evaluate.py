"""
Examine weights: one command, one table, saved as JSON and Markdown beside them.

    python evaluate.py checkpoint/transformer.pt --clips 500 --package ../../resources/models/pocket

Promises: prompts are drawn from seeds that no training saw, and none equals a training caption; every clip has fixed
noise, so two sets of weights meet the same questions; generation is float32 at the package's own defaults, through the
package's transformer graph where one is named, which takes two thirds of torch's time; the examiner (`examiner.py`) has never seen a
generated clip; killed, it goes on (`remembered.py`). Two ceilings stand beside every score: real clips, and real clips through the autoencoder. What was not measured says so. Do not tune the examiner.

Method: Fréchet distance (Heusel et al. 2017, arXiv:1706.08500) on the examiner's features instead of Inception's;
warping error as in `warping.py`.
"""
import argparse
import json
import os
import time

import numpy as np
import torch

from carry import carry_given
from courtesy import wait_while_paused
from examiner import ANSWERS, NOT_ASKED, answers_of, load_examiner
from paths import HERE, RUN
from photographs import photographs
from remembered import digest, digest_of_file, forget, remembered
from sample import GUIDANCE, SHIFT, STEADY, STEPS, GraphTransformer, Models, generate_latents, load_transformer
from textures import dead_leaves
from warping import clip_error, open_flow
from world import PocketWorld

PROMPTS_FROM, LEAVES_FROM, TRAINED_CLIPS = 9_500_000, 9_500_000, 8000     # seeds; training counted up from 0
FRAMES, START, BATCH = 9, 2, 10                           # START: where the nine frames begin in the real clip of thirteen
EXTENSIONS, PRIOR = 3, 4
EXTENDED_SHARE, CONDITIONED_SHARE, WARPED_SHARE = 8, 8, 4         # every so many prompts are also extended, conditioned, warped,
EXTENDED_MOST, CONDITIONED_MOST, WARPED_MOST = 20, 20, 60         # but not more: four clips are made for each
AUTOENCODER_FRAMES = 120
BARS = {"right subject": .80, "right color": .95, "right backdrop": .97, "right motion": .75, "warping error, × real": 1.5,
        "seam jump, × neighbours": 1.3, "autoencoder on the world, dB": 33, "autoencoder on photographs, dB": 22, "seconds per clip": 4}


def held_out_scenes(count, wanted=lambda scene: True):
    """-> seeds, scenes and captions that no training clip has."""
    world = PocketWorld(128, 13)
    seen, found, seed = {world.labelled(k)[1] for k in range(TRAINED_CLIPS)}, [], PROMPTS_FROM
    while len(found) < count:
        scene, caption = world.labelled(seed)
        if caption not in seen and wanted(scene):
            found.append((seed, scene, caption))
        seed += 1
    return found


def in_batches(items, size=BATCH):
    for i in range(0, len(items), size):
        wait_while_paused()
        yield items[i:i + size]


def noise(seeds, frames=FRAMES, height=4, width=4):
    return torch.cat([torch.randn(1, 64, frames, height, width, generator=torch.Generator().manual_seed(s)) for s in seeds])


def open_models(weights, package, threads):
    """-> models through the package's transformer graph, or the weights in torch where no package is named; `drawn_with` is a digest of what their frames depend on."""
    torch.set_num_threads(threads)
    models = Models(GraphTransformer(package, threads) if package else load_transformer(weights))
    models.drawn_with = everything_drawn_with(models, f"{package}/transformer/model.onnx" if package else weights)
    return models


def everything_drawn_with(models, transformer_file):
    """-> a digest of the weights and of the code between a prompt and its frames."""
    sources = [digest_of_file(f"{HERE}/{name}.py") for name in ("sample", "text", "transformer", "moving", "autoencoder", "follow", "carry")]
    return digest(digest_of_file(transformer_file), models.autoencoder.state_dict(), models.mean, models.deviation, STEPS, SHIFT, GUIDANCE, STEADY, sources)


def draw(models, captions, noise, **given):
    """-> normalised latents as `generate_latents`, the same ones when it is asked again after a kill."""
    return remembered(lambda: generate_latents(models, captions, noise, **given), models.drawn_with, captions, noise, given)


def decode(models, z):
    """[B,64,F,4,4] -> [B,3,F,128,128]."""
    return remembered(lambda: torch.stack([models.decode(one[None]) for one in z]), models.drawn_with, "decoded", z)


def encode(models, clips):
    """[B,3,F,128,128] -> [B,64,F,4,4] normalised."""
    return torch.cat([models.encode(one) for one in clips])


def real_clips(scenes, size=128, frames=FRAMES):
    world = PocketWorld(size, max(13, START + frames))
    return torch.stack([world.sample(seed)[0][:, START:START + frames] for seed, _, _ in scenes])


def generate(models, scenes, **grid):
    """`grid`: frames, height and width in latents, as `noise` takes them."""
    parts = [decode(models, draw(models, [c for _, _, c in part], noise([s for s, _, _ in part], **grid))) for part in in_batches(scenes)]
    return torch.cat(parts)


@torch.no_grad()
def scores(examiner, clips, scenes):
    """-> share of right answers by question, how many were asked, features [N,576]."""
    features, right, asked = [], dict.fromkeys(ANSWERS, 0), dict.fromkeys(ANSWERS, 0)
    for i in range(0, len(clips), 50):
        seen, given = examiner.examine(clips[i:i + 50])
        features.append(seen)
        for k, (_, scene, _) in enumerate(scenes[i:i + 50]):
            for q, truth in answers_of(scene).items():
                asked[q] += truth != NOT_ASKED
                right[q] += truth != NOT_ASKED and int(given[q][k].argmax()) == truth
    return {q: right[q] / max(1, asked[q]) for q in ANSWERS}, asked, torch.cat(features).double()


def frechet(a, b, kept=32):
    """Fréchet distance of features [N,D], [M,D] on the `kept` directions in which `b` varies most (few clips cannot fill 576)."""
    mean, (_, _, axes) = b.mean(0), torch.linalg.svd(b - b.mean(0), full_matrices=False)
    a, b = (a - mean) @ axes[:kept].T, (b - mean) @ axes[:kept].T
    covariances = a.T.cov(), b.T.cov()
    values = torch.linalg.eigvals(covariances[0] @ covariances[1]).real.clamp(min=0)
    return float((a.mean(0) - b.mean(0)).square().sum() + covariances[0].trace() + covariances[1].trace() - 2 * values.sqrt().sum())


def frame_difference(clips):
    """Mean |difference| of neighbouring frames, [N]."""
    return (clips[:, :, 1:] - clips[:, :, :-1]).abs().mean((1, 2, 3, 4))


def psnr(a, b):
    """dB of values in [-1,1], one for each of the first dimension."""
    return -10 * torch.log10(((a - b).square().flatten(1).mean(1) / 4).clamp(min=1e-9))


@torch.no_grad()
def extend(models, examiner, scenes):
    """Three extensions, each from the last four frames as pixels. -> seam jump over neighbours' change, identity kept."""
    at_seams, beside, kept = [], [], []
    for part in in_batches(scenes):
        captions = [c for _, _, c in part]
        film = decode(models, draw(models, captions, noise([s for s, _, _ in part])))
        seams = []
        for k in range(EXTENSIONS):
            prior = film[:, :, -PRIOR:]
            z = draw(models, captions, noise([s + 1_000_000 * (k + 1) for s, _, _ in part]), prefix=encode(models, prior))
            seams.append(film.shape[2])                                                 # index of the first new frame
            drawn = carry_given(decode(models, z), {f: prior[:, :, f] for f in range(PRIOR)})
            film = torch.cat([film, drawn[:, :, PRIOR:].clamp(-1, 1)], 2)
        change = (film[:, :, 1:] - film[:, :, :-1]).abs().mean((1, 3, 4))               # [B,F-1]; change[i] leads into frame i+1
        for s in seams:
            at_seams.append(change[:, s - 1])
            beside.append(change[:, [s - 3, s - 2, s, s + 1]].mean(1))
        first, last = (examiner.examine(clip)[1] for clip in (film[:, :, :FRAMES], film[:, :, -FRAMES:]))
        same = [first[q].argmax(1) == last[q].argmax(1) for q in ("subject", "color", "backdrop")]
        kept.append(torch.stack(same).all(0).float())
    return float(torch.cat(at_seams).mean() / torch.cat(beside).mean()), float(torch.cat(kept).mean())


@torch.no_grad()
def conditioned(models, scenes):
    """How well given frames come back, in dB: -> a first frame, four first frames, a last frame, both ends."""
    found = {k: [] for k in ("first frame", "four first frames", "last frame", "both: first", "both: last")}
    for part in in_batches(scenes):
        real, captions, eps = real_clips(part), [c for _, _, c in part], noise([s for s, _, _ in part])
        z = encode(models, real)
        last = (FRAMES - 1, z[:, :, -1:])
        make = lambda **given: decode(models, draw(models, captions, eps, **given))
        found["first frame"].append(psnr(make(prefix=z[:, :, :1])[:, :, 0], real[:, :, 0]))
        found["four first frames"].append(psnr(make(prefix=z[:, :, :4])[:, :, :4], real[:, :, :4]))
        found["last frame"].append(psnr(make(later=last)[:, :, -1], real[:, :, -1]))
        both = make(prefix=z[:, :, :1], later=last)
        found["both: first"].append(psnr(both[:, :, 0], real[:, :, 0]))
        found["both: last"].append(psnr(both[:, :, -1], real[:, :, -1]))
    return {k: float(torch.cat(v).mean()) for k, v in found.items()}


@torch.no_grad()
def autoencoder_psnr(models, frames):
    """frames [N,3,128,128] -> mean dB."""
    return float(torch.cat([psnr(models.autoencoder.decode(models.autoencoder.encode(f)).clamp(-1, 1), f) for f in frames.split(20)]).mean())


def seconds_per_clip(package):
    """One nine-frame clip through the package's graphs at two threads: prompt, the package's steps of two branches, decoding."""
    from reference import Pipeline
    pipeline = Pipeline(package, threads=2)
    run = lambda: pipeline.run("a red ball bouncing on a blue background", seed=1, steps=STEPS, guidance=GUIDANCE, steady=STEADY)
    run()
    began = time.time()
    run()
    return time.time() - began


def evaluate(weights, count, rife, package, threads, is_timed):
    models, examiner, scenes = open_models(weights, package, threads), load_examiner(), held_out_scenes(count)
    real, made = real_clips(scenes), generate(models, scenes)
    np.save(os.path.splitext(weights)[0] + "-clips.npy", ((made[:60] + 1) * 127.5).round().byte().numpy())     # to look at
    rebuilt = torch.cat([decode(models, encode(models, part)) for part in real.split(BATCH)])
    got, asked, features = scores(examiner, made, scenes)
    ceiling, _, real_features = scores(examiner, real, scenes)
    ceiling_rebuilt, _, rebuilt_features = scores(examiner, rebuilt, scenes)
    rows = {f"right {q}": (got[q], ceiling[q], ceiling_rebuilt[q], asked[q]) for q in ANSWERS}
    half = len(real) // 2                                                                # two halves of real clips: the distance that chance makes
    rows["Fréchet distance, examiner's features"] = (frechet(features, real_features), frechet(real_features[:half], real_features[half:]) if half >= 128 else None, frechet(rebuilt_features, real_features), count)
    change = frame_difference(real).mean()
    rows["frame difference, × real"] = (float(frame_difference(made).mean() / change), 1.0, float(frame_difference(rebuilt).mean() / change), count)
    if rife:
        flow, few = open_flow(rife), min(count // WARPED_SHARE, WARPED_MOST)
        errors = [np.mean([clip_error(flow, c.numpy()) for c in clips[:few]]) for clips in (made, real, rebuilt)]
        rows["warping error, × real"] = (errors[0] / errors[1], 1.0, errors[2] / errors[1], few)
    extended, given = scenes[:min(count // EXTENDED_SHARE, EXTENDED_MOST)], scenes[:min(count // CONDITIONED_SHARE, CONDITIONED_MOST)]
    jump, kept = extend(models, examiner, extended)
    rows["seam jump, × neighbours"] = (jump, None, None, len(extended) * EXTENSIONS)
    rows["identity kept over three extensions"] = (kept, None, None, len(extended))
    for name, value in conditioned(models, given).items():
        rows[f"given frames come back, {name}, dB"] = (value, None, None, len(given))
    frames = real[:, :, [1, 4, 7]].transpose(1, 2).flatten(0, 1)[:AUTOENCODER_FRAMES]              # [N,3,128,128]
    rows["autoencoder on the world, dB"] = (autoencoder_psnr(models, frames), None, None, len(frames))
    leaves = torch.stack([dead_leaves(LEAVES_FROM + i)[:, 8] for i in range(AUTOENCODER_FRAMES // 2)])
    rows["autoencoder on dead leaves, dB"] = (autoencoder_psnr(models, leaves), None, None, len(leaves))
    photos = photographs()
    rows["autoencoder on photographs, dB"] = (autoencoder_psnr(models, photos), None, None, len(photos))
    rows["seconds per clip"] = (seconds_per_clip(package) if package and is_timed else None, None, None, 1)
    return rows


def markdown(rows, about):
    show = lambda v: "not measured" if v is None else f"{v:.3g}" if abs(v) >= 1 else f"{v:.3f}"
    lines = ["| Measure | these weights | real clips | real through autoencoder | bar | N |", "|---|---|---|---|---|---|"]
    for name, (value, real, rebuilt, n) in rows.items():
        blank = lambda v: "" if v is None else show(v)
        lines.append(f"| {name} | {show(value)} | {blank(real)} | {blank(rebuilt)} | {BARS.get(name, '')} | {n} |")
    return "\n".join([*lines, "", about, ""])


def keep_table(lines, path):
    """Written where it is asked for (None: nowhere); what was remembered for it is not needed any more."""
    if path:
        with open(path, "w") as file:
            file.write("\n".join(lines))
    forget()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("weights")
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--rife", default=f"{HERE}/../../resources/interpolator/model.onnx")
    parser.add_argument("--package")
    parser.add_argument("--busy", action="store_true", help="other work runs beside this: one thread, and no time is measured")
    arguments = parser.parse_args()
    rows = evaluate(arguments.weights, arguments.clips, arguments.rife, arguments.package, 1 if arguments.busy else 2, not arguments.busy)
    out = os.path.splitext(arguments.weights)[0] + "-evaluation"
    step = torch.load(arguments.weights, mmap=True)["step"]
    products = "the package's graph" if arguments.package else "the weights in torch"
    about = f"Step {step}; {arguments.clips} held-out prompts, {STEPS} steps, shift {SHIFT:g}, guidance {GUIDANCE}, steady {STEADY}, {products}. N: clips, frames or seams asked."
    with open(out + ".json", "w") as file:
        json.dump(dict(step=step, rows={k: dict(zip(("value", "real", "rebuilt", "asked"), v)) for k, v in rows.items()}), file, indent=1, ensure_ascii=False)
    with open(out + ".md", "w") as file:
        file.write(markdown(rows, about))
    forget()
    print(markdown(rows, about))
