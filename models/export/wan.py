"""
A Wan checkpoint in diffusers' layout → a model package (docs/model-packages.md, family wan):

    python wan.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half]

CHECKPOINT is a WanPipeline (text) or WanImageToVideoPipeline (first image, or first and last) folder, of one transformer
or of two experts that share the steps at boundary_ratio. Checkpoints that
read the image through CLIP as well, have per-token timesteps, or an autoencoder with residual resampling are refused.
The autoencoder becomes two whole-clip graphs: diffusers goes through a clip in chunks of 1 + 4 + 4 … frames with caches,
which is the same sum as one causal pass, once the first frame is kept out of the resampling in time.
Ends with a parity report like animatediff.py's.
"""
import argparse
import copy
import json
import math
import os
import shutil
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKLWan, WanTransformer3DModel
from diffusers.models.autoencoders.autoencoder_kl_wan import WanResample
from torch.export import Dim
from transformers import AutoTokenizer, UMT5EncoderModel

from animatediff import PARITY, PREVIEW_PICTURES, difference, package_files, write_graph, write_json


class TextEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class Timesteps(nn.Module):
    """diffusers' Timesteps with its frequencies kept: another exp is a last bit off, which a timestep of 1000 multiplies."""

    def __init__(self, timesteps):
        super().__init__()
        half = timesteps.num_channels // 2
        exponent = -math.log(10000) * torch.arange(half, dtype=torch.float32) / (half - timesteps.downscale_freq_shift)
        self.register_buffer("frequencies", torch.exp(exponent)[None])

    def forward(self, timesteps):
        angles = timesteps[:, None].float() * self.frequencies
        return torch.cat([torch.cos(angles), torch.sin(angles)], -1)


class Transformer(nn.Module):
    """One item of the batch: the pipeline itself runs the two halves of guidance one after the other."""

    def __init__(self, transformer):
        super().__init__()
        self.transformer = copy.copy(transformer)           # the weights are shared
        self.transformer._modules = dict(transformer._modules)
        self.transformer.condition_embedder = copy.copy(transformer.condition_embedder)
        self.transformer.condition_embedder._modules = dict(transformer.condition_embedder._modules)
        self.transformer.condition_embedder.timesteps_proj = Timesteps(transformer.condition_embedder.timesteps_proj)

    def forward(self, hidden_states, timestep, encoder_hidden_states):
        return self.transformer(hidden_states, timestep, encoder_hidden_states, return_dict=False)[0]


def resample_clip(self, x, feat_cache=None, feat_idx=None):
    """WanResample over a whole clip: the first frame has no neighbours in time and stays one frame."""
    if self.mode == "upsample3d":
        rest = self.time_conv(x[:, :, 1:])
        b, c, t, h, w = x[:, :, 1:].shape
        rest = rest.reshape(b, 2, c, t, h, w).permute(0, 2, 3, 1, 4, 5).reshape(b, c, t * 2, h, w)
        x = torch.cat([x[:, :, :1], rest], 2)
    b, c, t, h, w = x.shape
    x = self.resample(x.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w))
    x = x.reshape(b, t, *x.shape[1:]).permute(0, 2, 1, 3, 4)
    if self.mode == "downsample3d":
        x = torch.cat([x[:, :, :1], self.time_conv(x)], 2)
    return x


class WholeClip(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def whole(self, part, x):
        chunked, WanResample.forward = WanResample.forward, resample_clip
        try:
            return part(x)
        finally:
            WanResample.forward = chunked


class Encoder(WholeClip):
    def forward(self, sample):
        return self.vae.quant_conv(self.whole(self.vae.encoder, sample))


class Decoder(WholeClip):
    def forward(self, latent_sample):
        return torch.clamp(self.whole(self.vae.decoder, self.vae.post_quant_conv(latent_sample)), min=-1.0, max=1.0)


class OriginalTransformer(nn.Module):
    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, hidden_states, timestep, encoder_hidden_states):
        return self.transformer(hidden_states, timestep, encoder_hidden_states, return_dict=False)[0]


