"""
Draw clips from the float32 weights.

    python sample.py                     eight prompts -> run/pictures/samples.png, five frames of each in a row

`generate` is the sampler that the studio runs over the exported graphs: Euler over rectified flow, two branches of guidance,
clean tokens with timestep 0 that stay as they are. `reference.py` is the same over ONNX.
"""
import os

import torch
from PIL import Image

import text
from autoencoder import load_autoencoder
from data import load_statistics
from moving import token_places
from paths import HERE, RUN
from transformer import Transformer, coordinates, load_weights, pack, unpack

STEPS, SHIFT, GUIDANCE, STEADY = 12, 4.0, 2.5, 1.0       # what the package says of itself
SEAM = 3                                                # frames over which guidance comes back behind given ones
PROMPTS = (
    "a red ball bouncing on a blue background", "a big yellow star spinning at night",
    "a white boat moving right on the sea", "a green car moving left over a green meadow",
    "a purple heart growing on a white background", "an orange fish moving left on a plain blue backdrop",
    "a pink balloon rising in a blue sky", "a small black rocket rising in space")


class Models:
    """Everything a sample needs. `transformer` left out: the run's cooled weights, else its averages, else the kept ones."""

    def __init__(self, transformer=None):
        self.tokenizer, self.encoder = text.load()
        self.autoencoder = load_autoencoder()
        self.mean, self.deviation = load_statistics()
        self.transformer = transformer or load_transformer()

    @torch.no_grad()
    def encode(self, pixels):
        """[3,F,H,W] in [-1,1] -> normalised latents [1,64,F,h,w]."""
        return (self.autoencoder.encode(pixels.transpose(0, 1)).transpose(0, 1)[None] - self.mean) / self.deviation

    @torch.no_grad()
    def decode(self, z):
        """normalised latents [1,64,F,h,w] -> [3,F,H,W] in [-1,1]."""
        return self.autoencoder.decode((z * self.deviation + self.mean)[0].transpose(0, 1), z.shape[2]).transpose(0, 1).clamp(-1, 1)


class GraphTransformer:
    """A package's transformer instead of the float32 weights: what is shipped, and at one thread two thirds of torch's time."""

    def __init__(self, package, threads=1):
        from reference import open_graph
        self.graph = open_graph(f"{package}/transformer/model.onnx", threads)

    def __call__(self, latents, text, text_mask, timestep, coords):
        mask = text_mask if text_mask.ndim == 3 else text_mask[:, None].expand(-1, latents.shape[1], -1)             # [B,S,L]
        inputs = dict(hidden_states=latents, encoder_hidden_states=text, encoder_attention_mask=mask, timestep=timestep, video_coords=coords)
        return torch.from_numpy(self.graph.run(None, {name: value.contiguous().numpy() for name, value in inputs.items()})[0])


def load_transformer(path=None):
    paths = [path] if path else [f"{RUN}/transformer-cooled.pt", f"{RUN}/transformer.pt", f"{HERE}/checkpoint/transformer.pt"]
    network = Transformer()
    weights = torch.load(next(p for p in paths if os.path.exists(p)))
    load_weights(network, {k: v.float() for k, v in weights["average"].items()})
    return network.eval()


def noise_levels(steps, shift):
    """-> σ of every step and the last 0, as FlowMatchEulerDiscreteScheduler with `shift` has them from linspace(1, 1/steps): most are high, where places are settled."""
    even = torch.linspace(1, 1 / steps, steps)
    return (shift * even / (1 + (shift - 1) * even)).tolist() + [0.0]


def shared_by_neighbours(difference, given):
    """
    Averages a frame's difference with those beside it, 1 2 1; an end stands beside itself. The first `given` frames need no push, and
    those behind them little: it comes back over SEAM frames. [B,F,n,C]
    """
    frames = difference.shape[1]
    at = lambda k: difference[:, k] * (k >= given)
    mean = difference.clone()
    for k in range(given, frames):
        come_back = min(1, (k - given + 1) / SEAM) if given else 1
        mean[:, k] = (at(max(k - 1, 0)) + 2 * at(k) + at(min(k + 1, frames - 1))) * come_back / 4
    return mean


def guided(unguided, prompted, guidance, steady, frames, area, extra=0, given=0):
    """
    Velocities [B,S,64] -> the one to step with. Steady guidance: what the prompt adds is shared by neighbouring frames before it is scaled,
    steady in [0,1]; `extra` tokens of later images come first, the first `given` frames are given.
    """
    difference = prompted - unguided
    if steady:
        films = difference[:, extra:].reshape(len(difference), frames, area, -1)
        shared = shared_by_neighbours(films, given).reshape(len(difference), frames * area, -1)
        difference = torch.cat([difference[:, :extra], (1 - steady) * difference[:, extra:] + steady * shared], 1)
    return prompted + (guidance - 1) * difference


