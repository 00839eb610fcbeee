"""
Lessons for what a caption of a whole clip cannot say: a scene that changes at a frame, and a camera that moves.

    lesson = ChangingWorld().lesson(seed)      two captions, the second from `change` on: another motion, colour, place, subject
    lesson = CameraWorld().lesson(seed)        `views` say where the camera is; the caption says nothing of it

Promises: the same seed always gives the same lesson; frames are 128 × 128, as PocketWorld draws them. A subject that changes goes on from
where it is, as large as it is.

A view [2,3] leads from a frame's pixels to those of frame 0: `token_places` turns it into the coordinates that the transformer is told. So a
camera needs no words: a token says where in the world it lies, and what lies in one place looks alike.
"""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from backdrops import BACKDROPS
from world import COLORS, UNIT, PocketWorld, choose, subject_path, waves

FRAMES, CELL = 13, 4                                   # cells of so many pixels say where the subject is
PICTURE = (160, 288)                                   # what a camera can see of a backdrop
CHANGES = ("motion", "motion", "motion", "color", "color", "backdrop", "kind", "motion and color")
FIRST_CHANGE, LAST_CHANGE = 2, 10                      # frames
MOVES = ("pan", "pan", "pan", "zoom", "zoom", "rotate", "all")
PAN, TILT, ZOOM, TURN = 8.0, 5.0, 0.03, 2.0            # largest in a frame: pixels, pixels, logarithm of the factor, degrees
OUTSIDE = 1.05                                         # half frames from the middle to where a changed subject's centre may come


@dataclass
class Lesson:
    clip: torch.Tensor                                 # [3,F,128,128] in [-1,1]
    scenes: list                                       # two, as world.py has them
    captions: list                                     # two; the same twice where nothing changes
    change: int                                        # the first frame of the second caption; F where nothing changes
    views: torch.Tensor                                # [F,2,3]
    seen: torch.Tensor                                 # the subject in cells of CELL pixels, [F,32,32] in [0,1]


STILL = torch.tensor([[1., 0, 0], [0, 1, 0]])


def lifted(view):
    """[...,2,3] -> [...,3,3]."""
    return torch.cat([view, torch.tensor([0., 0, 1]).expand(*view.shape[:-2], 1, 3)], -2)


def seen_from_first(views):
    """The same views, leading to the pixels of the first of these frames instead of frame 0."""
    return (torch.linalg.inv(lifted(views[..., :1, :, :])) @ lifted(views))[..., :2, :]


def read_at(times, change, mask):
    """Frames [B,F] or [F], where the second prompt takes over [B], masks of both [B,2,L] -> the tokens of both that each frame reads [B,F,2·L]."""
    first = (times < change[:, None]).float()[..., None]                                         # [B,F,1]
    return torch.cat([mask[:, None, 0] * first, mask[:, None, 1] * (1 - first)], 2)


def token_places(where, views, area, size=32):
    """
    Coordinates [B,3,F·area] (seconds, pixels down, pixels right of a token's corner) as each frame's view [B,F,2,3] sees them.
    A view moves a token's middle; half a token's size is taken off again, so that a still camera changes nothing.
    """
    batch, frames = views.shape[:2]
    middles = where.reshape(batch, 3, frames, area)[:, 1:].flip(1).transpose(1, 2) + size / 2        # [B,F,2,area], right then down
    moved = views[..., :2] @ middles + views[..., 2:] - size / 2
    return torch.cat([where[:, :1], moved.flip(2).transpose(1, 2).reshape(batch, 2, -1)], 1)


def middle_views(views):
    """The same [F,2,3] between places in [-1,1] instead of pixels."""
    turned, half = views[:, :, :2], UNIT / 2
    return torch.cat([turned, ((turned - torch.eye(2)) @ torch.full((2, 1), half) + views[:, :, 2:]) / half], 2)


class MovingWorld(PocketWorld):
    TWO_SUBJECTS = 0.0

    def __init__(self):
        super().__init__(UNIT, FRAMES)

    def film(self, scene, path, views, base, seed):
        """
        -> frames [F,3,128,128] in [0,1], the subject's silhouette [F,32,32]. path: x, y, scale, angle of the subject; views [F,2,3]; base: where
        the middle of frame 0 lies in the picture, pixels right of its middle; `seed` decides the backdrop.
        """
        height, width = PICTURE
        rng, half = np.random.default_rng(seed), UNIT / 2
        picture = BACKDROPS[scene["backdrop"]](height, width, rng, np.asarray(COLORS[scene["bg"]], np.float32) / 255)
        picture = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))              # [3,160,288]
        view = middle_views(views)
        places = F.affine_grid(view, (FRAMES, 3, UNIT, UNIT), align_corners=False)                # [F,128,128,2]
        grid = (places * half + torch.tensor([base, 0.0])) / torch.tensor([width / 2, height / 2])
        out = F.grid_sample(picture[None].expand(FRAMES, -1, -1, -1), grid, padding_mode="border", align_corners=False)
        if scene["backdrop"] == "sea":
            out = waves(out, self.times(), rng, ((places[:, None, :, :, 1] + 1) / 2, (places[:, None, :, :, 0] + 1) / 2))
        subject = scene["subjects"][0]
        seen = self.layer(subject, *path, (UNIT, UNIT), self.sprites[subject["kind"]][None, 4:], view)
        return self.place(out, subject, *path, view).clamp(0, 1), F.avg_pool2d(seen, CELL)[:, 0]


