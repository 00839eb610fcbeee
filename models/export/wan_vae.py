"""
Wan's autoencoders as graphs: of 2.1 (16 channels, 8×8×4) and of 2.2 TI2V (48 channels, 16×16×4, patches and residual
resampling).

In chunks, as diffusers runs them: one latent frame at a time, with what the causal convolutions remember as inputs and
outputs. The first chunk has no memory and stands for one frame; each that follows stands for four. diffusers' memory
grows from nothing over one frame to two; here it has its full length from the start, filled up with the zeros that
the convolutions pad with, so two graphs are enough.

Or whole clips, for 2.1: one pass over any length, which is the same sum once the first frame is kept out of the resampling
in time. Faster for short clips, and its memory grows with their length.
"""
import onnxruntime as ort
import torch
import torch.nn as nn
from diffusers.models.autoencoders import autoencoder_kl_wan as kl_wan
from diffusers.models.autoencoders.autoencoder_kl_wan import WanResample
from torch.export import Dim

from common import Graph


# ── in chunks ────────────────────────────────────────────────────────────────────────────────────────────────────────

class Chunk(nn.Module):
    """One chunk through `part`, the encoder or the decoder of an autoencoder."""

    def __init__(self, vae, part, is_first):
        super().__init__()
        self.vae, self.part, self.is_first = vae, part, is_first
        self.slots = sum(isinstance(module, kl_wan.WanCausalConv3d) for module in part.modules())

    def through(self, x, caches, **more):
        """-> the result, and the memory of each convolution that has one."""
        memory = [*caches, *[None] * (self.slots - len(caches))]
        if not self.is_first:
            return self.part(x, feat_cache=memory, feat_idx=[0], **more), memory[:len(caches)]
        single = set()

        def resample_first(layer, x, feat_cache, feat_idx):
            """WanResample of the first chunk, which stays one frame."""
            out = layer.resample(x[:, :, 0])[:, :, None]
            if layer.mode == "upsample3d":
                feat_cache[feat_idx[0]] = torch.zeros_like(x)    # of diffusers' "Rep": nothing is remembered of it
            elif layer.mode == "downsample3d":
                feat_cache[feat_idx[0]] = out.clone()
                single.add(feat_idx[0])                          # halving looks back one frame
            feat_idx[0] += layer.mode.endswith("3d")
            return out

        later, WanResample.forward = WanResample.forward, resample_first
        try:
            out = self.part(x, feat_cache=memory, feat_idx=[0], **more)
        finally:
            WanResample.forward = later
        filled = [cache if slot in single else torch.cat([torch.zeros_like(cache), cache], 2) for slot, cache in enumerate(memory) if cache is not None]
        return out, filled


class EncoderChunk(Chunk):
    def __init__(self, vae, is_first):
        super().__init__(vae, vae.encoder, is_first)

    def forward(self, sample, caches=()):
        if self.vae.config.patch_size is not None:
            sample = kl_wan.patchify(sample, self.vae.config.patch_size)
        out, memory = self.through(sample, caches)
        return self.vae.quant_conv(out), *memory


class DecoderChunk(Chunk):
    def __init__(self, vae, is_first):
        super().__init__(vae, vae.decoder, is_first)

    def forward(self, latent_sample, caches=()):
        out, memory = self.through(self.vae.post_quant_conv(latent_sample), caches, first_chunk=self.is_first)
        if self.vae.config.patch_size is not None:
            out = kl_wan.unpatchify(out, self.vae.config.patch_size)
        return torch.clamp(out, min=-1.0, max=1.0), *memory


