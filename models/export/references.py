"""What the *_tiny.py scripts write of the runs that the engine is held against."""
import argparse
import json
import os

import numpy as np
import torch
from PIL import Image


def arguments(doc):
    """FOLDER [--references]: with the latter the package is left as it is, and only the reference runs are drawn."""
    parse = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("folder")
    parse.add_argument("--references", action="store_true", help="draw the reference runs only")
    return parse.parse_args()


def modes(vae):
    """`vae.encode` for a pipeline that draws from the posterior with torch's global generator: the studio takes its mode."""
    inner = vae.encode

    def encode(pictures):
        latents = inner(pictures)
        latents.latent_dist.sample = lambda generator=None: latents.latent_dist.mode()
        return latents

    return encode


def write_run(folder, name, latents, frames):
    """NAME.latents.npy [C,F,h,w] and NAME.png, the frames [F,H,W,3] below each other; a line says that they are no constant."""
    os.makedirs(folder, exist_ok=True)
    np.save(f"{folder}/{name}.latents.npy", np.ascontiguousarray(latents, dtype=np.float32))
    Image.fromarray(frames.reshape(-1, *frames.shape[2:])).save(f"{folder}/{name}.png", optimize=True)
    moved = np.abs(np.diff(frames.astype(float), axis=0)).mean() if len(frames) > 1 else 0
    print(f"{name:20} latents to {np.abs(latents).max():6.2f}   frames {frames.min()} … {frames.max()}, deviation {frames.std():.1f}, from frame to frame {moved:.2f}")


def write_cases(folder, cases):
    with open(f"{folder}/cases.json", "w") as file:
        json.dump({name: {**case, "scheduler": {"class": case["scheduler"][0], "config": case["scheduler"][1]}} for name, case in cases.items()}, file, indent=1)
        file.write("\n")


def write_tokens(folder, rows):
    """What transformers makes of awkward prompts: rows of prompt and ids."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/tokens.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def pixels_of(pictures):
    return np.stack([np.asarray(picture) for picture in pictures])


def put_known(scheduler, latents, kept, following):
    """The frames at `places` are the known ones, as noisy as step `following` wants them (as StableDiffusionInpaintPipeline does); in place."""
    known, noise, places = kept
    wanted = known
    if following < len(scheduler.timesteps):
        wanted = scheduler.add_noise(known, noise[:, :, places], scheduler.timesteps[following : following + 1])
    latents[:, :, places] = wanted


def begin_with_known(pipeline, case, frames, places):
    """-> latents to begin with, clean known latents, noise. The noise is the pipeline's own draw, made before it: known frames get the same."""
    pixels = pipeline.vae_scale_factor
    shape = (1, 4, case["frames"], case["height"] // pixels, case["width"] // pixels)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(case["seed"]))
    volume = torch.from_numpy(frames.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
    known = torch.cat([pipeline.vae.encode(image[None]).latent_dist.mode() for image in volume]) * pipeline.vae.config.scaling_factor
    known = known.permute(1, 0, 2, 3)[None]
    pipeline.scheduler.set_timesteps(case["steps"])
    start = noise.clone()
    put_known(pipeline.scheduler, start, (known, noise, places), 0)
    return start, known, noise
