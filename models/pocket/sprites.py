"""
The twenty subjects of the drawn world, as sprites.

A sprite is [5,128,128]: red, green, blue, tint, alpha. Where tint is 1 the pixel takes the subject's colour, shaded by its
own grey; where it is 0 it keeps its own (a wheel, a sail, an eye). Drawn at four times the size and reduced, so that edges
are smooth. Coordinates below are fractions of the sprite, right and down.
"""
import math

import numpy as np
import torch
from PIL import Image, ImageDraw

SIZE, OVERSAMPLING = 128, 4
LIT_TOP, LIT_BOTTOM = 1.08, 0.86                 # light from above
DARK, WHITE, WOOD, GLASS = (20, 20, 24), (255, 255, 255), (110, 72, 42), (196, 226, 246)


class Canvas:
    """Two pictures drawn together: what is seen, and how much of it takes the subject's colour."""

    def __init__(self):
        self.pixels = SIZE * OVERSAMPLING
        self.paint = Image.new("RGBA", (self.pixels, self.pixels), (0, 0, 0, 0))
        self.tint = Image.new("L", (self.pixels, self.pixels), 0)

    def draw(self, kind, corners, rgba, tint):
        corners = [v * self.pixels for v in corners]
        getattr(ImageDraw.Draw(self.paint), kind)(corners, fill=rgba)
        getattr(ImageDraw.Draw(self.tint), kind)(corners, fill=tint)

    def body(self, kind, *corners, shade=255):
        """A part in the subject's colour."""
        self.draw(kind, corners, (shade, shade, shade, 255), 255)

    def part(self, kind, rgb, *corners):
        """A part in its own colour."""
        self.draw(kind, corners, (*rgb, 255), 0)

    def hole(self, kind, *corners):
        self.draw(kind, corners, (0, 0, 0, 0), 0)

    def sprite(self):
        small = lambda picture: np.asarray(picture.resize((SIZE, SIZE), Image.LANCZOS), np.float32) / 255
        rgba, tint = small(self.paint), small(self.tint)[None]                     # [S,S,4], [1,S,S]
        light = np.linspace(LIT_TOP, LIT_BOTTOM, SIZE, dtype=np.float32)[None, :, None]
        rgb = rgba[..., :3].transpose(2, 0, 1)                                     # [3,S,S]
        rgb = np.clip(np.where(tint > 0.5, rgb * light, rgb), 0, 1)
        return torch.from_numpy(np.concatenate([rgb, tint, rgba[..., 3][None]]).copy())


def around(x, y, radius, angle):
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def ball(c):
    c.body("ellipse", .12, .12, .88, .88)
    c.body("ellipse", .24, .2, .5, .42)
    c.part("ellipse", WHITE, .28, .22, .44, .36)


def box(c):
    c.body("rectangle", .16, .16, .84, .84)
    c.body("rectangle", .16, .62, .84, .84, shade=190)


def triangle(c):
    c.body("polygon", .5, .1, .92, .86, .08, .86)


def star(c):
    points = [around(.5, .5, .44 if k % 2 == 0 else .18, -math.pi / 2 + k * math.pi / 5) for k in range(10)]
    c.body("polygon", *[v for point in points for v in point])


def heart(c):
    c.body("ellipse", .1, .14, .54, .56)
    c.body("ellipse", .46, .14, .9, .56)
    c.body("polygon", .13, .44, .87, .44, .5, .92)


def ring(c):
    c.body("ellipse", .1, .1, .9, .9)
    c.hole("ellipse", .34, .34, .66, .66)


def moon(c):
    c.body("ellipse", .14, .1, .9, .9)
    c.hole("ellipse", .36, .04, 1.04, .78)


def sun(c):
    for k in range(12):
        cos, sin = math.cos(k * math.pi / 6), math.sin(k * math.pi / 6)
        c.body("polygon", .5 + .48 * cos, .5 + .48 * sin, .5 + .3 * cos - .07 * sin, .5 + .3 * sin + .07 * cos,
               .5 + .3 * cos + .07 * sin, .5 + .3 * sin - .07 * cos, shade=235)
    c.body("ellipse", .22, .22, .78, .78)


def cloud(c):
    for corners in ((.06, .42, .44, .78), (.26, .24, .68, .7), (.52, .36, .94, .78)):
        c.body("ellipse", *corners)
    c.body("rectangle", .24, .58, .76, .78)


def tree(c):
    c.part("rectangle", WOOD, .43, .6, .57, .94)
    c.body("ellipse", .16, .08, .84, .68)
    c.body("ellipse", .24, .3, .5, .5, shade=205)


