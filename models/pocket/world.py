"""
The drawn world: captioned clips of any number, at no download and with no licence.

A clip is a backdrop, one or two drawn subjects that move, a camera and sometimes weather, with an English caption that
says what is in it. `ToyWorld` is all of it and teaches the autoencoder; `PocketWorld` is the part the transformer learns.

    clip, caption = PocketWorld(size=128, frames=13).sample(seed)        clip [3,frames,size,size] in [-1,1]

`size` may also be (height, width): things keep their size and shape, and the room between them grows.
Promises: the same seed always gives the same clip. The order of the random draws is therefore part of the format:
weights, cached latents and reference runs depend on it.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

from backdrops import BACKDROPS, GROUND
from sprites import draw_sprites

COLORS = {
    "red": (222, 45, 38), "orange": (245, 135, 31), "yellow": (250, 208, 44), "green": (56, 168, 72),
    "teal": (28, 160, 158), "blue": (44, 96, 214), "purple": (130, 62, 186), "pink": (242, 120, 172),
    "brown": (132, 84, 48), "black": (34, 34, 38), "white": (244, 244, 240), "gray": (140, 142, 148),
}
COLOR_WORDS = {
    "red": ("red", "red", "crimson", "scarlet"), "orange": ("orange", "orange", "amber"), "yellow": ("yellow", "yellow", "golden"),
    "green": ("green", "green", "emerald"), "teal": ("teal", "turquoise", "cyan"), "blue": ("blue", "blue", "navy blue", "azure"),
    "purple": ("purple", "purple", "violet"), "pink": ("pink", "pink", "rosy"), "brown": ("brown", "brown", "chestnut"),
    "black": ("black", "black", "dark"), "white": ("white", "white", "snow-white"), "gray": ("gray", "grey", "silver"),
}
SUBJECT_WORDS = {
    "ball": ("ball", "ball", "sphere", "circle"), "box": ("box", "square", "cube", "block"), "triangle": ("triangle", "triangle", "pyramid"),
    "star": ("star",), "heart": ("heart",), "ring": ("ring", "donut", "hoop"), "moon": ("crescent moon", "moon"),
    "sun": ("sun", "shining sun"), "cloud": ("cloud", "puffy cloud"), "tree": ("tree",), "house": ("house", "cottage", "hut"),
    "boat": ("boat", "sailboat", "ship"), "fish": ("fish",), "bird": ("bird",), "butterfly": ("butterfly",), "car": ("car", "automobile"),
    "rocket": ("rocket", "spaceship"), "balloon": ("balloon", "hot air balloon"), "flower": ("flower", "blossom"), "cat": ("cat", "kitten"),
}
MOTION_WORDS = {
    "still": ("standing still", "that does not move", "at rest"), "left": ("moving left", "sliding to the left", "going left"),
    "right": ("moving right", "sliding to the right", "going right"), "up": ("rising", "moving up", "floating upward"),
    "down": ("falling", "moving down", "dropping"), "bounce": ("bouncing", "bouncing up and down", "jumping"),
    "spin": ("spinning", "rotating", "turning around"), "orbit": ("circling", "moving in a circle", "orbiting"),
    "grow": ("growing", "getting bigger", "coming closer"), "shrink": ("shrinking", "getting smaller", "going away"),
    "sway": ("swaying", "swinging from side to side", "wobbling"),
}
BACKDROP_WORDS = {
    "plain": ("on a {bg} background", "over a plain {bg} backdrop", "against {bg}"), "day": ("in a blue sky", "under a clear sky", "in the sky"),
    "sunset": ("at sunset", "under a sunset sky", "at dusk"), "night": ("at night", "under a starry night sky", "in the dark night"),
    "sea": ("on the sea", "over the ocean", "above the waves"), "meadow": ("over a green meadow", "on a grassy field", "among green hills"),
    "desert": ("in the desert", "over sand dunes"), "snowfield": ("in the snow", "over a snowy field", "in a winter landscape"),
    "mountains": ("in front of mountains", "with mountains behind"), "city": ("in front of a city skyline", "in the city"),
    "underwater": ("under water", "in the deep sea"), "space": ("in outer space", "among the stars", "in space"),
}
CAMERA_WORDS = {
    "pan left": ("the camera pans left",), "pan right": ("the camera pans right",),
    "zoom in": ("the camera zooms in", "slow zoom in"), "zoom out": ("the camera zooms out", "slow zoom out"),
}
WEATHER_WORDS = {"rain": ("in the rain", "while it rains"), "snow": ("while snow falls", "in falling snow")}
SIZE_WORDS = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}

UNIT = 128                                                   # pixels that a frame of the world is wide: a larger one shows more of it
WHOLE = 13                                                   # frames in which a motion runs its course; more go on at the same speed
HALF_WIDTH = {"small": .17, "medium": .27, "big": .42}       # of a subject; the frame is 2 wide
STANDING = ("car", "house", "tree", "cat", "boat", "flower", "box", "triangle")
FACES_RIGHT = ("fish", "bird", "car", "boat")                # mirrored when they move left
ANY_WAY_UP = ("box", "star", "triangle", "flower", "sun")    # a spin may begin at any angle


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


class ToyWorld:
    def __init__(self, size=128, frames=17):
        self.height, self.width = (size, size) if isinstance(size, int) else size
        self.frames, self.sprites = frames, draw_sprites()

    def times(self):
        """Of every frame, 1 being where a motion has run its course: the world of the autoencoder fits it into whatever it draws."""
        return np.linspace(0, 1, self.frames, dtype=np.float32)

    def sample(self, seed):
        """-> clip [3,F,height,width] in [-1,1], caption."""
        rng = np.random.default_rng(seed)
        scene = self.scene(rng)
        caption = self.caption(scene, rng)
        return self.render(scene, rng), caption

    def labelled(self, seed):
        """-> scene, caption; nothing is drawn."""
        rng = np.random.default_rng(seed)
        scene = self.scene(rng)
        return scene, self.caption(scene, rng)

    def coverage(self, seed, cell=16):
        """
        How much of every cell of so many pixels the subjects cover, [F,height/cell,width/cell] in [0,1]: nothing else is drawn, so it costs a millisecond.
        The backdrop is drawn at a tiny size, only to draw the same random numbers.
        """
        rng = np.random.default_rng(seed)
        scene = self.scene(rng)
        self.caption(scene, rng)
        BACKDROPS[scene["backdrop"]](8, 8, rng, np.zeros(3, np.float32))
        if scene["backdrop"] == "sea":
            rng.uniform(0, 6.28)
        size = 4 * self.height // cell, 4 * self.width // cell
        seen = torch.zeros(self.frames, 1, *size)
        for subject in scene["subjects"]:
            x, y, scale, angle = subject_path(subject, scene, self.times(), rng)
            seen = torch.maximum(seen, self.layer(subject, x, y, scale, angle, size, self.sprites[subject["kind"]][None, 4:]))
        return F.avg_pool2d(seen, 4)[:, 0]

    def scene(self, rng):
        backdrop = choose(rng, ("plain", "plain", "plain", *list(BACKDROP_WORDS)[1:]))
        bg = choose(rng, list(COLORS))
        count = 2 if rng.random() < .22 else 1
        subjects = []
        for i in range(count):
            color = choose_color(rng, list(COLORS), backdrop, bg)
            subjects.append(dict(kind=choose(rng, list(SUBJECT_WORDS)), color=color, size=choose(rng, ("small", "medium", "medium", "big")),
                                 motion=choose(rng, list(MOTION_WORDS)), side=(i if count == 2 else None)))
        camera = choose(rng, list(CAMERA_WORDS)) if rng.random() < .25 and backdrop != "plain" else None
        weather = choose(rng, list(WEATHER_WORDS)) if rng.random() < .12 and backdrop not in ("plain", "space", "underwater") else None
        return dict(backdrop=backdrop, bg=bg, subjects=subjects, camera=camera, weather=weather)

    def caption(self, scene, rng):
        words = " and ".join(describe(subject, rng) for subject in scene["subjects"])
        words += " " + choose(rng, BACKDROP_WORDS[scene["backdrop"]]).format(bg=choose(rng, COLOR_WORDS[scene["bg"]]))
        if scene["weather"]:
            words += " " + choose(rng, WEATHER_WORDS[scene["weather"]])
        if scene["camera"]:
            words += ", " + choose(rng, CAMERA_WORDS[scene["camera"]])
        return words

    def render(self, scene, rng):
        """-> [3,F,height,width] in [-1,1]."""
        size, frames = (self.height, self.width), self.frames
        height, width = int(self.height * 1.25), int(self.width * 1.5)
        picture = BACKDROPS[scene["backdrop"]](height, width, rng, np.asarray(COLORS[scene["bg"]], np.float32) / 255)
        picture = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))              # [3,height,width]
        offset, zoom, parallax = camera_path(scene["camera"], frames)
        view = torch.zeros(frames, 2, 3)
        view[:, 0, 0] = torch.from_numpy(self.width / width * np.ones(frames, np.float32) * zoom)
        view[:, 1, 1] = torch.from_numpy(self.height / height * np.ones(frames, np.float32) * zoom)
        view[:, 0, 2] = torch.from_numpy(offset)
        grid = F.affine_grid(view, (frames, 3, *size), align_corners=False)
        out = F.grid_sample(picture[None].expand(frames, -1, -1, -1), grid, padding_mode="border", align_corners=False)
        if scene["backdrop"] == "sea":
            out = waves(out, self.times(), rng)
        for subject in scene["subjects"]:
            x, y, scale, angle = subject_path(subject, scene, self.times(), rng)
            out = self.place(out, subject, (x + parallax) / zoom, y / zoom, scale / zoom, angle)
        if scene["weather"]:
            out = weather(out, scene["weather"], rng)
        return (out.clamp(0, 1) * 2 - 1).permute(1, 0, 2, 3).contiguous()

    def place(self, out, subject, x, y, scale, angle, view=None):
        """Lay the subject's sprite over out [F,3,height,width]."""
        sprite = F.avg_pool2d(self.sprites[subject["kind"]][None], 2)                             # [1,5,64,64]
        layer = self.layer(subject, x, y, scale, angle, (self.height, self.width), sprite, view)  # [F,5,height,width]
        paint, tint, alpha = layer[:, :3], layer[:, 3:4], layer[:, 4:5]
        color = torch.tensor(COLORS[subject["color"]], dtype=torch.float32)[None, :, None, None] / 255
        shade = paint / alpha.clamp(min=1e-4).clamp(min=.25)
        tinted = (tint / alpha.clamp(min=1e-4)).clamp(0, 1)
        return out * (1 - alpha) + (shade * (1 - tinted) + shade * color * tinted).clamp(0, 1) * alpha

    def layer(self, subject, x, y, scale, angle, size, sprite, view=None):
        """
        The sprite [1,C,·,·] where the subject is in every frame: [F,C,*size]. x, y in [-1,1] from edge to edge, scale in half UNITs.
        view [F,2,3]: from a place in the frame to the place in the world that is seen there, both in [-1,1].
        """
        wide, tall = self.width / UNIT, self.height / UNIT
        x, y = x * wide, y * tall
        mirrored = -1.0 if subject["motion"] == "left" and subject["kind"] in FACES_RIGHT else 1.0
        cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
        to_sprite = np.stack([np.stack([mirrored * cos * wide, mirrored * sin * tall, mirrored * (-cos * x - sin * y)], -1),
                              np.stack([-sin * wide, cos * tall, sin * x - cos * y], -1)], 1)     # [F,2,3]
        to_sprite = torch.from_numpy(to_sprite.astype(np.float32))
        if view is not None:
            to_sprite = torch.cat([to_sprite[:, :, :2] @ view[:, :, :2], to_sprite[:, :, :2] @ view[:, :, 2:] + to_sprite[:, :, 2:]], 2)
        grid = F.affine_grid(to_sprite, (len(x), sprite.shape[1], *size), align_corners=False)
        return F.grid_sample(sprite.expand(len(x), -1, -1, -1), grid, padding_mode="zeros", align_corners=False)


