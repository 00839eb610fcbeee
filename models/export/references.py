"""What the *_tiny.py scripts write of the runs that the engine is held against."""
import json
import os

import numpy as np
from PIL import Image


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