class ChangingWorld(MovingWorld):
    def changed(self, scene, rng):
        """-> the scene with something else."""
        what, subject, other = choose(rng, CHANGES), scene["subjects"][0], dict(scene)
        new = dict(subject)
        if "motion" in what:
            new["motion"] = choose(rng, [m for m in set_of(self.MOTIONS) if m != subject["motion"]])
        if "color" in what:
            new["color"] = choose(rng, [c for c in self.COLORS if c != subject["color"] and (scene["backdrop"] != "plain" or c != scene["bg"])])
        if what == "kind":
            new["kind"] = choose(rng, [k for k in self.SUBJECTS if k != subject["kind"]])
        if what == "backdrop":
            other["backdrop"] = choose(rng, self.BACKDROPS)
            other["bg"] = choose(rng, [c for c in self.COLORS if c not in (scene["bg"], subject["color"])])
        return {**other, "subjects": [new]}

    def lesson(self, seed, change=None):
        """`change`: at this frame instead of any."""
        rng, asked = np.random.default_rng(seed), change
        while True:
            first = self.scene(rng)
            second, change = self.changed(first, rng), int(rng.integers(FIRST_CHANGE, LAST_CHANGE + 1))
            change = change if asked is None else asked
            path = self.path(first, second, change, rng)
            if max(np.abs(path[0]).max(), np.abs(path[1]).max()) < OUTSIDE:
                break
        captions = [self.caption(scene, rng) for scene in (first, second)]
        views, drawn = STILL.expand(FRAMES, 2, 3), int(rng.integers(2 ** 31))
        (before, covered), (after, covers) = (self.film(scene, path, views, 0.0, drawn) for scene in (first, second))
        clip = torch.cat([before[:change], after[change:]]) * 2 - 1
        return Lesson(clip.transpose(0, 1).contiguous(), [first, second], captions, change, views, torch.cat([covered[:change], covers[change:]]))

    def path(self, first, second, change, rng):
        """x, y, scale, angle of every frame: from `change` on the second motion goes on from where the first has led."""
        t = self.times()
        before = subject_path(first["subjects"][0], first, t, rng)
        if second["subjects"][0]["motion"] == first["subjects"][0]["motion"]:
            return before
        x, y, scale, angle = subject_path(second["subjects"][0], second, np.maximum(t - t[change], 0), rng)
        here = [v[change] for v in before]
        after = x - x[0] + here[0], y - y[0] + here[1], scale / scale[0] * here[2], angle - angle[0] + here[3]
        return [np.concatenate([a[:change], b[change:]]) for a, b in zip(before, after)]


class CameraWorld(MovingWorld):
    def scene_of(self, seed):
        """What `lesson(seed)` draws; nothing is drawn."""
        return self.scene(np.random.default_rng(seed))

    def lesson(self, seed):
        rng = np.random.default_rng(seed)
        scene = self.scene(rng)
        caption = self.caption(scene, rng)
        views = torch.from_numpy(camera_views(rng))
        room = (PICTURE[1] - UNIT) / 2
        reach = views[:, 0, 2]                                                                    # pixels right; the picture is as wide as its pans
        base = float(rng.uniform(max(-room, -room - float(reach.min())), min(room, room - float(reach.max())))) if float(reach.max() - reach.min()) < 2 * room else 0.0
        frames, seen = self.film(scene, subject_path(scene["subjects"][0], scene, self.times(), rng), views, base, int(rng.integers(2 ** 31)))
        return Lesson((frames * 2 - 1).transpose(0, 1).contiguous(), [scene, scene], [caption, caption], FRAMES, views, seen)


def set_of(options):
    return list(dict.fromkeys(options))


def camera_views(rng):
    """[F,2,3] float32: a camera that moves at a steady pace, or one that begins or ends slowly."""
    what, pace = choose(rng, MOVES), rng.uniform(-1, 1, 4)
    ease = np.array([np.ones(FRAMES - 1), np.linspace(0, 1, FRAMES - 1), np.linspace(1, 0, FRAMES - 1)][int(rng.choice(3, p=(.6, .2, .2)))])
    used = {"pan": (1, rng.random() < .5, 0, 0), "zoom": (0, 0, 1, 0), "rotate": (0, 0, 0, 1), "all": (1, 1, 1, .5)}[what]
    right, down, zoom, turn = (u * p * most for u, p, most in zip(used, pace, (PAN, TILT, ZOOM, TURN)))
    if what == "pan" and used[1] and rng.random() < .4:
        right = 0.0
    views, middle = [np.eye(3)], UNIT / 2
    for k in ease:
        factor, angle = np.exp(-zoom * k), np.radians(turn * k)
        cos, sin = factor * np.cos(angle), factor * np.sin(angle)
        step = np.array([[cos, -sin, middle - cos * middle + sin * middle + right * k], [sin, cos, middle - sin * middle - cos * middle + down * k], [0, 0, 1]])
        views.append(views[-1] @ step)
    return np.stack(views)[:, :2].astype(np.float32)
