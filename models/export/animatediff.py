"""
An AnimateDiff checkpoint in diffusers' layout → a model package (docs/model-packages.md, family animatediff):

    python animatediff.py CHECKPOINT PACKAGE --id my-model --name "My model" [--motion ADAPTER] [--half]

CHECKPOINT is a Stable Diffusion 1.5 folder with the motion adapter in ADAPTER, or one whose unet is a UNetMotionModel
already. Ends with a parity report, graph by graph against torch at shapes the export has not seen, and fails when one of
them is over the bar.
"""
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKL, DDIMScheduler, MotionAdapter, UNet2DConditionModel, UNetMotionModel
from torch.export import Dim
from transformers import CLIPTextModel

from common import (Graph, clip_text_graph, parser as base_parser, picture_decoder_graph, picture_encoder_graph, picture_ratio, picture_vae_config,
                    preview_matrix, read_json, write_package)

# What the motion adapters were trained with.
SCHEDULER = {"_class_name": "DDIMScheduler", **{key: value for key, value in DDIMScheduler(
    beta_schedule="linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, timestep_spacing="linspace", steps_offset=1).config.items() if not key.startswith("_")}}


class Unet(nn.Module):
    """One item of the batch: the studio runs the two halves of guidance one after the other."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


def load(folder, motion):
    if read_json(f"{folder}/unet/config.json")["_class_name"] == "UNetMotionModel":
        unet = UNetMotionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    elif motion is None:
        sys.exit("this checkpoint has a plain UNet: name the motion adapter's folder with --motion")
    else:
        unet = UNetMotionModel.from_unet2d(UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32),
                                           MotionAdapter.from_pretrained(motion, torch_dtype=torch.float32))
    unet.set_default_attn_processor()
    text = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    vae.set_default_attn_processor()
    return text.eval(), unet.eval(), vae.eval()


def graphs(text, unet, vae):
    channels, width, length = unet.config.in_channels, text.config.hidden_size, text.config.max_position_embeddings
    frames = Dim("frames", min=2, max=unet.config.motion_max_seq_length)
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    height, wide = steps * Dim("half_height", min=1, max=512), steps * Dim("half_width", min=1, max=512)

    def sample(count, h, w):
        return torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([731.0]), torch.randn(count, length, width)

    return {
        "text_encoder": clip_text_graph(text),
        "unet": Graph(Unet(unet), sample(5, 3, 4), ["sample", "timestep", "encoder_hidden_states"], "out_sample",
                      ({2: frames, 3: height, 4: wide}, None, {0: frames}), sample(16, 4, 3)),
        "vae_encoder": picture_encoder_graph(vae),
        "vae_decoder": picture_decoder_graph(vae),
    }


def export(args):
    text, unet, vae = load(args.checkpoint, args.motion)
    pixels = picture_ratio(vae)
    grid, side = pixels * 2 ** (len(unet.config.block_out_channels) - 1), unet.config.sample_size * pixels
    write_package(args, "animatediff", graphs(text, unet, vae), {
        "vae/config.json": picture_vae_config(vae),
        # Stable Diffusion's own PNDM was not what the motion adapters were trained with.
        "scheduler/scheduler_config.json": SCHEDULER if args.scheduler == "animatediff" else read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae),
        "model_index.json": {**read_json(f"{args.checkpoint}/model_index.json"), "_class_name": "AnimateDiffPipeline"},
    }, {
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": [side, side], "maxSize": [2 * side, 2 * side], "nativeRate": {"num": 8, "den": 1}, "nativeFrames": 16,
        "promptTokens": text.config.max_position_embeddings,
        "conditioning": {"text": True, "firstFrames": {"min": 1, "max": 8}, "laterImages": 1, "perFramePrompts": True},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": 4},
    })


def parser():
    # Longer than 16 frames goes through overlapping windows of 16.
    parse = base_parser(__doc__, steps=25, guidance=7.5, max_frames=64)
    parse.add_argument("--motion", help="folder of the motion adapter, for a checkpoint with a plain UNet")
    parse.add_argument("--scheduler", choices=["animatediff", "checkpoint"], default="animatediff")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