def choose_color(rng, colors, backdrop, bg):
    """Never the colour of a plain backdrop: the subject would not be seen."""
    while True:
        color = choose(rng, colors)
        if backdrop != "plain" or color != bg:
            return color


def describe(subject, rng):
    noun = choose(rng, SUBJECT_WORDS[subject["kind"]])
    words = [choose(rng, COLOR_WORDS[subject["color"]])]
    if subject["size"] in SIZE_WORDS and rng.random() < .85:
        words.insert(0, choose(rng, SIZE_WORDS[subject["size"]]))
    phrase = " ".join([*words, noun])
    phrase = ("an " if phrase[0] in "aeiou" else "a ") + phrase
    motion = choose(rng, MOTION_WORDS[subject["motion"]])
    if subject["motion"] == "still" and rng.random() < .6:
        motion = ""
    return f"{phrase} {motion}".strip()


def camera_path(camera, frames):
    """-> offset of the view, zoom, parallax of the subjects; each [frames]."""
    t, zero = np.linspace(0, 1, frames, dtype=np.float32), np.zeros(frames, np.float32)
    if camera == "pan left":
        return .3 * (.5 - t) * 2, zero + 1, .35 * (t - .5) * 2
    if camera == "pan right":
        return .3 * (t - .5) * 2, zero + 1, -.35 * (t - .5) * 2
    zoom = {"zoom in": 1 - .28 * t, "zoom out": .72 + .28 * t}.get(camera, zero + 1)
    return zero, zoom, zero


