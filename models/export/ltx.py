"""
An LTX-Video checkpoint (0.9 to 0.9.8) in diffusers' layout → a model package (docs/model-packages.md, family ltx):

    python ltx.py CHECKPOINT PACKAGE --id my-model --name "My model" [--timesteps 1000 993 987 …] [--half]

--timesteps is the schedule of a distilled checkpoint. --frame-prompts gives the mask of prompts a row for each token, so that every frame may read its
own (docs/adr/0060): the checkpoints were trained with one prompt a film, so look at what a change does before it is relied on. Ends with a report of how far each graph is from torch, at shapes the export
has not seen, and fails when one of them is over the bar.
"""
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKLLTXVideo, LTXVideoTransformer3DModel
from torch.export import Dim
from transformers import T5EncoderModel

from common import Graph, colour_matrix, parser as base_parser, read_json, write_package


class Text(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        return self.encoder(input_ids, attention_mask=attention_mask)[0]


class Transformer(nn.Module):
    """diffusers' forward with its shapes spelled out: torch.export cannot follow them. Where a token lies comes in, so that one graph
    serves every size, length and way of conditioning."""

    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, hidden_states, encoder_hidden_states, encoder_attention_mask, timestep, video_coords):
        model, (batch, tokens) = self.transformer, timestep.shape
        for value in (hidden_states, encoder_hidden_states, encoder_attention_mask, video_coords):
            torch._check(value.shape[0] == batch)
        rotary = model.rope(hidden_states, video_coords=video_coords)
        bias = (1 - encoder_attention_mask) * -10000.0
        bias = bias if bias.ndim == 3 else bias.unsqueeze(1)
        hidden = model.proj_in(hidden_states)
        told, embedded = (values.reshape(batch, tokens, values.shape[-1]) for values in
                          model.time_embed(timestep.flatten(), batch_size=batch, hidden_dtype=hidden.dtype))
        text = model.caption_projection(encoder_hidden_states)
        for block in model.transformer_blocks:
            hidden = block(hidden_states=hidden, encoder_hidden_states=text, temb=told, image_rotary_emb=rotary, encoder_attention_mask=bias)
        shift, scale = (model.scale_shift_table[None, None] + embedded[:, :, None]).unbind(2)
        return model.proj_out(model.norm_out(hidden) * (1 + scale) + shift)


class Whole(nn.Module):
    """What it is held against."""

    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, hidden_states, encoder_hidden_states, encoder_attention_mask, timestep, video_coords):
        # A mask of three dimensions is what is added to the scores.
        mask = encoder_attention_mask if encoder_attention_mask.ndim == 2 else (1 - encoder_attention_mask) * -10000.0
        return self.transformer(hidden_states, encoder_hidden_states, timestep, mask, video_coords=video_coords, return_dict=False)[0]


