"""
Keep weights for the next session in `checkpoint/`, averages only, as float16: 27 MB, from which every stage goes on.

Optimiser state is left out (60 MB that 50 warm steps make again), and so are the raw weights beside their averages.
"""
import os

import torch

from paths import HERE, RUN, save

KEPT = {"autoencoder.pt": ("autoencoder.pt",), "transformer.pt": ("transformer-cooled.pt", "transformer.pt"), "examiner.pt": ("examiner.pt",)}


def half(weights):
    return {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}


def main():
    os.makedirs(f"{HERE}/checkpoint", exist_ok=True)
    for name, sources in KEPT.items():
        source = next((f"{RUN}/{s}" for s in sources if os.path.exists(f"{RUN}/{s}")), None)
        if source is None:
            continue
        found = torch.load(source)
        weights = "average" if "average" in found else "weights"
        about = {k: found[k] for k in ("step", "seconds", "accuracy", "head") if k in found}
        save({weights: half(found[weights]), **about}, f"{HERE}/checkpoint/{name}")
        print(name, f"{os.path.getsize(f'{HERE}/checkpoint/{name}') / 2 ** 20:.1f} MiB")
    if os.path.exists(f"{RUN}/statistics.pt"):
        save(torch.load(f"{RUN}/statistics.pt"), f"{HERE}/checkpoint/statistics.pt")


if __name__ == "__main__":
    main()
