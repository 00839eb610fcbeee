"""
The video transformer: predicts the velocity ε − x₀ of every latent token.

Promises the graph contract of the LTX family (names and shapes in `export.py`) and the parameter names of
diffusers' LTXVideoTransformer3DModel, so that weights move between the two. Two things are ours:
- `position_in` adds each token's absolute time and place to it (zero at first, so older weights load unchanged).
  LTX knows only relative places, by rotation; sixteen tokens a frame need to know where the horizon is.
- Tokens that share a timestep share its modulation (`lengths`), which saves a tenth of the training step.

Method: LTX-Video (arXiv:2501.00103); adaLN-single from PixArt-α (arXiv:2310.00426); rotation in three axes over the
whole width, before it is split into heads, as in the reference code of diffusers 0.42.
"""
import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS, WIDTH, HEADS, LAYERS, TEXT_WIDTH = 64, 256, 4, 6, 384
ROTARY_BASE = (20.0, 2048.0, 2048.0)       # seconds, pixels, pixels that map to 1
POSITION_BASE = (2.0, 256.0, 256.0)        # one turn of the middle absolute frequency
POSITION_TURNS = (0.25, 0.5, 1.0, 2.0, 4.0)
ROTARY_EXPONENTS = tuple(torch.cat([torch.linspace(0, 1, 42)[:21], torch.linspace(0.05, 0.5, 21)]).tolist())   # of θ, in steps of 3 axes: see rotary
MASKED = -10000.0                          # added to the scores of padded prompt tokens


def values_on(device, values):
    """A constant [n]."""
    return torch.tensor(values) if device.type == "cpu" else carried_to(device, values)


@functools.cache
def carried_to(device, values):
    """The same on a GPU, carried there once: a step that is recorded (gpu_transformer.py) may not wait for that."""
    return torch.tensor(values, device=device)


def rms_norm(x, weight=None, eps=1e-6):
    y = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
    return y if weight is None else y * weight


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return rms_norm(x, self.weight, 1e-5)