class ChunkedEncoder(nn.Module):
    """diffusers' own way through the clip, which the report compares with."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.encode(sample).latent_dist.parameters


class ChunkedDecoder(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample):
        return self.vae.decode(latent_sample).sample


def load(folder):
    with open(f"{folder}/model_index.json") as file:
        index = json.load(file)
    if index.get("expand_timesteps"):
        sys.exit("checkpoints with a timestep per token (TI2V) are not exported yet")
    experts = ["transformer"] if index.get("boundary_ratio") is None else ["transformer", "transformer_2"]
    transformers = {name: WanTransformer3DModel.from_pretrained(folder, subfolder=name, torch_dtype=torch.float32).eval() for name in experts}
    if any(transformer.config.image_dim is not None for transformer in transformers.values()):
        sys.exit("this transformer reads CLIP's view of the image, which is not exported yet")
    vae = AutoencoderKLWan.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    if vae.config.is_residual or vae.config.patch_size is not None:
        sys.exit("this autoencoder has residual resampling, which is not exported yet")
    text = UMT5EncoderModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    return text.eval(), transformers, vae.eval(), index


def graphs(text, transformers, vae, tokens, takes_images):
    """-> name -> (module, its counterpart in diffusers, example inputs, input names, output name, dynamic shapes, other inputs)."""
    config = transformers["transformer"].config
    f, hh, ww = Dim("f", min=2, max=1024), Dim("hh", min=1, max=512), Dim("ww", min=1, max=512)
    chunks, rows, columns = Dim("chunks", min=1, max=1024), Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    z = vae.config.z_dim

    def words(count):
        return torch.randint(0, text.config.vocab_size, (1, tokens)), (torch.arange(tokens)[None] < count).long()

    def sample(frames, h, w):
        return torch.randn(1, config.in_channels, frames, 2 * h, 2 * w), torch.tensor([731.0]), torch.randn(1, tokens, config.text_dim)

    encoder, decoder = TextEncoder(text), Decoder(vae)
    found = {
        "text_encoder": (encoder, encoder, words(tokens // 3), ["input_ids", "attention_mask"], "last_hidden_state", None, words(tokens)),
        **{name: (Transformer(transformer), OriginalTransformer(transformer), sample(3, 2, 3), ["hidden_states", "timestep", "encoder_hidden_states"],
                  "out_hidden_states", ({2: f, 3: 2 * hh, 4: 2 * ww}, None, None), sample(5, 4, 2)) for name, transformer in transformers.items()},
        "vae_decoder": (decoder, ChunkedDecoder(vae), (torch.randn(1, z, 3, 5, 3),), ["latent_sample"], "sample",
                        ({2: f, 3: rows, 4: columns},), (torch.randn(1, z, 4, 4, 6),)),
    }
    if takes_images:
        found["vae_encoder"] = (Encoder(vae), ChunkedEncoder(vae), (torch.randn(1, 3, 9, 40, 24),), ["sample"], "latent_parameters",
                                ({2: 4 * chunks + 1, 3: 8 * rows, 4: 8 * columns},), (torch.randn(1, 3, 13, 32, 48),))
    return found


@torch.no_grad()
def preview_matrix(vae):
    """Least squares from a normalised latent cell to the mean colour of its pixels, over smooth random pictures."""
    generator = torch.Generator().manual_seed(1)
    mean, std = (torch.tensor(values)[None, :, None, None] for values in (vae.config.latents_mean, vae.config.latents_std))
    coarse = torch.rand(PREVIEW_PICTURES, 3, 4, 4, generator=generator) * 2 - 1
    pictures = nn.functional.interpolate(coarse, size=(64, 64), mode="bilinear", align_corners=False)
    latents = torch.cat([vae.encode(picture[None, :, None]).latent_dist.mode()[:, :, 0] for picture in pictures])
    colours = nn.functional.avg_pool2d(torch.cat([vae.decode(z[None, :, None]).sample[:, :, 0] for z in latents]), 8)
    rows = ((latents - mean) / std).permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    rows = torch.cat([rows, torch.ones(len(rows), 1)], 1).double()
    solution = torch.linalg.lstsq(rows, colours.permute(0, 2, 3, 1).reshape(-1, 3).double(), driver="gelsd").solution
    return {"weight": [[round(v, 6) for v in row] for row in solution[:-1].tolist()], "bias": [round(v, 6) for v in solution[-1].tolist()]}


def manifest(args, takes_images):
    files = package_files(args.package)
    return {
        "schemaVersion": 1, "id": args.id, "version": args.version, "name": args.name, "kind": "generator", "family": "wan",
        "licence": args.licence, "description": args.description,
        "frameGrid": {"multiple": 4, "plus": 1, "min": 5, "max": args.max_frames}, "sizeGrid": 16,
        "nativeSize": args.size, "maxSize": [2 * side for side in args.size], "nativeRate": {"num": 16, "den": 1}, "nativeFrames": args.frames,
        "promptTokens": args.tokens,
        "conditioning": {"text": True, "firstFrames": {"min": int(takes_images), "max": int(takes_images)}, "laterImages": int(takes_images), "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": int(takes_images)},
        "memoryMiB": max(64, sum(file["bytes"] for file in files) * (3 if args.half else 2) >> 20),
        "files": files,
    }


def export(args):
    text, transformers, vae, index = load(args.checkpoint)
    z, channels = vae.config.z_dim, transformers["transformer"].config.in_channels
    takes_images = channels != z
    if takes_images and channels != 2 * z + 4:
        sys.exit(f"a transformer of {channels} channels is neither one for text ({z}) nor one for images ({2 * z + 4})")
    shutil.rmtree(args.package, ignore_errors=True)
    report, bar = [], PARITY if not args.half or args.exact_half else 2e-2
    for name, (module, counterpart, inputs, input_names, output_name, shapes, others) in graphs(text, transformers, vae, args.tokens, takes_images).items():
        path = f"{args.package}/{name}/model.onnx"
        write_graph(path, module.eval(), inputs, input_names, output_name, shapes, args.half)
        report.append((name, os.path.getsize(path), difference(path, counterpart, inputs, input_names), difference(path, counterpart, others, input_names)))
    AutoTokenizer.from_pretrained(args.checkpoint, subfolder="tokenizer").save_pretrained(f"{args.package}/tokenizer")
    write_json(f"{args.package}/vae/config.json", {
        "_class_name": "AutoencoderKLWan", "latent_channels": z, "spatial_compression_ratio": vae.config.scale_factor_spatial,
        "temporal_compression_ratio": vae.config.scale_factor_temporal, "latents_mean": vae.config.latents_mean, "latents_std": vae.config.latents_std,
    })
    with open(f"{args.checkpoint}/scheduler/scheduler_config.json") as file:
        write_json(f"{args.package}/scheduler/scheduler_config.json", json.load(file))
    write_json(f"{args.package}/preview.json", preview_matrix(vae))
    write_json(f"{args.package}/model_index.json", index)
    write_json(f"{args.package}/onionskin.json", manifest(args, takes_images))

    print(f"{'graph':14} {'kB':>8}  {'at the shapes of the export':>28}  {'at others':>10}")
    for name, size, same, other in report:
        print(f"{name:14} {size >> 10:8}  {same:28.1e}  {other:10.1e}")
    if max(max(same, other) for *_, same, other in report) > bar:
        sys.exit(f"a graph is further than {bar} from torch")


def parser():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("checkpoint")
    parse.add_argument("package")
    parse.add_argument("--id", required=True, help="lower-case letters, digits, . _ -")
    parse.add_argument("--name", required=True)
    parse.add_argument("--version", default="1")
    parse.add_argument("--licence", default="see the checkpoint")
    parse.add_argument("--description", default="")
    parse.add_argument("--half", action="store_true", help="store weights as float16; inputs and outputs stay float32")
    parse.add_argument("--exact-half", action="store_true", help="the weights are float16 numbers already: hold the halved graphs to the same bar")
    parse.add_argument("--tokens", type=int, default=512)
    parse.add_argument("--size", type=int, nargs=2, default=[832, 480])
    parse.add_argument("--frames", type=int, default=81)
    parse.add_argument("--max-frames", type=int, default=121)
    parse.add_argument("--steps", type=int, default=50)
    parse.add_argument("--guidance", type=float, default=5.0)
    parse.add_argument("--negative", default="")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
