"""
A ModelScope text-to-video checkpoint (or a relative, as Zeroscope) in diffusers' layout → a model package
(docs/model-packages.md, family unet3d):

    python unet3d.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half]

CHECKPOINT is the folder of a TextToVideoSDPipeline. Ends with a parity report: each graph against torch, at the shapes of
the export and at others.
"""
import torch
import torch.nn as nn
from diffusers import AutoencoderKL, UNet3DConditionModel
from torch.export import Dim
from transformers import CLIPTextModel

from common import (Graph, clip_text_graph, parser as base_parser, picture_decoder_graph, picture_encoder_graph, picture_ratio, picture_vae_config,
                    preview_matrix, read_json, write_package)


class Unet(nn.Module):
    """One item of the batch: the studio runs the two halves of guidance one after the other."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


def load(folder):
    text = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    unet = UNet3DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    unet.set_default_attn_processor()
    vae.set_default_attn_processor()
    return text.eval(), unet.eval(), vae.eval()


def graphs(text, unet, vae):
    channels, width, length = unet.config.in_channels, text.config.hidden_size, text.config.max_position_embeddings
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    frames, height, wide = Dim("frames", min=2, max=256), steps * Dim("half_height", min=1, max=512), steps * Dim("half_width", min=1, max=512)

    def sample(count, h, w):
        return torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([731.0]), torch.randn(1, length, width)

    return {
        "text_encoder": clip_text_graph(text),
        "unet": Graph(Unet(unet), sample(5, 3, 4), ["sample", "timestep", "encoder_hidden_states"], "out_sample",
                      ({2: frames, 3: height, 4: wide}, None, None), sample(16, 4, 3)),
        "vae_encoder": picture_encoder_graph(vae),
        "vae_decoder": picture_decoder_graph(vae),
    }


def export(args):
    text, unet, vae = load(args.checkpoint)
    pixels = picture_ratio(vae)
    grid, side = pixels * 2 ** (len(unet.config.block_out_channels) - 1), unet.config.sample_size * pixels
    write_package(args, "unet3d", graphs(text, unet, vae), {
        "vae/config.json": picture_vae_config(vae),
        "scheduler/scheduler_config.json": read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae),
        "model_index.json": read_json(f"{args.checkpoint}/model_index.json"),
    }, {
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": [side, side], "maxSize": [4 * side, 4 * side], "nativeRate": {"num": 8, "den": 1}, "nativeFrames": args.frames,
        "promptTokens": text.config.max_position_embeddings,
        "conditioning": {"text": True, "firstFrames": {"min": 1, "max": 8}, "laterImages": 1, "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": 4},
    })


def parser():
    parse = base_parser(__doc__, steps=50, guidance=9.0, max_frames=32)
    parse.add_argument("--frames", type=int, default=16, help="what the model was trained with: ModelScope 16, Zeroscope 24")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