def subject_path(subject, scene, t, rng):
    """t [frames] -> x, y of the centre in [-1,1], half-width, angle; each [frames]."""
    frames = len(t)
    base = HALF_WIDTH[subject["size"]] * rng.uniform(.9, 1.1)
    one = np.ones(frames, np.float32)
    cx = rng.uniform(-.35, .35) if subject["side"] is None else (-.45, .45)[subject["side"]] + rng.uniform(-.1, .1)
    cy = rng.uniform(-.3, .3)
    if scene["backdrop"] in GROUND and subject["kind"] in STANDING:
        cy = 2 * GROUND[scene["backdrop"]] - 1 - base * .55 + rng.uniform(-.04, .1)
    x, y, scale, angle = cx * one, cy * one, base * one, 0 * one
    motion = subject["motion"]
    span = rng.uniform(.7, 1.1)
    if motion == "left":
        x = cx + .3 + span * (.5 - t) * 1.2
    elif motion == "right":
        x = cx - .3 + span * (t - .5) * 1.2
    elif motion == "up":
        y = .2 + span * (.5 - t) * 1.2
    elif motion == "down":
        y = -.2 + span * (t - .5) * 1.2
    elif motion == "bounce":
        hops, phase = rng.uniform(1.2, 2.2), rng.uniform(0, 1)
        y = np.minimum(cy + .25, .6) - .7 * np.abs(np.sin(math.pi * (hops * t + phase))) * rng.uniform(.7, 1)
    elif motion == "spin":
        angle = rng.choice([-1, 1]) * 2 * math.pi * rng.uniform(.5, 1.1) * t + rng.uniform(0, 6.28) * (subject["kind"] in ANY_WAY_UP)
    elif motion == "orbit":
        phase, direction, turns = rng.uniform(0, 6.28), rng.choice([-1, 1]), rng.uniform(.6, 1.1)
        radius, turned = rng.uniform(.28, .42), phase + direction * 2 * math.pi * turns * t
        x, y = cx * .4 + radius * np.cos(turned), .4 * cy + radius * np.sin(turned)
    elif motion == "grow":
        scale = base * (.45 + 1.15 * t)
    elif motion == "shrink":
        scale = base * (1.6 - 1.15 * t)
    elif motion == "sway":
        swings, phase = rng.uniform(1, 1.8), rng.uniform(0, 6.28)
        angle = .4 * np.sin(2 * math.pi * swings * t + phase)
        x = cx + .16 * np.sin(2 * math.pi * swings * t + phase)
    return [np.asarray(v, np.float32) for v in (x, y, scale, angle)]


