"""
Examine what `moving.py` teaches: prompts that change at a frame, and a camera that moves.

    python changes.py --clips 60 --package ../../resources/models/pocket        a table; `--out` says where it is kept

Scenes that no training saw, each as long as its lesson. Beside every score stands what the drawn lessons themselves have. Of a change at frame 4 the
examiner says whether subject, colour and backdrop are the first caption's before it and the second's after it, and whether the nine frames after it move as the second says.
Of the camera, by scenes that stand still: a frame's difference from the first one moved as the camera was told, over that and its difference from the
first one as it is. 0 is a camera that does just as it was told, 1 one that stands still.
"""
import argparse

import torch
import torch.nn.functional as F

import text
from evaluate import decode, in_batches, keep_table, noise, open_models
from examiner import FRAMES, answers_of, half_size, load_examiner
from moving import CameraWorld, ChangingWorld, middle_views, read_at
from paths import HERE
from remembered import digest, remembered
from sample import GUIDANCE, SHIFT, STEADY, STEPS, draw_latents

CHANGES_FROM, CAMERAS_FROM = 58_000_000, 68_000_000        # seeds; lessons count up from 50 and 60 million
CHANGE, AREA, CAMERA_FRAMES = 4, 16, 9
SEEN_BACKDROPS = ("night", "meadow", "sunset", "space")     # on the others a camera hardly shows, or waves run
SEEN_IN_A_FRAME = ("subject", "color", "backdrop")


def told(models, lessons, frames):
    """-> tokens of the empty and of both prompts [2·B,2·L,384], which of them each token reads [2·B,F·AREA,2·L]."""
    encode = lambda captions: text.encode(models.tokenizer, models.encoder, captions)
    none, empty = encode([""])
    both, masks = encode([caption for lesson in lessons for caption in lesson.captions])
    batch, length = len(lessons), none.shape[1]
    prompt = torch.cat([torch.cat([none, torch.zeros_like(none)], 1).expand(batch, -1, -1), both.reshape(batch, 2 * length, -1)])
    read = read_at(torch.arange(frames), torch.tensor([lesson.change for lesson in lessons]), masks.reshape(batch, 2, length))    # [B,F,2·L]
    nothing = torch.cat([empty.float(), torch.zeros(1, length)], 1)[:, None].expand(batch, frames, -1)
    return prompt, torch.cat([nothing, read]).repeat_interleave(AREA, 1)


@torch.no_grad()
def generate(models, lessons, frames, first_seed):
    """-> clips [N,3,F,128,128]."""
    clips = []
    for k, part in enumerate(in_batches(lessons)):
        prompt, mask = told(models, part, frames)
        eps, views = noise([first_seed + 10 * k + i for i in range(len(part))], frames), torch.stack([lesson.views[:frames] for lesson in part])
        z = remembered(lambda: draw_latents(models.transformer, prompt, mask, eps, views=views), models.drawn_with, digest(prompt, mask, eps, views))
        clips.append(decode(models, z))
    return torch.cat(clips)


@torch.no_grad()
def change_scores(examiner, clips, lessons):
    """-> share of right answers before the change, after it, and of motion after it."""
    looks = [examiner.look(clips[:, :, f])[1] for f in range(clips.shape[2])]
    scores = {}
    for name, frames, which in (("before", range(CHANGE), 0), ("after", range(CHANGE, clips.shape[2]), 1)):
        for question in SEEN_IN_A_FRAME:
            given = sum(looks[f][question].log_softmax(1) for f in frames)
            scores[f"{question}, {name}"] = share_right(given, question, lessons, which)
    given = examiner.watch(half_size(clips[:, :, CHANGE:CHANGE + FRAMES]))[1]["motion"]
    return {**scores, "motion, after": share_right(given, "motion", lessons, 1)}


def share_right(given, question, lessons, which):
    """given [N,classes] of each lesson; `which` of its two scenes is asked about."""
    return sum(int(g) == answers_of(lesson.scenes[which])[question] for g, lesson in zip(given.argmax(1), lessons)) / len(lessons)


def standing_still(clips, lessons):
    """[N] in [0,1]: 0 is a camera that moves as it was told, 1 one that stands still."""
    found = []
    for clip, lesson in zip(clips, lessons):
        frames = clip.transpose(0, 1)                                                             # [F,3,128,128]
        grid = F.affine_grid(middle_views(lesson.views[:len(frames)]), frames.shape, align_corners=False)
        inside = (grid.abs().amax(3) < 1)[:, None]
        moved = F.grid_sample(frames[:1].expand_as(frames), grid, align_corners=False)
        difference = lambda other: ((frames - other).abs() * inside)[1:].sum()
        found.append(float(difference(moved) / (difference(moved) + difference(frames[:1]))))
    return torch.tensor(found)


def camera_lessons(count):
    world, found, seed = CameraWorld(), [], CAMERAS_FROM
    while len(found) < count:
        scene = world.scene_of(seed)
        if scene["subjects"][0]["motion"] == "still" and scene["backdrop"] in SEEN_BACKDROPS:
            found.append(world.lesson(seed))
        seed += 1
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--package", default=f"{HERE}/../../resources/models/pocket")
    parser.add_argument("--weights", help="in torch, instead of a package's graph")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    models, examiner = open_models(arguments.weights, None if arguments.weights else arguments.package, 2), load_examiner()
    lines = ["| Measure | generated | drawn lessons |", "|---|---|---|"]
    world = ChangingWorld()
    lessons = [world.lesson(CHANGES_FROM + i, CHANGE) for i in range(arguments.clips)]
    made, real = generate(models, lessons, lessons[0].clip.shape[1], CHANGES_FROM), torch.stack([lesson.clip for lesson in lessons])
    got, can = (change_scores(examiner, clips, lessons) for clips in (made, real))
    lines += [f"| right {name} a change | {100 * got[name]:.0f} % | {100 * can[name]:.0f} % |" for name in got]
    lessons = camera_lessons(arguments.clips)
    made, real = generate(models, lessons, CAMERA_FRAMES, CAMERAS_FROM), torch.stack([lesson.clip[:, :CAMERA_FRAMES] for lesson in lessons])
    stays = [standing_still(clips, lessons).median().item() for clips in (made, real)]
    lines += [f"| camera: 0 as told, 1 stands still, median | {stays[0]:.2f} | {stays[1]:.2f} |", ""]
    lines += [f"{arguments.clips} held-out scenes of each; {STEPS} steps, shift {SHIFT:g}, guidance {GUIDANCE}, steady {STEADY}.", ""]
    print("\n".join(lines))
    keep_table(lines, arguments.out)


if __name__ == "__main__":
    main()