@torch.no_grad()
def generate_latents(models, prompts, noise, prefix=None, later=None, begin=None, steps=STEPS, guidance=GUIDANCE, steady=STEADY, negative="", fps=8, shift=SHIFT):
    """
    prompts: B strings; noise [B,64,F,h,w]; prefix: normalised latents [B,64,k,h,w] of the first k frames; later: (frame, [B,64,1,h,w]).
    begin: (step, normalised latents [B,64,F,h,w]): draw these over, from the noise level of that step on (SDEdit, arXiv:2108.01073).
    Returns normalised latents [B,64,F,h,w].
    """
    prompt, mask = text.encode(models.tokenizer, models.encoder, [negative] * len(noise) + list(prompts))
    return draw_latents(models.transformer, prompt, mask, noise, prefix, later, begin, steps, guidance, steady, fps, shift)


@torch.no_grad()
def draw_latents(transformer, prompt, mask, noise, prefix=None, later=None, begin=None, steps=STEPS, guidance=GUIDANCE, steady=STEADY, fps=8, shift=SHIFT, views=None):
    """
    The same from prompt tokens [2·B,L,384] and their mask [2·B,L], the negative prompt's first, or [2·B,F·h·w,L] where frames read different ones;
    views [B,F,2,3]: where the camera is (moving.py). Where `noise` is, everything is computed.
    """
    batch, _, frames, height, width = noise.shape
    x, given = pack(noise), torch.zeros(1, frames * height * width, 1, device=noise.device)
    where, extra = coordinates(frames, height, width, fps=fps).expand(batch, -1, -1), 0
    if views is not None:
        where = token_places(where, views, height * width)
    if prefix is not None:
        kept = prefix.shape[2] * height * width
        x = torch.cat([pack(prefix), x[:, kept:]], 1)
        given[:, :kept] = 1
    if later is not None:
        frame, z = later
        extra = height * width
        x, given = torch.cat([pack(z), x], 1), torch.cat([torch.ones(1, extra, 1, device=noise.device), given], 1)
        its = slice(frame * extra, (frame + 1) * extra)
        where = torch.cat([where[:, :, its] if frame < frames else coordinates(1, height, width, frame, fps=fps).expand(batch, -1, -1), where], 2)
        if mask.ndim == 3:
            mask = torch.cat([mask[:, its], mask], 1)
    if mask.ndim == 2:
        used = int(mask.sum(1).max())
        prompt, mask = prompt[:, :used], mask[:, :used]
    mask, where = mask.float(), torch.cat([where, where]).to(noise.device)
    sigma = noise_levels(steps, shift)
    if begin is not None:
        assert later is None, "a later image has no place among latents to begin from"
        first, z = begin
        sigma = sigma[first:]
        x = torch.where(given > 0, x, (1 - sigma[0]) * pack(z) + sigma[0] * x)
    for now, following in zip(sigma, sigma[1:]):
        timestep = (now * 1000 * (1 - given[..., 0])).expand(2 * batch, -1)
        unguided, prompted = transformer(torch.cat([x, x]), prompt, mask, timestep, where).chunk(2)
        velocity = guided(unguided, prompted, guidance, steady, frames, height * width, extra, 0 if prefix is None else prefix.shape[2])
        x = torch.where(given > 0, x, x + (following - now) * velocity)
    return unpack(x[:, extra:], frames, height, width)


def generate(models, prompt, seed, frames=9, **options):
    """One 128 × 128 clip from nothing -> pixels [3,F,128,128]."""
    noise = torch.randn(1, 64, frames, 4, 4, generator=torch.Generator().manual_seed(seed))
    return models.decode(generate_latents(models, [prompt], noise, **options))


def contact_sheet(clips, columns=2, shown=5):
    """clips [3,F,H,W] -> a picture: every clip a row of `shown` frames, rows in `columns`."""
    pick = lambda clip: [round(k * (clip.shape[1] - 1) / (shown - 1)) for k in range(shown)]
    rows = [torch.cat([clip[:, k] for k in pick(clip)], 2) for clip in clips]
    tall = -(-len(rows) // columns)
    rows += [torch.full_like(rows[0], 1.0)] * (tall * columns - len(rows))
    sheet = torch.cat([torch.cat(rows[c * tall:(c + 1) * tall], 1) for c in range(columns)], 2)
    return Image.fromarray(((sheet.permute(1, 2, 0) + 1) * 127.5).round().byte().numpy())


if __name__ == "__main__":
    torch.set_num_threads(2)
    models = Models()
    contact_sheet([generate(models, p, seed=100 + i) for i, p in enumerate(PROMPTS)]).save(f"{RUN}/pictures/samples.png")