def waves(out, times, rng, places=None):
    """Glints that run over the lower part of out [F,3,H,W]; places: y and x of every pixel in the world, each [F,1,H,W], 1 being a frame's height."""
    height, width = out.shape[2:]
    y, x = places or (torch.linspace(0, 1, height)[None, None, :, None], torch.linspace(0, width / height, width)[None, None, None, :])
    t, phase = torch.from_numpy(times)[:, None, None, None], float(rng.uniform(0, 6.28))
    glint = torch.sin(x * 26 + phase + t * 6.28 + torch.sin(y * 40 + phase)) * torch.sin(y * 90 - t * 6.28)
    return out + ((y - .6) * 12).clamp(0, 1) * glint.clamp(min=0) * .13


def weather(out, kind, rng):
    """Rain or snow over out [F,3,S,S]."""
    frames, _, _, size = out.shape
    count = 70 if kind == "rain" else 55
    x0, y0 = rng.uniform(0, size, count), rng.uniform(0, size, count)
    speed = (rng.uniform(14, 20, count) if kind == "rain" else rng.uniform(3, 6, count)) * size / 128
    layer = np.zeros((frames, size, size), np.float32)
    for f in range(frames):
        ys = (y0 + speed * f) % size
        xs = (x0 + (.6 * f if kind == "rain" else 2.0 * np.sin(f * .7 + x0))) % size
        for x, y in zip(xs.astype(int), ys.astype(int)):
            if kind == "rain":
                layer[f, y:y + max(3, size // 22), x] = .55
            else:
                layer[f, y:y + 2, x:x + 2] = .95
    alpha = torch.from_numpy(layer)[:, None]                                                     # [F,1,S,S]
    color = torch.tensor((.78, .84, .92) if kind == "rain" else (1., 1., 1.))[None, :, None, None]
    return out * (1 - alpha) + color * alpha


class PocketWorld(ToyWorld):
    """What the transformer is taught: no camera, no weather, fewer things, mostly one of them."""
    SUBJECTS = ("ball", "box", "star", "heart", "fish", "boat", "car", "balloon", "tree", "sun", "bird", "rocket")
    COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black")
    BACKDROPS = ("plain", "plain", "plain", "plain", "day", "night", "sea", "meadow", "sunset", "space")
    MOTIONS = ("still", "left", "right", "up", "down", "bounce", "grow", "shrink", "spin", "left", "right", "up", "down", "bounce")
    SIZES = ("small", "medium", "medium", "big", "big")
    TWO_SUBJECTS = .1

    def times(self):
        return np.linspace(0, max(1, (self.frames - 1) / (WHOLE - 1)), self.frames, dtype=np.float32)

    def scene(self, rng):
        backdrop, bg = choose(rng, self.BACKDROPS), choose(rng, self.COLORS)
        count = 2 if rng.random() < self.TWO_SUBJECTS else 1
        subjects = []
        for i in range(count):
            color = choose_color(rng, self.COLORS, backdrop, bg)
            subjects.append(dict(kind=choose(rng, self.SUBJECTS), color=color, size=choose(rng, self.SIZES),
                                 motion=choose(rng, self.MOTIONS), side=(i if count == 2 else None)))
        return dict(backdrop=backdrop, bg=bg, subjects=subjects, camera=None, weather=None)
