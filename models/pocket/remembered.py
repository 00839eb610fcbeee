"""
What an examination has drawn, so that one that was killed goes on: each batch lies in `POCKET_RUN/remembered` under a digest of all it was
drawn from. `forget` when the table is written.
"""
import hashlib
import os
import shutil

import torch

from paths import RUN, save

FOLDER = f"{RUN}/remembered"


def digest(*values):
    """Of tensors, strings, numbers, and lists, tuples and dictionaries of them."""
    found = hashlib.sha256()
    for value in values:
        if isinstance(value, torch.Tensor):
            found.update(f"{tuple(value.shape)} {value.dtype}".encode() + value.contiguous().numpy().tobytes())
        elif isinstance(value, dict):
            found.update(digest(*value.items()).encode())
        elif isinstance(value, (list, tuple)):
            found.update(digest(*value).encode())
        else:
            found.update(f"{type(value).__name__} {value!r}".encode())
    return found.hexdigest()


def digest_of_file(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remembered(draw, *made_from):
    """-> the tensor that `draw()` returns; `made_from` names everything that it depends on."""
    path = f"{FOLDER}/{digest(*made_from)}.pt"
    if os.path.exists(path):
        return torch.load(path)
    os.makedirs(FOLDER, exist_ok=True)
    tensor = draw()
    save(tensor.clone(), path)
    return tensor


def forget():
    shutil.rmtree(FOLDER, ignore_errors=True)
