"""
An AnimateDiff checkpoint in diffusers' layout → a model package (docs/model-packages.md, family animatediff):

    python animatediff.py CHECKPOINT PACKAGE --id my-model --name "My model" [--motion ADAPTER] [--control SPARSECTRL] [--half]

CHECKPOINT is a Stable Diffusion 1.5 folder with the motion adapter in ADAPTER, or one whose unet is a UNetMotionModel
already. SPARSECTRL is the folder of a SparseControlNetModel: known frames are told to it. Ends with a parity report, graph by graph against torch at shapes the export has not seen, and fails when one of
them is over the bar.
"""
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKL, DDIMScheduler, MotionAdapter, SparseControlNetModel, UNet2DConditionModel, UNetMotionModel
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

    def forward(self, sample, timestep, encoder_hidden_states, *residuals):
        told = {"down_block_additional_residuals": residuals[:-1], "mid_block_additional_residual": residuals[-1]} if residuals else {}
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False, **told)[0]


class Control(nn.Module):
    """SparseCtrl sees no noise: the sample it is given is replaced by zeros inside, so it has the shape alone."""

    def __init__(self, control, pixels):
        super().__init__()
        self.control = control
        self.pixels = 1 if control.config.use_simplified_condition_embedding else pixels

    def forward(self, timestep, encoder_hidden_states, controlnet_cond, conditioning_mask, conditioning_scale):
        _, _, frames, height, width = controlnet_cond.shape
        sample = controlnet_cond.new_zeros(1, self.control.config.in_channels, frames, height // self.pixels, width // self.pixels)
        down, mid = self.control(sample, timestep, encoder_hidden_states, controlnet_cond, conditioning_scale=conditioning_scale,
                                 conditioning_mask=conditioning_mask, return_dict=False)
        return (*down, mid)


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


def load_control(folder):
    control = SparseControlNetModel.from_pretrained(folder, torch_dtype=torch.float32).eval()
    control.set_default_attn_processor()
    return control


def graphs(text, unet, vae, control):
    channels, width, length = unet.config.in_channels, text.config.hidden_size, text.config.max_position_embeddings
    frames = Dim("frames", min=2, max=unet.config.motion_max_seq_length)
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    half_height, half_width = Dim("half_height", min=1, max=512), Dim("half_width", min=1, max=512)
    height, wide = steps * half_height, steps * half_width

    def sample(count, h, w):
        return torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([731.0]), torch.randn(count, length, width)

    names, shapes = ["sample", "timestep", "encoder_hidden_states"], ({2: frames, 3: height, 4: wide}, None, {0: frames})
    unet_graph = Graph(Unet(unet), sample(5, 3, 4), names, "out_sample", shapes, sample(16, 4, 3))
    parts = {"text_encoder": clip_text_graph(text), "vae_encoder": picture_encoder_graph(vae), "vae_decoder": picture_decoder_graph(vae)}
    if control is None:
        return {**parts, "unet": unet_graph}

    network, pixels = Control(control, picture_ratio(vae)), 1 if control.config.use_simplified_condition_embedding else picture_ratio(vae)

    def known(count, h, w):
        places = (1, 1, count, h * steps * pixels, w * steps * pixels)
        mask = (torch.arange(count) % 3 == 0).float()[None, None, :, None, None].expand(places).contiguous()
        condition = torch.randn(1, control.config.conditioning_channels, *places[2:]) * mask
        return torch.tensor([731.0]), torch.randn(count, length, width), condition, mask, torch.tensor([0.75])

    def residuals(count, h, w):
        return tuple(torch.randn_like(value) for value in network(*known(count, h, w)))

    examples = residuals(5, 3, 4)
    outputs = [*(f"down_block_res_samples.{i}" for i in range(len(examples) - 1)), "mid_block_res_sample"]
    # Each level of the UNet has half the side of the one above.
    side = lambda dim, times: dim if times == 1 else times * dim  # noqa: E731
    places = tuple({0: frames, 2: side(half_height, value.shape[2] // 3), 3: side(half_width, value.shape[2] // 3)} for value in examples)
    on = {2: frames, 3: pixels * steps * half_height, 4: pixels * steps * half_width}
    return {
        **parts,
        "unet": unet_graph._replace(inputs=(*sample(5, 3, 4), *examples), names=[*names, *outputs], shapes=(*shapes, places),
                                    others=(*sample(16, 4, 3), *residuals(16, 4, 3))),
        "controlnet": Graph(network, known(5, 3, 4), ["timestep", "encoder_hidden_states", "controlnet_cond", "conditioning_mask", "conditioning_scale"],
                            outputs, (None, {0: frames}, on, on, None), known(16, 4, 3)),
    }


def export(args):
    text, unet, vae = load(args.checkpoint, args.motion)
    control = None if args.control is None else load_control(args.control)
    takes_drawings = control is not None and not control.config.use_simplified_condition_embedding
    pixels = picture_ratio(vae)
    grid, side = pixels * 2 ** (len(unet.config.block_out_channels) - 1), unet.config.sample_size * pixels
    write_package(args, "animatediff", graphs(text, unet, vae, control), {
        **({} if control is None else {"controlnet/config.json": {key: value for key, value in control.config.items() if not key.startswith("_")}}),
        "vae/config.json": picture_vae_config(vae),
        # Stable Diffusion's own PNDM was not what the motion adapters were trained with.
        "scheduler/scheduler_config.json": SCHEDULER if args.scheduler == "animatediff" else read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae),
        "model_index.json": {**read_json(f"{args.checkpoint}/model_index.json"), "_class_name": "AnimateDiffPipeline"},
    }, {
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": [side, side], "maxSize": [2 * side, 2 * side], "nativeRate": {"num": 8, "den": 1}, "nativeFrames": 16,
        "promptTokens": text.config.max_position_embeddings,
        # A network of line drawings is not told of the film's own frames; one of photographs takes any number.
        "conditioning": {"text": True, "firstFrames": {"min": 0, "max": 0} if takes_drawings else {"min": 1, "max": 8},
                         "laterImages": 1 if control is None else 16, **({"laterClips": True} if control is not None and not takes_drawings else {}),
                         "perFramePrompts": True},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": 4},
    })


def parser():
    # Longer than 16 frames goes through overlapping windows of 16.
    parse = base_parser(__doc__, steps=25, guidance=7.5, max_frames=64)
    parse.add_argument("--motion", help="folder of the motion adapter, for a checkpoint with a plain UNet")
    parse.add_argument("--control", help="folder of a SparseControlNetModel")
    parse.add_argument("--scheduler", choices=["animatediff", "checkpoint"], default="animatediff")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
