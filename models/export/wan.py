"""
A Wan checkpoint in diffusers' layout → a model package (docs/model-packages.md, family wan):

    python wan.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half]

CHECKPOINT is the folder of a WanPipeline (text), a WanImageToVideoPipeline (first image, or first and last; with CLIP's view
of them where the checkpoint has an image_encoder) or a WanVACEPipeline (text, frames at any place, masks, references), of one
transformer or of two experts that share the steps at boundary_ratio; or of a pipeline with expand_timesteps (2.2 TI2V: text,
or any first frames).
The autoencoder is exported in chunks (wan_vae.py).
Ends with a parity report: each graph against diffusers' own way, at the shapes of the export and at others.
"""
import sys

import torch
import torch.nn as nn
from diffusers import AutoencoderKLWan, WanTransformer3DModel, WanVACETransformer3DModel
from torch.export import Dim
from transformers import CLIPVisionModel, UMT5EncoderModel

from common import PREVIEW_PICTURES, Graph, Timesteps, colour_matrix, parser as base_parser, read_json, replaced, write_package
from wan_vae import chunk_checks, chunk_graphs, clip_graphs


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


class TokenTransformer(Transformer):
    """A timestep for each token, as [1,f,h/2,w/2]: known ones have none of the noise."""

    def forward(self, hidden_states, timestep, encoder_hidden_states):
        return self.transformer(hidden_states, timestep.flatten(1), encoder_hidden_states, return_dict=False)[0]


class SeeingTransformer(Transformer):
    """The tokens of CLIP's views come one behind the other; checkpoints for first and last images have places for two."""

    def forward(self, hidden_states, timestep, encoder_hidden_states, encoder_hidden_states_image):
        views = encoder_hidden_states_image
        if self.transformer.condition_embedder.image_embedder.pos_embed is not None:
            views = views.reshape(2, -1, views.shape[-1])
        return self.transformer(hidden_states, timestep, encoder_hidden_states, views, return_dict=False)[0]


class ImageEncoder(nn.Module):
    """CLIP's layer before the last, from colours of 0 to 1: the checkpoint's own means and deviations are inside."""

    def __init__(self, encoder, processor):
        super().__init__()
        self.encoder = encoder
        self.register_buffer("mean", torch.tensor(processor["image_mean"])[None, :, None, None])
        self.register_buffer("std", torch.tensor(processor["image_std"])[None, :, None, None])

    def forward(self, image):
        return self.encoder((image - self.mean) / self.std, output_hidden_states=True).hidden_states[-2]


def with_kept_frequencies(transformer):
    embedder = transformer.condition_embedder
    return replaced(transformer, condition_embedder=replaced(embedder, timesteps_proj=Timesteps(embedder.timesteps_proj)))


def load(folder):
    index = read_json(f"{folder}/model_index.json")
    experts = ["transformer"] if index.get("boundary_ratio") is None else ["transformer", "transformer_2"]
    model = WanVACETransformer3DModel if index["_class_name"] == "WanVACEPipeline" else WanTransformer3DModel
    transformers = {name: model.from_pretrained(folder, subfolder=name, torch_dtype=torch.float32).eval() for name in experts}
    vae = AutoencoderKLWan.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    text = UMT5EncoderModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    eyes = None
    if any(transformer.config.image_dim is not None for transformer in transformers.values()):
        eyes = ImageEncoder(CLIPVisionModel.from_pretrained(folder, subfolder="image_encoder", torch_dtype=torch.float32, attn_implementation="eager").eval(),
                            clip_processor(folder))
    return text.eval(), transformers, vae.eval(), eyes, index