def house(c):
    c.body("rectangle", .18, .44, .82, .9)
    c.part("polygon", (120, 60, 48), .08, .46, .5, .1, .92, .46)
    c.part("rectangle", (84, 56, 40), .42, .62, .58, .9)
    for corners in ((.25, .54, .37, .68), (.64, .54, .76, .68)):
        c.part("rectangle", (190, 224, 246), *corners)


def boat(c):
    c.body("polygon", .08, .66, .92, .66, .76, .9, .24, .9)
    c.part("rectangle", (96, 66, 42), .47, .1, .51, .66)
    c.part("polygon", (246, 246, 240), .53, .12, .53, .6, .86, .6)
    c.part("polygon", (226, 226, 220), .45, .2, .45, .6, .2, .6)


def fish(c):
    c.body("ellipse", .2, .28, .92, .72)
    c.body("polygon", .3, .5, .04, .26, .04, .74, shade=215)
    c.part("ellipse", WHITE, .72, .38, .82, .48)
    c.part("ellipse", DARK, .75, .4, .81, .46)


def bird(c):
    c.body("ellipse", .22, .38, .74, .72)
    c.body("ellipse", .62, .26, .88, .52)
    c.part("polygon", (245, 160, 40), .86, .36, .98, .4, .86, .46)
    c.body("polygon", .26, .52, .04, .36, .12, .62, shade=215)
    c.body("polygon", .36, .5, .6, .5, .4, .14, shade=200)
    c.part("ellipse", DARK, .75, .34, .81, .4)


def butterfly(c):
    for *corners, shade in ((.06, .14, .5, .54, 255), (.5, .14, .94, .54, 255), (.14, .48, .5, .86, 205), (.5, .48, .86, .86, 205)):
        c.body("ellipse", *corners, shade=shade)
    c.part("ellipse", (44, 36, 36), .46, .2, .54, .84)


def car(c):
    c.body("rectangle", .06, .48, .94, .74)
    c.body("polygon", .22, .5, .34, .28, .68, .28, .82, .5)
    c.part("polygon", GLASS, .29, .48, .37, .33, .49, .33, .49, .48)
    c.part("polygon", GLASS, .53, .48, .53, .33, .65, .33, .74, .48)
    for x in (.16, .64):
        c.part("ellipse", (30, 30, 34), x, .62, x + .2, .82)
        c.part("ellipse", (190, 190, 196), x + .06, .68, x + .14, .76)


def rocket(c):
    c.body("polygon", .5, .04, .66, .3, .66, .76, .34, .76, .34, .3)
    c.part("ellipse", GLASS, .42, .32, .58, .48)
    c.body("polygon", .34, .52, .16, .8, .34, .76, shade=190)
    c.body("polygon", .66, .52, .84, .8, .66, .76, shade=190)
    c.part("polygon", (250, 170, 40), .4, .76, .6, .76, .5, .98)


def balloon(c):
    c.body("ellipse", .18, .04, .82, .68)
    c.body("polygon", .3, .56, .7, .56, .56, .74, .44, .74, shade=215)
    c.part("rectangle", (132, 88, 48), .42, .8, .58, .94)
    for x in (.44, .545):
        c.part("rectangle", (90, 70, 50), x, .72, x + .015, .82)
    c.part("ellipse", WHITE, .3, .14, .42, .3)


def flower(c):
    c.part("rectangle", (58, 140, 62), .47, .5, .53, .96)
    c.part("ellipse", (58, 140, 62), .52, .7, .74, .82)
    for k in range(6):
        x, y = around(.5, .36, .2, k * math.pi / 3)
        c.body("ellipse", x - .14, y - .14, x + .14, y + .14)
    c.part("ellipse", (250, 206, 60), .4, .26, .6, .46)


def cat(c):
    c.body("ellipse", .24, .44, .8, .94)
    c.body("ellipse", .24, .16, .7, .58)
    c.body("polygon", .26, .3, .28, .04, .44, .2)
    c.body("polygon", .68, .3, .66, .04, .5, .2)
    c.body("ellipse", .72, .5, .94, .64, shade=215)
    for x in (.34, .52):
        c.part("ellipse", DARK, x, .3, x + .08, .38)
    c.part("polygon", (240, 140, 150), .44, .42, .5, .42, .47, .46)


SUBJECTS = (ball, box, triangle, star, heart, ring, moon, sun, cloud, tree, house, boat, fish, bird, butterfly, car, rocket, balloon, flower, cat)


def draw_sprites():
    """-> name -> [5,128,128] in [0,1]."""
    sprites = {}
    for subject in SUBJECTS:
        canvas = Canvas()
        subject(canvas)
        sprites[subject.__name__] = canvas.sprite()
    return sprites