def rotary(coords, width=WIDTH, theta=10000.0):
    """
    coords [B,3,S] in seconds, pixels, pixels -> cos, sin [B,S,width/2], one angle for each pair of channels.
    LTX's exponents run from 0 to 1 over the whole width. At sixteen tokens a frame everything above 0.5 turns by more than
    half a circle between neighbours, so that two of four heads saw noise for a distance; those two take the useful range again.
    """
    grid = torch.stack([coords[:, k] / ROTARY_BASE[k] for k in range(3)], -1)          # [B,S,3]
    frequencies = theta ** values_on(coords.device, ROTARY_EXPONENTS) * math.pi / 2           # [42]
    angles = (grid[:, :, None] * 2 - 1) * frequencies[:, None]                         # [B,S,42,3]
    batch, tokens = coords.shape[0], coords.shape[2]
    angles = angles.reshape(batch, tokens, width // 6 * 3)                             # frequency by frequency, three axes each
    unturned = torch.zeros_like(angles[:, :, :width // 2 - width // 6 * 3])            # the few pairs left over come first
    angles = torch.cat([unturned, angles], -1)                                         # [B,S,width/2]
    return angles.cos(), angles.sin()


def turn(x, cos_sin):
    """Rotate neighbouring channel pairs. x [B,S,D]; cos, sin [B,S,D/2]."""
    cos, sin = cos_sin
    batch, tokens, width = x.shape
    pairs = x.reshape(batch, tokens, width // 2, 2)                                    # [B,S,D/2,2]
    a, b = pairs[..., 0], pairs[..., 1]
    return torch.stack([a * cos - b * sin, b * cos + a * sin], -1).reshape(batch, tokens, width)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_q, self.norm_k = RMSNorm(width), RMSNorm(width)
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, context, rotation=None, bias=None):
        """x [B,S,D], context [B,L,D], bias [B,1,1,L] or None -> [B,S,D]."""
        q, k, v = self.norm_q(self.to_q(x)), self.norm_k(self.to_k(context)), self.to_v(context)
        if rotation is not None:
            q, k = turn(q, rotation), turn(k, rotation)
        split = lambda y: y.reshape(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)   # [B,heads,tokens,D/heads]
        q, k, v = split(q).to(v.dtype), split(k).to(v.dtype), split(v)
        if x.is_cuda and bias is None:
            y = F.scaled_dot_product_attention(q, k, v)
        else:
            scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)                         # [B,heads,S,L]; plain products: torch's fused
            y = (scores if bias is None else scores + bias).softmax(-1).to(v.dtype) @ v    # attention is four times slower on processors in bfloat16
        return self.to_out[0](y.transpose(1, 2).reshape(x.shape[0], x.shape[1], x.shape[2]))


def modulate(x, shift, scale, lengths):
    """
    shift, scale [B,K,D]: of K runs of tokens (`lengths`), or of every token when `lengths` is None. Where `lengths` is a mask [B,S], K is 2:
    the first for tokens that it holds, the second for the others.
    """
    if torch.is_tensor(lengths):
        return x * (1 + torch.where(lengths[..., None], scale[:, :1], scale[:, 1:])) + torch.where(lengths[..., None], shift[:, :1], shift[:, 1:])
    if lengths is None or len(lengths) == 1:
        return x * (1 + scale) + shift
    return torch.cat([part * (1 + scale[:, k:k + 1]) + shift[:, k:k + 1] for k, part in enumerate(x.split(lengths, 1))], 1)


def gated(x, gate, lengths):
    if torch.is_tensor(lengths):
        return x * torch.where(lengths[..., None], gate[:, :1], gate[:, 1:])
    if lengths is None or len(lengths) == 1:
        return x * gate
    return torch.cat([part * gate[:, k:k + 1] for k, part in enumerate(x.split(lengths, 1))], 1)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        first = nn.Module()
        first.proj = nn.Linear(width, 4 * width)
        self.net = nn.ModuleList([first, nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](F.gelu(self.net[0].proj(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn1, self.attn2, self.ff = Attention(width, heads), Attention(width, heads), FeedForward(width)
        self.scale_shift_table = nn.Parameter(torch.randn(6, width) / width ** 0.5)

    def forward(self, x, text, modulation, lengths, rotation, bias):
        """x [B,S,D], text [B,L,D], modulation [B,K,6,D]."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (self.scale_shift_table + modulation).unbind(2)
        y = modulate(rms_norm(x), shift1, scale1, lengths)
        x = x + gated(self.attn1(y, y, rotation), gate1, lengths)
        x = x + self.attn2(x, text, bias=bias)
        y = modulate(rms_norm(x), shift2, scale2, lengths)
        return x + gated(self.ff(y), gate2, lengths)


class TwoLinear(nn.Module):
    def __init__(self, inputs, width, activation):
        super().__init__()
        self.linear_1, self.linear_2, self.activation = nn.Linear(inputs, width), nn.Linear(width, width), activation

    def forward(self, x):
        return self.linear_2(self.activation(self.linear_1(x)))


class TimeEmbedding(nn.Module):
    """timestep [N] -> modulation [N,6·D] and the embedding itself [N,D]."""

    def __init__(self, width, frequencies=256):
        super().__init__()
        self.half = frequencies // 2
        self.emb = nn.Module()
        self.emb.timestep_embedder = TwoLinear(frequencies, width, F.silu)
        self.linear = nn.Linear(width, 6 * width)

    def forward(self, timestep):
        frequencies = torch.exp(-math.log(10000.0) * torch.arange(self.half, dtype=torch.float32, device=timestep.device) / self.half)
        angles = timestep.reshape(-1, 1) * frequencies[None]                           # [N,128]
        embedded = self.emb.timestep_embedder(torch.cat([angles.cos(), angles.sin()], 1))
        return self.linear(F.silu(embedded)), embedded


class Transformer(nn.Module):
    def __init__(self, channels=CHANNELS, width=WIDTH, heads=HEADS, layers=LAYERS, text_width=TEXT_WIDTH):
        super().__init__()
        self.proj_in = nn.Linear(channels, width)
        self.position_in = nn.Linear(6 * len(POSITION_TURNS), width, bias=False)
        self.time_embed = TimeEmbedding(width)
        self.caption_projection = TwoLinear(text_width, width, lambda x: F.gelu(x, approximate="tanh"))
        self.transformer_blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.scale_shift_table = nn.Parameter(torch.randn(2, width) / width ** 0.5)
        self.norm_out = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.proj_out = nn.Linear(width, channels)
        for weight in (self.position_in.weight, self.proj_out.weight, self.proj_out.bias):
            nn.init.zeros_(weight)

    def positions(self, coords):
        """coords [B,3,S] -> sines and cosines of absolute time and place [B,S,30]."""
        angles = [coords[:, k, :, None] * (2 * math.pi / POSITION_BASE[k] * values_on(coords.device, POSITION_TURNS)) for k in range(3)]
        angles = torch.cat(angles, -1)                                                 # [B,S,15]
        return torch.cat([angles.cos(), angles.sin()], -1)

    def forward(self, latents, text, text_mask, timestep, coords, lengths=None, tap=None):
        """
        latents [B,S,64], text [B,L,384], text_mask [B,L] of 0 and 1, or [B,S,L] where tokens read different prompts, coords [B,3,S] (seconds, pixels down, pixels right).
        timestep: σ·1000, [B,S] for every token; or [B,K] for K runs of tokens whose `lengths` add up to S; or [B,2] and a mask `lengths` [B,S].
        Returns the velocity [B,S,64]; with `tap`, also what leaves that many blocks, [B,S,256].
        """
        batch, runs = timestep.shape
        rotation = rotary(coords, self.proj_in.out_features)
        mask = text_mask if text_mask.ndim == 3 else text_mask[:, None]                # [B,1 or S,L]
        bias = ((1 - mask) * MASKED)[:, None]                                          # [B,1,1 or S,L]
        x = self.proj_in(latents) + self.position_in(self.positions(coords))
        modulation, embedded = self.time_embed(timestep)
        modulation = modulation.reshape(batch, runs, 6, -1)                            # [B,K,6,D]
        embedded = embedded.reshape(batch, runs, 1, -1)                                # [B,K,1,D]
        text = self.caption_projection(text)
        tapped = None
        for k, block in enumerate(self.transformer_blocks):
            x = block(x, text, modulation, lengths, rotation, bias)
            tapped = x if tap == k + 1 else tapped
        shift, scale = (self.scale_shift_table + embedded).unbind(2)                   # [B,K,D] each
        velocity = self.proj_out(modulate(self.norm_out(x), shift, scale, lengths))
        return velocity if tap is None else (velocity, tapped)


def load_weights(network, weights):
    """Older weights lack `position_in`; it stays zero then, and the network computes what it did."""
    missing, unexpected = network.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= {"position_in.weight"}, f"not weights of this network: missing {missing}, unexpected {unexpected}"


def pack(z):
    """[B,64,F,h,w] -> tokens [B,F·h·w,64], in the order frame, row, column."""
    return z.flatten(2).transpose(1, 2)


def unpack(x, frames, height, width):
    """tokens [B,F·h·w,64] -> [B,64,F,h,w]."""
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], frames, height, width)


def coordinates(frames, height, width, first_frame=0, fps=8, pixels=32):
    """frames: how many from `first_frame` on, or a tensor of frame numbers. -> [3,F·height·width]: seconds, pixels down, pixels right."""
    times = frames if torch.is_tensor(frames) else torch.arange(frames) + first_frame
    grid = torch.stack(torch.meshgrid(times, torch.arange(height), torch.arange(width), indexing="ij"))
    return grid.flatten(1).float() * torch.tensor([1 / fps, pixels, pixels])[:, None]
