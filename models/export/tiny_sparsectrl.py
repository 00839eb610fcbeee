"""
Random SparseCtrl networks for the tiny AnimateDiff checkpoint, built from diffusers' own class: `photographs` is told of known frames as
latents, `drawings` as pixels.

    python tiny_sparsectrl.py FOLDER

A new network's last layers are zero, which would add nothing: here they are small random numbers.
"""
import argparse

import torch
from diffusers import SparseControlNetModel

import tiny_animatediff

KINDS = ("photographs", "drawings")


@torch.no_grad()
def build(kind):
    torch.manual_seed(40 + KINDS.index(kind))
    is_simple = kind == "photographs"
    control = SparseControlNetModel(
        conditioning_channels=4 if is_simple else 3, use_simplified_condition_embedding=is_simple, conditioning_embedding_out_channels=(8, 8, 16, 16),
        down_block_types=("CrossAttnDownBlockMotion", "DownBlockMotion"), block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8,
        cross_attention_dim=tiny_animatediff.WIDTH, attention_head_dim=2, motion_max_seq_length=32, motion_num_attention_heads=2)
    for parameter in control.parameters():
        if not parameter.any():
            parameter.normal_(0, 0.1)
        parameter.copy_(parameter.half().float())
    return control.eval()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    for name in KINDS:
        build(name).save_pretrained(f"{arguments.parse_args().folder}/{name}")
