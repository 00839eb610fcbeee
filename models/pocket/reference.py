"""
Reference runs: the exported graphs driven from Python, the whole pipeline in one place.

    python reference.py PACKAGE OUT CASES.json

Promises, for every case: OUT/<name>.latents.npy (float32 [64,F,h,w], normalised), OUT/<name>/NNN.png (frames, rounded to
nearest), OUT/<name>.json (every argument). One thread, so that the numbers come out the same again. Another implementation
over the same graphs and noise agrees within 1e-3 in the latents and 50 dB in the frames. Conditioning pictures lie in OUT.
"""
import json
import os
import sys

import numpy as np
import onnxruntime as ort
import torch
from PIL import Image
from tokenizers import Tokenizer

from carry import carry_given

CHANNELS, PIXELS, TOKENS = 64, 32, 32
SEAM = 3                             # frames over which steady guidance comes back behind given ones: sample.py
DEFAULTS = dict(steps=12, guidance=3.0, steady=0.0, frames=9, width=128, height=128, fps=8, negative="")


def open_graph(path, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def pack(z):
    """[B,64,F,h,w] -> tokens [B,F·h·w,64]."""
    return z.reshape(*z.shape[:2], -1).transpose(0, 2, 1)


def coordinates(frames, height, width, first_frame, fps):
    """[1,3,F·h·w]: seconds, pixels down, pixels right."""
    grid = np.stack(np.meshgrid(np.arange(frames) + first_frame, np.arange(height), np.arange(width), indexing="ij"))
    return grid.reshape(1, 3, -1).astype(np.float32) * np.array([1 / fps, PIXELS, PIXELS], np.float32)[:, None]


def seen_by(camera, where, of_token, width, height):
    """Coordinates [1,3,S] of tokens as a moving camera sees them: moving.py, in the studio's words. All moves are alike."""
    angle, zoom = np.radians(camera.get("rotate", 0)), camera.get("zoom", 1)
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    turn, middle = np.array([[cos, sin], [-sin, cos]]), np.array([(width - 1) / 2, (height - 1) / 2])
    pan, half = np.array([camera.get("panX", 0), camera.get("panY", 0)]), (PIXELS - 1) / 2
    moved = where.astype(np.float64)
    for frame in np.unique(of_token):
        its = of_token == frame
        points = where[0, [2, 1]][:, its].T + half                                                                # [n,2], right and down
        for _ in range(frame):                                                                                   # back to frame 0, one move at a time
            points = (points - middle) @ np.linalg.inv(turn).T + middle - pan
        moved[0, 1][its], moved[0, 2][its] = points[:, 1] - half, points[:, 0] - half
    return moved.astype(np.float32)


def read_pixels(path):
    """-> float32 [H,W,3] in [-1,1]."""
    return np.asarray(Image.open(path).convert("RGB"), np.float32) / 127.5 - 1


class Pipeline:
    def __init__(self, package, threads=1):
        self.graphs = {n: open_graph(f"{package}/{n}/model.onnx", threads) for n in ("text_encoder", "transformer", "vae_encoder", "vae_decoder")}
        with open(f"{package}/vae/config.json") as file:
            config = json.load(file)
        self.mean, self.deviation = (np.array(config[k], np.float32).reshape(1, -1, 1, 1, 1) for k in ("latents_mean", "latents_std"))
        with open(f"{package}/scheduler/scheduler_config.json") as file:
            self.shift = np.float32(json.load(file)["shift"])
        self.tokenizer = Tokenizer.from_file(f"{package}/tokenizer/tokenizer.json")
        self.tokenizer.enable_truncation(TOKENS)
        self.tokenizer.enable_padding(length=TOKENS, pad_id=0)

    def call(self, graph, **inputs):
        return self.graphs[graph].run(None, inputs)[0]

    def embed(self, prompt):
        """-> [1,32,384], mask [1,32]."""
        tokens = self.tokenizer.encode(prompt)
        ids, mask = np.array([tokens.ids], np.int64), np.array([tokens.attention_mask], np.int64)
        return self.call("text_encoder", input_ids=ids, attention_mask=mask), mask.astype(np.float32)

    def encode(self, paths):
        """PNG files -> normalised latents [1,64,F,h,w]."""
        pixels = np.stack([read_pixels(p) for p in paths])                                                        # [F,H,W,3]
        parameters = self.call("vae_encoder", sample=pixels.transpose(3, 0, 1, 2)[None])                          # [1,128,F,h,w]
        return (parameters[:, :CHANNELS] - self.mean) / self.deviation

    def decode(self, z, given):
        """normalised latents [1,64,F,h,w]; given: frame -> PNG -> frames [F,H,W,3] uint8."""
        sample = self.call("vae_decoder", latent_sample=(z * self.deviation + self.mean).astype(np.float32))
        pixels = {f: torch.from_numpy(read_pixels(path).transpose(2, 0, 1)[None]) for f, path in given.items() if f < z.shape[2]}
        sample = carry_given(torch.from_numpy(sample), pixels).numpy()[0]
        return np.round(np.clip(sample * 0.5 + 0.5, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 3, 0)

    def read(self, prompt, then, negative, of_token):
        """-> the tokens of all prompts [2,K·L,384], the negative one's first and alone; which of them each token reads [2,S,K·L]."""
        prompts = [(0, prompt), *((one["frame"], one["prompt"]) for one in then)]
        embedded = [self.embed(p) for _, p in prompts]
        which = np.searchsorted([frame for frame, _ in prompts], of_token, "right") - 1                              # [S]
        none, empty = self.embed(negative)
        text, mask = np.zeros((2, len(prompts), *none.shape[1:]), np.float32), np.zeros((2, len(of_token), len(prompts), TOKENS), np.float32)
        text[0, 0], text[1], mask[0, :, 0] = none[0], np.concatenate([e for e, _ in embedded]), empty[0]
        mask[1, np.arange(len(of_token)), which] = np.concatenate([m for _, m in embedded])[which]
        return text.reshape(2, -1, none.shape[2]), mask.reshape(2, len(of_token), -1)

    def guided(self, velocity, guidance, steady, area, extra, given):
        """[2,S,64], unguided and prompted -> [1,S,64]; steady guidance is explained in sample.py."""
        unguided, difference = velocity[:1], velocity[1:] - velocity[:1]
        if steady:
            first = extra + given * area                                                        # tokens before it belong to given frames
            drawn = difference[:, first:].reshape(1, -1, area, CHANNELS)                         # [1,F,h·w,64]
            beside = np.concatenate([np.zeros_like(drawn[:, :1]) if given else drawn[:, :1], drawn, drawn[:, -1:]], 1)     # a given frame needs no push
            come_back = np.minimum(1, np.arange(1, drawn.shape[1] + 1) / SEAM) if given else np.ones(drawn.shape[1])      # behind given frames guidance comes back
            shared = (beside[:, :-2] + 2 * drawn + beside[:, 2:]) / 4 * come_back.astype(np.float32)[:, None, None]
            steadied = np.float32(1 - steady) * drawn + np.float32(steady) * shared
            difference = np.concatenate([difference[:, :first], steadied.reshape(1, -1, CHANNELS)], 1)
            unguided = velocity[1:] - difference
        return unguided + np.float32(guidance) * difference

    def run(self, prompt, seed, frames=9, width=128, height=128, steps=12, guidance=3.0, steady=0.0, negative="", fps=8, prefix=(), later=None, then=(), camera=None, base="."):
        """
        prefix: PNGs kept as the first frames; later: {image, frame}; then: {frame, prompt} of every prompt that takes over from a frame on; camera:
        {panX, panY, zoom, rotate} from each frame to the next, as the studio has them. -> normalised latents [64,F,h,w], frames [F,H,W,3] uint8.
        """
        h, w = height // PIXELS, width // PIXELS
        x = pack(torch.randn(1, CHANNELS, frames, h, w, generator=torch.Generator().manual_seed(seed)).numpy())
        given, where, extra = np.zeros((1, frames * h * w), np.float32), coordinates(frames, h, w, 0, fps), 0
        if prefix:
            z = pack(self.encode([f"{base}/{p}" for p in prefix]))
            x[:, :z.shape[1]], given[:, :z.shape[1]] = z, 1
        if later:
            z = pack(self.encode([f"{base}/{later['image']}"]))
            extra = z.shape[1]
            x, given = np.concatenate([z, x], 1), np.concatenate([np.ones((1, extra), np.float32), given], 1)
            where = np.concatenate([coordinates(1, h, w, later["frame"], fps), where], 2)
        of_token = np.concatenate([np.full(extra, later["frame"] if later else 0), np.repeat(np.arange(frames), h * w)])     # [S], each token's frame
        text, mask = self.read(prompt, then, negative, of_token)
        if camera:
            where = seen_by(camera, where, of_token, width, height)
        twice = lambda v: np.concatenate([v, v])
        even = np.linspace(1, 1 / steps, steps, dtype=np.float32)
        sigmas = [*(self.shift * even / (1 + (self.shift - np.float32(1)) * even)), np.float32(0)]
        for now, following in zip(sigmas, sigmas[1:]):
            timestep = (now * (1 - given) * 1000).astype(np.float32)
            velocity = self.call("transformer", hidden_states=twice(x), encoder_hidden_states=text, encoder_attention_mask=mask,
                                 timestep=twice(timestep), video_coords=twice(where))
            velocity = self.guided(velocity, guidance, steady, h * w, extra, len(prefix))
            x = np.where(given[..., None] > 0, x, x + (following - now) * velocity).astype(np.float32)
        z = x[:, extra:].transpose(0, 2, 1).reshape(1, CHANNELS, frames, h, w)
        known = {f: f"{base}/{p}" for f, p in enumerate(prefix)} | ({later["frame"]: f"{base}/{later['image']}"} if later else {})
        return z[0], self.decode(z, known)


def main(package, out, cases):
    pipeline = Pipeline(package)
    os.makedirs(out, exist_ok=True)
    with open(cases) as file:
        cases = json.load(file)
    for name, arguments in cases.items():
        latents, frames = pipeline.run(**arguments, base=out)
        np.save(f"{out}/{name}.latents.npy", latents)
        os.makedirs(f"{out}/{name}", exist_ok=True)
        for i, frame in enumerate(frames):
            Image.fromarray(frame).save(f"{out}/{name}/{i:03d}.png")
        with open(f"{out}/{name}.json", "w") as file:
            json.dump(DEFAULTS | arguments, file, indent=1)
        print(name, frames.shape, f"largest latent {np.abs(latents).max():.2f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
