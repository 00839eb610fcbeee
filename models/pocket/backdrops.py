"""
The twelve backdrops of the drawn world: a picture [height,width,3] in [0,1], larger than the frame so that a camera can pan.
Gradients, hills summed from sines, and soft dots; every number is a fraction of the picture's height unless it is a colour.
"""
import math

import numpy as np

# Where a car or a tree stands, as a fraction of the frame's height from the top.
GROUND = {"sea": .66, "meadow": .78, "desert": .8, "snowfield": .8, "mountains": .84, "city": .88, "sunset": .8, "night": .84, "underwater": .8}


def rgb(red, green, blue):
    return tuple(v / 255 for v in (red, green, blue))


def gradient(height, width, top, bottom):
    k = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 0.9
    picture = np.asarray(top, np.float32) * (1 - k) + np.asarray(bottom, np.float32) * k
    return np.broadcast_to(picture, (height, width, 3)).copy()


def hills(picture, rng, base, amplitude, colour, waves=3):
    height, width, _ = picture.shape
    x = np.linspace(0, 2 * math.pi, width, dtype=np.float32)
    ridge = np.full(width, base * height, np.float32)
    for k in range(1, waves + 1):
        ridge += amplitude * height / k * np.sin(k * x * rng.uniform(.6, 1.4) + rng.uniform(0, 6.28))
    below = np.arange(height, dtype=np.float32)[:, None] - ridge[None]                 # [height,width] pixels under the ridge
    mask = np.clip(below + .5, 0, 1)[..., None]
    depth = np.clip(below / (height * .5), 0, 1)[..., None]
    return picture * (1 - mask) + np.asarray(colour, np.float32) * (1.06 - .3 * depth) * mask


def peaks(picture, rng, base, amplitude, colour, snow):
    height, width, _ = picture.shape
    count = rng.integers(5, 8)
    tops = base * height - amplitude * height * rng.uniform(.2, 1, count)
    tops[::2] += amplitude * height * .55
    ridge = np.interp(np.arange(width), np.linspace(-.1, 1.1, count) * width, tops).astype(np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    mask = np.clip(rows - ridge[None] + .5, 0, 1)[..., None]
    is_snow = (np.clip(1 - (rows - ridge[None]) / (height * .09), 0, 1) > .25)[..., None] & (ridge[None, :, None] < base * height - amplitude * height * .3)
    rock = np.broadcast_to(np.asarray(colour, np.float32), picture.shape)
    return picture * (1 - mask) + np.where(is_snow, np.asarray(snow, np.float32), rock) * mask


def dots(picture, rng, count, colour, lowest=1.0, radius=1.0):
    height, width, _ = picture.shape
    ys, xs = rng.uniform(0, height * lowest, count), rng.uniform(0, width, count)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    for y, x, strength in zip(ys, xs, rng.uniform(.4, 1, count)):
        near = slice(int(max(0, y - 3)), int(min(height, y + 4))), slice(int(max(0, x - 3)), int(min(width, x + 4)))
        glow = np.exp(-((rows[near] - y) ** 2 + (columns[near] - x) ** 2) / radius ** 2)[..., None] * strength
        picture[near] = picture[near] * (1 - glow) + np.asarray(colour, np.float32) * glow
    return picture


def plain(height, width, rng, colour):
    base = np.asarray(colour, np.float32)
    return gradient(height, width, base * .98 + .02, base * .9)


def day(height, width, rng, _):
    return gradient(height, width, rgb(72, 148, 226), rgb(188, 222, 246))


def sunset(height, width, rng, _):
    picture = gradient(height, width, rgb(86, 60, 130), rgb(250, 150, 84))
    return hills(dots(picture, rng, 1, rgb(255, 236, 170), .7, 9), rng, .84, .03, rgb(58, 42, 66))


def night(height, width, rng, _):
    picture = dots(gradient(height, width, rgb(8, 12, 36), rgb(30, 40, 84)), rng, 60, rgb(255, 250, 230), .85)
    return hills(picture, rng, .88, .03, rgb(14, 22, 34))


def sea(height, width, rng, _):
    return hills(gradient(height, width, rgb(126, 190, 236), rgb(206, 230, 244)), rng, .62, .008, rgb(28, 98, 158), 2)


def meadow(height, width, rng, _):
    picture = hills(gradient(height, width, rgb(110, 180, 238), rgb(210, 234, 248)), rng, .64, .05, rgb(96, 166, 84))
    return hills(picture, rng, .76, .04, rgb(74, 150, 62))


def desert(height, width, rng, _):
    picture = hills(gradient(height, width, rgb(120, 180, 226), rgb(244, 226, 186)), rng, .66, .05, rgb(222, 178, 108))
    return hills(picture, rng, .8, .05, rgb(206, 154, 84))


def snowfield(height, width, rng, _):
    picture = hills(gradient(height, width, rgb(164, 188, 214), rgb(222, 232, 242)), rng, .66, .05, rgb(226, 234, 244))
    return hills(picture, rng, .8, .03, rgb(246, 250, 254))


def mountains(height, width, rng, _):
    picture = peaks(gradient(height, width, rgb(112, 172, 228), rgb(218, 232, 242)), rng, .8, .42, rgb(112, 118, 138), rgb(240, 244, 250))
    return hills(picture, rng, .82, .02, rgb(84, 124, 82))


def city(height, width, rng, _):
    picture, x = gradient(height, width, rgb(150, 176, 206), rgb(232, 214, 196)), 0
    while x < width:
        house, top = int(rng.uniform(.06, .13) * width), int(rng.uniform(.38, .7) * height)
        grey = rng.uniform(.32, .52)
        picture[top:, x:x + house] = (grey, grey * 1.02, grey * 1.12)
        for y in range(top + 4, height, 8):
            for window in range(x + 3, min(x + house - 3, width), 6):
                if rng.random() < .5:
                    picture[y:y + 3, window:window + 2] = rgb(250, 226, 150)
        x += house + int(rng.uniform(0, .02) * width)
    picture[int(.9 * height):] = rgb(70, 72, 78)
    return picture


def underwater(height, width, rng, _):
    picture = dots(gradient(height, width, rgb(50, 158, 198), rgb(8, 44, 96)), rng, 16, rgb(190, 236, 250), 1, 2)
    return hills(picture, rng, .9, .02, rgb(150, 132, 92))


def space(height, width, rng, _):
    return dots(gradient(height, width, rgb(6, 6, 18), rgb(22, 10, 44)), rng, 90, WHITE)


WHITE = rgb(255, 255, 255)
BACKDROPS = {f.__name__: f for f in (plain, day, sunset, night, sea, meadow, desert, snowfield, mountains, city, underwater, space)}
