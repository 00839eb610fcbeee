"""Where a run keeps its files (POCKET_RUN, else `run/` here, which git ignores), and saving so that a kill leaves the old file whole."""
import os

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
RUN = os.environ.get("POCKET_RUN", f"{HERE}/run")
for folder in ("", "/latents", "/pictures"):
    os.makedirs(RUN + folder, exist_ok=True)


def save(value, path):
    torch.save(value, path + ".tmp")
    os.replace(path + ".tmp", path)
