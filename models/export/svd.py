"""
A Stable Video Diffusion checkpoint in diffusers' layout → a model package (docs/model-packages.md, family svd):

    python svd.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half] [--decode-chunk 7]

CHECKPOINT is the folder of a StableVideoDiffusionPipeline. Ends with a parity report: each graph against diffusers, at the
shapes of the export and at others. Latents are [1,C,F,h,w] in these graphs, as in those of the other families.
"""
import torch
import torch.nn as nn
from diffusers import AutoencoderKLTemporalDecoder, UNetSpatioTemporalConditionModel
from torch.export import Dim
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

from common import (Graph, Timesteps, parser as base_parser, picture_encoder_graph, picture_ratio, picture_vae_config, preview_matrix, read_json,
                    replaced, write_package)

CLIP_SIDE = 224   # StableVideoDiffusionPipeline resizes to no other


class ImageEncoder(nn.Module):
    """From colours of 0 to 1, which the checkpoint's own means and deviations are taken from."""

    def __init__(self, encoder, processor):
        super().__init__()
        self.encoder = encoder
        self.register_buffer("mean", torch.tensor(processor.image_mean)[None, :, None, None])
        self.register_buffer("std", torch.tensor(processor.image_std)[None, :, None, None])

    def forward(self, image):
        return self.encoder((image - self.mean) / self.std).image_embeds


class Unet(nn.Module):
    """One item of the batch: the studio runs the two halves of guidance one after the other."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, added_time_ids):
        out = self.unet(sample.permute(0, 2, 1, 3, 4), timestep, encoder_hidden_states, added_time_ids, return_dict=False)[0]
        return out.permute(0, 2, 1, 3, 4)


class Decoder(nn.Module):
    """The frames of one chunk see each other."""

    def __init__(self, vae):
        super().__init__()
        self.decoder = vae.decoder

    def forward(self, latent_sample):
        frames = latent_sample[0].permute(1, 0, 2, 3)
        indicator = torch.zeros(1, frames.shape[0], dtype=frames.dtype)
        return self.decoder(frames, num_frames=frames.shape[0], image_only_indicator=indicator).permute(1, 0, 2, 3)[None]


def load(folder):
    unet = UNetSpatioTemporalConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    unet.set_default_attn_processor()
    vae = AutoencoderKLTemporalDecoder.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    vae.set_default_attn_processor()
    eyes = CLIPVisionModelWithProjection.from_pretrained(folder, subfolder="image_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    return eyes.eval(), CLIPImageProcessor.from_pretrained(folder, subfolder="feature_extractor"), unet.eval(), vae.eval()


def graphs(eyes, processor, unet, vae):
    channels, width = unet.config.in_channels, unet.config.cross_attention_dim
    width = width if isinstance(width, int) else width[0]
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    frames, n = Dim("frames", min=2, max=64), Dim("n", min=1, max=64)
    height, wide = steps * Dim("half_height", min=1, max=512), steps * Dim("half_width", min=1, max=512)
    rows, columns = Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)

    def sample(count, h, w):
        return torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([1.5]), torch.randn(1, 1, width), torch.tensor([[6.0, 127.0, 0.02]])

    picture = lambda: torch.rand(1, 3, CLIP_SIDE, CLIP_SIDE)  # noqa: E731
    kept = replaced(unet, time_proj=Timesteps(unet.time_proj), add_time_proj=Timesteps(unet.add_time_proj))
    z = vae.config.latent_channels
    return {
        "image_encoder": Graph(ImageEncoder(eyes, processor), (picture(),), ["image"], "image_embeds", None, (picture(),)),
        "unet": Graph(Unet(kept), sample(5, 3, 4), ["sample", "timestep", "encoder_hidden_states", "added_time_ids"], "out_sample",
                      ({2: frames, 3: height, 4: wide}, None, None, None), sample(9, 4, 3), Unet(unet)),
        "vae_encoder": picture_encoder_graph(vae),
        "vae_decoder": Graph(Decoder(vae), (torch.randn(1, z, 4, 5, 3),), ["latent_sample"], "sample",
                             ({2: n, 3: rows, 4: columns},), (torch.randn(1, z, 3, 4, 6),)),
    }


def export(args):
    eyes, processor, unet, vae = load(args.checkpoint)
    pixels = picture_ratio(vae)
    grid, frames = pixels * 2 ** (len(unet.config.block_out_channels) - 1), unet.config.num_frames
    write_package(args, "svd", graphs(eyes, processor, unet, vae), {
        # Frames decoded together see each other, so this number is part of the film.
        "vae/config.json": {**picture_vae_config(vae), "decode_chunk_size": args.decode_chunk or frames},
        "scheduler/scheduler_config.json": read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae, num_frames=1),
        "model_index.json": read_json(f"{args.checkpoint}/model_index.json"),
    }, {
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": args.size, "maxSize": [2 * side for side in args.size], "nativeRate": {"num": 7, "den": 1}, "nativeFrames": frames,
        "promptTokens": 0,
        "conditioning": {"text": False, "firstFrames": {"min": 1, "max": 1}, "laterImages": 0, "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": "", "extensionPrefix": 1, "motion": {"bucket": 127, "noise": 0.02}},
    })


def parser():
    parse = base_parser(__doc__, steps=25, guidance=3.0, max_frames=25)
    parse.add_argument("--size", type=int, nargs=2, default=[1024, 576])
    parse.add_argument("--decode-chunk", type=int, help="frames decoded together; default: as many as the model was trained with")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