@torch.no_grad()
def chunk_graphs(vae, takes_images):
    ratio, z = vae.config.scale_factor_spatial, vae.config.z_dim
    rows, columns = Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)

    def pair(name, chunk, named, unit, at):
        """The graphs of the first chunk and of those that follow. `at` gives an input of so many frames, rows and columns."""
        first, following = chunk(vae, True).eval(), chunk(vae, False).eval()
        sides = {3: unit * rows, 4: unit * columns} if unit > 1 else {3: rows, 4: columns}
        frames = 1 if unit == 1 else 4
        (x, y), memories = (at(1, 5, 3), at(1, 4, 6)), [first(at(1, h, w))[1:] for h, w in ((5, 3), (4, 6))]
        # Memory filled by a second chunk, so that nothing of it is zero.
        memories = [following(at(frames, h, w), list(memory))[1:] for memory, (h, w) in zip(memories, ((5, 3), (4, 6)))]
        count = len(memories[0])
        scaled = lambda cache: cache.shape[3] // 5  # noqa: E731
        spans = [{3: scaled(cache) * rows, 4: scaled(cache) * columns} if scaled(cache) > 1 else {3: rows, 4: columns} for cache in memories[0]]
        outputs = [named[1], *[f"next_cache.{i}" for i in range(count)]]
        return {
            name: Graph(first, (x,), [named[0]], outputs, (sides,), (y,)),
            f"{name}_next": Graph(following, (at(frames, 5, 3), list(memories[0])), [named[0], *[f"cache.{i}" for i in range(count)]], outputs,
                                  (sides, spans), (at(frames, 4, 6), list(memories[1]))),
        }

    found = pair("vae_decoder", DecoderChunk, ("latent_sample", "sample"), 1, lambda f, h, w: torch.randn(1, z, 1, h, w))
    if takes_images:
        found |= pair("vae_encoder", EncoderChunk, ("sample", "latent_parameters"), ratio, lambda f, h, w: torch.rand(1, 3, f, ratio * h, ratio * w) * 2 - 1)
    return found


def in_chunks(package, name, chunks, given, wanted):
    """A clip through the written graphs, one chunk after the other."""
    first, following = (ort.InferenceSession(f"{package}/{graph}/model.onnx", providers=["CPUExecutionProvider"]) for graph in (name, f"{name}_next"))
    out, *memory = first.run(None, {given: chunks[0].numpy()})
    parts = [out]
    for chunk in chunks[1:]:
        out, *memory = following.run(None, {given: chunk.numpy(), **{f"cache.{i}": cache for i, cache in enumerate(memory)}})
        parts.append(out)
    return torch.cat([torch.from_numpy(part) for part in parts], 2), wanted


def chunk_checks(vae, takes_images):
    """Rows of the report: whole clips in the written chunks against diffusers' own way through them, at two lengths."""
    ratio, z = vae.config.scale_factor_spatial, vae.config.z_dim

    @torch.no_grad()
    def decoded(package, frames, h, w):
        latents = torch.randn(1, z, frames, h, w)
        return in_chunks(package, "vae_decoder", latents.split(1, 2), "latent_sample", vae.decode(latents).sample)

    @torch.no_grad()
    def encoded(package, frames, h, w):
        clip = torch.rand(1, 3, 4 * frames - 3, ratio * h, ratio * w) * 2 - 1
        return in_chunks(package, "vae_encoder", clip.split([1, *[4] * (frames - 1)], 2), "sample", vae.encode(clip).latent_dist.parameters)

    checks = {"decoded clip": decoded, **({"encoded clip": encoded} if takes_images else {})}
    return {name: lambda package, check=check: [check(package, 3, 5, 3), check(package, 5, 4, 6)] for name, check in checks.items()}


# ── whole clips ──────────────────────────────────────────────────────────────────────────────────────────────────────

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


class DiffusersEncoder(WholeClip):
    """diffusers' own way through the clip, which the report compares with."""

    def forward(self, sample):
        return self.vae.encode(sample).latent_dist.parameters


class DiffusersDecoder(WholeClip):
    def forward(self, latent_sample):
        return self.vae.decode(latent_sample).sample


def clip_graphs(vae, takes_images):
    f, chunks = Dim("f", min=2, max=1024), Dim("chunks", min=1, max=1024)
    rows, columns = Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    z = vae.config.z_dim
    found = {"vae_decoder": Graph(Decoder(vae), (torch.randn(1, z, 3, 5, 3),), ["latent_sample"], "sample",
                                  ({2: f, 3: rows, 4: columns},), (torch.randn(1, z, 4, 4, 6),), DiffusersDecoder(vae))}
    if takes_images:
        found["vae_encoder"] = Graph(Encoder(vae), (torch.randn(1, 3, 9, 40, 24),), ["sample"], "latent_parameters",
                                     ({2: 4 * chunks + 1, 3: 8 * rows, 4: 8 * columns},), (torch.randn(1, 3, 13, 32, 48),), DiffusersEncoder(vae))
    return found
