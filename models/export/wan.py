"""
A Wan checkpoint in diffusers' layout → a model package (docs/model-packages.md, family wan):

    python wan.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half]

CHECKPOINT is the folder of a WanPipeline (text), a WanImageToVideoPipeline (first image, or first and last) or a
WanVACEPipeline (text, any first frames, a later image), of one transformer or of two experts that share the steps at
boundary_ratio. Checkpoints that read the image through CLIP as well, have per-token timesteps, or an autoencoder with
residual resampling are refused.
The autoencoder becomes two whole-clip graphs: diffusers goes through a clip in chunks of 1 + 4 + 4 … frames with caches,
which is the same sum as one causal pass, once the first frame is kept out of the resampling in time.
Ends with a parity report: each graph against diffusers' own way, at the shapes of the export and at others.
"""
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKLWan, WanTransformer3DModel, WanVACETransformer3DModel
from diffusers.models.autoencoders.autoencoder_kl_wan import WanResample
from torch.export import Dim
from transformers import UMT5EncoderModel

from common import PREVIEW_PICTURES, Graph, Timesteps, colour_matrix, parser as base_parser, read_json, replaced, write_package


class TextEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class Transformer(nn.Module):
    """One item of the batch: the pipeline itself runs the two halves of guidance one after the other."""

    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, hidden_states, timestep, encoder_hidden_states):
        return self.transformer(hidden_states, timestep, encoder_hidden_states, return_dict=False)[0]


class VaceTransformer(Transformer):
    """The known frames are read by blocks of their own, at full strength."""

    def forward(self, hidden_states, timestep, encoder_hidden_states, control_hidden_states):
        return self.transformer(hidden_states, timestep, encoder_hidden_states, control_hidden_states=control_hidden_states, return_dict=False)[0]


def with_kept_frequencies(transformer):
    embedder = transformer.condition_embedder
    return replaced(transformer, condition_embedder=replaced(embedder, timesteps_proj=Timesteps(embedder.timesteps_proj)))


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
    index = read_json(f"{folder}/model_index.json")
    if index.get("expand_timesteps"):
        sys.exit("checkpoints with a timestep per token (TI2V) are not exported yet")
    experts = ["transformer"] if index.get("boundary_ratio") is None else ["transformer", "transformer_2"]
    model = WanVACETransformer3DModel if index["_class_name"] == "WanVACEPipeline" else WanTransformer3DModel
    transformers = {name: model.from_pretrained(folder, subfolder=name, torch_dtype=torch.float32).eval() for name in experts}
    if any(transformer.config.image_dim is not None for transformer in transformers.values()):
        sys.exit("this transformer reads CLIP's view of the image, which is not exported yet")
    vae = AutoencoderKLWan.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    if vae.config.is_residual or vae.config.patch_size is not None:
        sys.exit("this autoencoder has residual resampling, which is not exported yet")
    text = UMT5EncoderModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    return text.eval(), transformers, vae.eval(), index


def graphs(text, transformers, vae, tokens, takes_images):
    config = transformers["transformer"].config
    f, hh, ww = Dim("f", min=2, max=1024), Dim("hh", min=1, max=512), Dim("ww", min=1, max=512)
    chunks, rows, columns = Dim("chunks", min=1, max=1024), Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    z = vae.config.z_dim

    def words(count):
        return torch.randint(0, text.config.vocab_size, (1, tokens)), (torch.arange(tokens)[None] < count).long()

    is_vace = isinstance(transformers["transformer"], WanVACETransformer3DModel)
    wrapper, names, volume = (VaceTransformer if is_vace else Transformer), ["hidden_states", "timestep", "encoder_hidden_states"], {2: f, 3: 2 * hh, 4: 2 * ww}
    if is_vace:
        names.append("control_hidden_states")

    def sample(frames, h, w):
        control = [torch.randn(1, config.vace_in_channels, frames, 2 * h, 2 * w)] if is_vace else []
        return torch.randn(1, config.in_channels, frames, 2 * h, 2 * w), torch.tensor([731.0]), torch.randn(1, tokens, config.text_dim), *control

    found = {
        "text_encoder": Graph(TextEncoder(text), words(tokens // 3), ["input_ids", "attention_mask"], "last_hidden_state", None, words(tokens)),
        **{name: Graph(wrapper(with_kept_frequencies(transformer)), sample(3, 2, 3), names, "out_hidden_states",
                       (volume, None, None, *([volume] if is_vace else [])), sample(5, 4, 2), wrapper(transformer)) for name, transformer in transformers.items()},
        "vae_decoder": Graph(Decoder(vae), (torch.randn(1, z, 3, 5, 3),), ["latent_sample"], "sample",
                             ({2: f, 3: rows, 4: columns},), (torch.randn(1, z, 4, 4, 6),), ChunkedDecoder(vae)),
    }
    if takes_images:
        found["vae_encoder"] = Graph(Encoder(vae), (torch.randn(1, 3, 9, 40, 24),), ["sample"], "latent_parameters",
                                     ({2: 4 * chunks + 1, 3: 8 * rows, 4: 8 * columns},), (torch.randn(1, 3, 13, 32, 48),), ChunkedEncoder(vae))
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
    return colour_matrix((latents - mean) / std, colours)


def first_frames(args, takes_images, is_vace):
    """-> how many known frames a window may begin with, and how many it begins with when nobody says."""
    if is_vace:
        # At least one latent frame is left to be made; three are enough to see how the film moves.
        return {"min": 1, "max": args.frames - 4}, min(args.frames - 4, 9)
    return {"min": int(takes_images), "max": int(takes_images)}, int(takes_images)


def export(args):
    text, transformers, vae, index = load(args.checkpoint)
    z, channels = vae.config.z_dim, transformers["transformer"].config.in_channels
    is_vace = isinstance(transformers["transformer"], WanVACETransformer3DModel)
    takes_images = is_vace or channels != z
    if takes_images and not is_vace and channels != 2 * z + 4:
        sys.exit(f"a transformer of {channels} channels is neither one for text ({z}) nor one for images ({2 * z + 4})")
    firsts, prefix = first_frames(args, takes_images, is_vace)
    write_package(args, "wan", graphs(text, transformers, vae, args.tokens, takes_images), {
        "vae/config.json": {
            "_class_name": "AutoencoderKLWan", "latent_channels": z, "spatial_compression_ratio": vae.config.scale_factor_spatial,
            "temporal_compression_ratio": vae.config.scale_factor_temporal, "latents_mean": vae.config.latents_mean, "latents_std": vae.config.latents_std,
        },
        "scheduler/scheduler_config.json": read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae),
        "model_index.json": index,
    }, {
        "frameGrid": {"multiple": 4, "plus": 1, "min": 5, "max": args.max_frames}, "sizeGrid": 16,
        "nativeSize": args.size, "maxSize": [2 * side for side in args.size], "nativeRate": {"num": 16, "den": 1}, "nativeFrames": args.frames,
        "promptTokens": args.tokens,
        "conditioning": {"text": True, "firstFrames": firsts, "laterImages": int(takes_images), "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": prefix},
    })


def parser():
    parse = base_parser(__doc__, steps=50, guidance=5.0, max_frames=121)
    parse.add_argument("--tokens", type=int, default=512)
    parse.add_argument("--size", type=int, nargs=2, default=[832, 480])
    parse.add_argument("--frames", type=int, default=81)
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