class Encoder(nn.Module):
    """The posterior has one log-variance for all channels of a cell."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.encoder(sample)


class Decoder(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample, *timestep):
        return self.vae.decoder(latent_sample, *(timestep or (None,)))


def load(folder):
    text = T5EncoderModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    transformer = LTXVideoTransformer3DModel.from_pretrained(folder, subfolder="transformer", torch_dtype=torch.float32)
    vae = AutoencoderKLLTXVideo.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    if any(vae.config.decoder_inject_noise):
        sys.exit("this autoencoder draws noise inside its decoder: a graph would draw another one in every run")
    return text.eval(), transformer.eval(), vae.eval()


def graphs(text, transformer, vae, length, frame_prompts):
    batch, tokens, told_tokens = Dim("batch", min=1, max=2), Dim("tokens", min=2, max=1 << 20), Dim("told", min=2, max=1 << 16)
    channels, width, cell, frame = transformer.config.in_channels, transformer.config.caption_channels, vae.spatial_compression_ratio, vae.temporal_compression_ratio

    def words(n):
        mask = torch.ones(n, length, dtype=torch.int64)
        mask[:, length // 2:] = 0
        return torch.randint(0, text.config.vocab_size, (n, length)), mask

    def noisy(n, s, prompts=1):
        mask = (n, s, prompts * length) if frame_prompts else (n, length)
        return (torch.randn(n, s, channels), torch.randn(n, prompts * length, width), (torch.rand(*mask) > 0.3).float(), torch.rand(n, s) * 1000,
                torch.rand(n, 3, s) * torch.tensor([4.0, 512.0, 512.0])[:, None])

    def latent(f, h, w):
        return (torch.randn(1, channels, f, h, w), *([torch.tensor([0.05])] if vae.config.timestep_conditioning else []))

    told = vae.config.timestep_conditioning
    read = ({0: batch, 1: told_tokens}, {0: batch, 1: tokens, 2: told_tokens}) if frame_prompts else ({0: batch}, {0: batch})
    places = {2: "frames", 3: "rows", 4: "columns"}
    return {
        "text_encoder": Graph(Text(text), words(2), ["input_ids", "attention_mask"], "last_hidden_state", ({0: batch}, {0: batch}), words(1)),
        "transformer": Graph(Transformer(transformer), noisy(2, 24), ["hidden_states", "encoder_hidden_states", "encoder_attention_mask", "timestep", "video_coords"],
                             "out_hidden_states", ({0: batch, 1: tokens}, *read, {0: batch, 1: tokens}, {0: batch, 2: tokens}), noisy(1, 31, 3 if frame_prompts else 1),
                             Whole(transformer)),
        "vae_encoder": Graph(Encoder(vae), (torch.randn(1, 3, 2 * frame + 1, 3 * cell, 2 * cell),), ["sample"], "latent_parameters",
                             {"sample": places}, (torch.randn(1, 3, frame + 1, 2 * cell, 4 * cell),), traced=True),
        "vae_decoder": Graph(Decoder(vae), latent(3, 3, 2), ["latent_sample", *(["timestep"] if told else [])], "sample",
                             {"latent_sample": places}, latent(2, 2, 4), traced=True),
    }


@torch.no_grad()
def preview(vae):
    """Least squares over single smooth pictures: normalised latents → colours."""
    cell, generator = vae.spatial_compression_ratio, torch.Generator().manual_seed(1)
    coarse = torch.rand(48, 3, 1, 4, 4, generator=generator) * 2 - 1
    pictures = nn.functional.interpolate(coarse, size=(1, 4 * cell, 4 * cell), mode="trilinear", align_corners=False)
    mean, std = (values[None, :, None, None, None] for values in (vae.latents_mean, vae.latents_std))
    latents = torch.cat([(vae.encode(picture[None]).latent_dist.mode() - mean) / std for picture in pictures])
    return colour_matrix(latents[:, :, 0], nn.functional.avg_pool2d(pictures[:, :, 0], cell))


def vae_config(vae, args):
    config = {"_class_name": "AutoencoderKLLTXVideo", "latent_channels": vae.config.latent_channels, "scaling_factor": vae.config.scaling_factor,
              "spatial_compression_ratio": vae.spatial_compression_ratio, "temporal_compression_ratio": vae.temporal_compression_ratio,
              # Buffers of the checkpoint, not of its configuration.
              "latents_mean": vae.latents_mean.tolist(), "latents_std": vae.latents_std.tolist()}
    if vae.config.timestep_conditioning:
        config |= {"timestep_conditioning": True, "decode_timestep": args.decode_timestep, "decode_noise_scale": args.decode_noise_scale}
    if args.tile:
        config |= {"tile_sample_min_size": args.tile[0], "tile_sample_stride": args.tile[1]}
    return config


def export(args):
    text, transformer, vae = load(args.checkpoint)
    cell, frame = vae.spatial_compression_ratio, vae.temporal_compression_ratio
    schedule = {"timesteps": args.timesteps or "linear-quadratic", "image_cond_noise_scale": args.image_cond_noise}
    write_package(args, "ltx", graphs(text, transformer, vae, args.tokens, args.frame_prompts), {
        "vae/config.json": vae_config(vae, args),
        "scheduler/scheduler_config.json": {key: value for key, value in read_json(f"{args.checkpoint}/scheduler/scheduler_config.json").items() if key not in ("_diffusers_version", "stochastic_sampling")},
        "preview.json": preview(vae),
        "model_index.json": {**read_json(f"{args.checkpoint}/model_index.json"), "_class_name": "LTXConditionPipeline", **schedule},
    }, {
        "frameGrid": {"multiple": frame, "plus": 1, "min": frame + 1, "max": args.max_frames}, "sizeGrid": cell,
        "nativeSize": args.size, "maxSize": [2 * side for side in args.size], "nativeRate": {"num": 24, "den": 1}, "nativeFrames": args.frames,
        "promptTokens": args.tokens, "conditioning": {"text": True, "firstFrames": {"min": 1, "max": 2 * frame + 1}, "laterImages": 8, "laterClips": True, "perFramePrompts": args.frame_prompts},
        "defaults": {"steps": len(args.timesteps) if args.timesteps else args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": frame + 1},
    })


def parser():
    parse = base_parser(__doc__, steps=30, guidance=3.0, max_frames=257)
    parse.add_argument("--tokens", type=int, default=256, help="what the text encoder reads")
    parse.add_argument("--size", type=int, nargs=2, default=[704, 512])
    parse.add_argument("--frames", type=int, default=97)
    parse.add_argument("--timesteps", type=float, nargs="+", help="of a distilled checkpoint, falling from 1000")
    parse.add_argument("--frame-prompts", action="store_true", help="every frame may read a prompt of its own")
    parse.add_argument("--image-cond-noise", type=float, default=0.15, help="noise on known frames at each step, at first")
    parse.add_argument("--decode-timestep", type=float, default=0.05)
    parse.add_argument("--decode-noise-scale", type=float, default=0.025)
    parse.add_argument("--tile", type=int, nargs=2, help="pixels of the autoencoder's tiles and from one to the next; a smaller picture is decoded whole")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