def clip_processor(folder):
    """The studio resizes and crops as the released checkpoints' processors do; another one would show CLIP another picture."""
    processor = read_json(f"{folder}/image_processor/preprocessor_config.json")
    wanted = {"do_resize": True, "do_center_crop": True, "do_rescale": True, "do_normalize": True, "resample": 3,
              "size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}}
    for key, value in wanted.items():
        if processor.get(key) != value:
            sys.exit(f"image_processor/preprocessor_config.json: {key} is {processor.get(key)}, only {value} is built")
    return processor


def graphs(text, transformers, vae, eyes, kind, tokens):
    config = transformers["transformer"].config
    f, hh, ww = Dim("f", min=2, max=1024), Dim("hh", min=1, max=512), Dim("ww", min=1, max=512)

    def words(count):
        return torch.randint(0, text.config.vocab_size, (1, tokens)), (torch.arange(tokens)[None] < count).long()

    names, volume = ["hidden_states", "timestep", "encoder_hidden_states"], {2: f, 3: 2 * hh, 4: 2 * ww}
    wrapper = {"vace": VaceTransformer, "tokens": TokenTransformer}.get(kind, Transformer if eyes is None else SeeingTransformer)
    more, more_shapes = (lambda *size: []), []
    if kind == "vace":
        names.append("control_hidden_states")
        more, more_shapes = (lambda frames, h, w: [torch.randn(1, config.vace_in_channels, frames, 2 * h, 2 * w)]), [volume]
    elif eyes is not None:
        names.append("encoder_hidden_states_image")
        vision = eyes.encoder.config
        seen = ((vision.image_size // vision.patch_size) ** 2 + 1) * (1 if config.pos_embed_seq_len is None else 2)
        more, more_shapes = (lambda *size: [torch.randn(1, seen, config.image_dim)]), [None]

    def sample(frames, h, w):
        timestep = torch.tensor([731.0])
        if kind == "tokens":
            timestep = torch.full((1, frames, h, w), 731.0)
            timestep[:, 0] = 0
        return torch.randn(1, config.in_channels, frames, 2 * h, 2 * w), timestep, torch.randn(1, tokens, config.text_dim), *more(frames, h, w)

    shapes = (volume, {1: f, 2: hh, 3: ww} if kind == "tokens" else None, None, *more_shapes)
    found = {
        "text_encoder": Graph(TextEncoder(text), words(tokens // 3), ["input_ids", "attention_mask"], "last_hidden_state", None, words(tokens)),
        **{name: Graph(wrapper(with_kept_frequencies(transformer)), sample(3, 2, 3), names, "out_hidden_states", shapes, sample(5, 4, 2), wrapper(transformer))
           for name, transformer in transformers.items()},
    }
    if eyes is not None:
        picture = lambda: torch.rand(1, 3, vision.image_size, vision.image_size)  # noqa: E731
        found["image_encoder"] = Graph(eyes, (picture(),), ["image"], "image_embeds", None, (picture(),))
    return found


@torch.no_grad()
def preview_matrix(vae):
    """Least squares from a normalised latent cell to the mean colour of its pixels, over smooth random pictures."""
    generator = torch.Generator().manual_seed(1)
    mean, std = (torch.tensor(values)[None, :, None, None] for values in (vae.config.latents_mean, vae.config.latents_std))
    ratio = vae.config.scale_factor_spatial
    coarse = torch.rand(PREVIEW_PICTURES, 3, 4, 4, generator=generator) * 2 - 1
    pictures = nn.functional.interpolate(coarse, size=(8 * ratio, 8 * ratio), mode="bilinear", align_corners=False)
    latents = torch.cat([vae.encode(picture[None, :, None]).latent_dist.mode()[:, :, 0] for picture in pictures])
    colours = nn.functional.avg_pool2d(torch.cat([vae.decode(z[None, :, None]).sample[:, :, 0] for z in latents]), ratio)
    return colour_matrix((latents - mean) / std, colours)


def kind_of(transformers, vae, index):
    """How the transformer reads known frames: "vace", "tokens" (in place, by timesteps), "beside" or not at all."""
    channels, z = transformers["transformer"].config.in_channels, vae.config.z_dim
    if index["_class_name"] == "WanVACEPipeline":
        return "vace"
    if index.get("expand_timesteps"):
        return "tokens"
    if channels not in (z, 2 * z + 4):
        sys.exit(f"a transformer of {channels} channels is neither one for text ({z}) nor one for images ({2 * z + 4})")
    return "text" if channels == z else "beside"


def conditioning(kind, eyes, config, frames):
    """-> what the manifest says of known frames, and how many a window begins with when nobody says."""
    if kind == "vace":
        # At least one latent frame is left to be made; three are enough to see how the film moves.
        return {"firstFrames": {"min": 1, "max": frames - 4}, "laterImages": frames - 1, "laterClips": True, "masks": True, "references": 4}, min(frames - 4, 9)
    if kind == "tokens":
        return {"firstFrames": {"min": 1, "max": frames - 4}, "laterImages": 0}, min(frames - 4, 9)
    if kind == "text":
        return {"firstFrames": {"min": 0, "max": 0}, "laterImages": 0}, 0
    # CLIP sees the first image, or with places for two the last one as well.
    takes_last = eyes is None or config.pos_embed_seq_len is not None
    return {"firstFrames": {"min": 1, "max": 1}, "laterImages": int(takes_last)}, 1


def export(args):
    text, transformers, vae, eyes, index = load(args.checkpoint)
    config, ratio = transformers["transformer"].config, vae.config.scale_factor_spatial
    kind = kind_of(transformers, vae, index)
    if eyes is not None and args.tokens != 512:
        sys.exit(f"--tokens {args.tokens}: with CLIP's tokens in front, diffusers takes the last 512 for the text")
    known, prefix = conditioning(kind, eyes, config, args.frames)
    takes_images = kind != "text"
    autoencoder = clip_graphs if args.whole_clips else chunk_graphs
    if args.whole_clips and vae.config.is_residual:
        sys.exit("an autoencoder with residual resampling runs in chunks only")
    write_package(args, "wan", {**graphs(text, transformers, vae, eyes, kind, args.tokens), **autoencoder(vae, takes_images)}, {
        "vae/config.json": {
            "_class_name": "AutoencoderKLWan", "latent_channels": vae.config.z_dim, "spatial_compression_ratio": ratio,
            "temporal_compression_ratio": vae.config.scale_factor_temporal, "latents_mean": vae.config.latents_mean, "latents_std": vae.config.latents_std,
        },
        "scheduler/scheduler_config.json": read_json(f"{args.checkpoint}/scheduler/scheduler_config.json"),
        "preview.json": preview_matrix(vae),
        "model_index.json": index,
    }, {
        "frameGrid": {"multiple": 4, "plus": 1, "min": 5, "max": args.max_frames}, "sizeGrid": 2 * ratio,
        "nativeSize": args.size, "maxSize": [2 * side for side in args.size], "nativeRate": {"num": args.rate, "den": 1}, "nativeFrames": args.frames,
        "promptTokens": args.tokens,
        "conditioning": {"text": True, **known, "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, **({} if args.second_guidance is None else {"secondGuidance": args.second_guidance}), "negative": args.negative, "extensionPrefix": prefix},
    }, None if args.whole_clips else chunk_checks(vae, takes_images))


def parser():
    parse = base_parser(__doc__, steps=50, guidance=5.0, max_frames=121)
    parse.add_argument("--second-guidance", type=float, help="default scale of the second expert (guidance_scale_2), where it wants one of its own")
    parse.add_argument("--tokens", type=int, default=512)
    parse.add_argument("--size", type=int, nargs=2, default=[832, 480])
    parse.add_argument("--frames", type=int, default=81)
    parse.add_argument("--rate", type=int, default=16, help="frames per second it was trained at; TI2V: 24")
    parse.add_argument("--whole-clips", action="store_true", help="the autoencoder as one graph over a whole clip: faster for short ones, more memory for long ones")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
