"""
A random AnimateDiff checkpoint of a few hundred kB, built from diffusers' own classes and saved in diffusers' layout:

    python tiny_animatediff.py CHECKPOINT

The engine's tests run it (test/fixtures/animatediff-tiny). It draws nothing that means anything; what it shares with a
real checkpoint is every component and every kind of layer. The UNet is trained for a few seconds to tell noise from
smooth latents: a random one drives the latents to a hundred, where float32 has no 1e-4 left. Weights are multiples of what float16 can hold, so a package
with halved weights gives the numbers of this checkpoint.
"""
import argparse
import json
import os

import torch
from diffusers import AnimateDiffPipeline, AutoencoderKL, DDIMScheduler, UNetMotionModel
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.pre_tokenizers import ByteLevel

WIDTH = 32
TRAINING_STEPS = 400
# What the model card of AnimateDiff names.
SCHEDULER = dict(beta_schedule="linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, timestep_spacing="linspace", steps_offset=1)
MERGES = [("a", "n"), ("an", "d</w>"), ("t", "h"), ("th", "e</w>"), ("o", "n</w>"), ("r", "e"), ("re", "d</w>"), ("b", "a"), ("l", "l</w>"), ("ba", "ll</w>")]


def tokenizer():
    """CLIP's: lower case, words cut by CLIP's pattern, byte pairs with </w>; 256 bytes and ten merges."""
    letters = sorted(ByteLevel.alphabet())
    words = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in MERGES] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {word: i for i, word in enumerate(words)}
    core = Tokenizer(models.BPE(vocab=vocab, merges=MERGES, continuing_subword_prefix="", end_of_word_suffix="</w>", fuse_unk=False, unk_token="<|endoftext|>"))
    core.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(pattern=Regex(r"\s+"), content=" "), normalizers.Lowercase()])
    core.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(single="<|startoftext|> $A <|endoftext|>", special_tokens=[(name, vocab[name]) for name in ("<|startoftext|>", "<|endoftext|>")])
    return PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<|startoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>", pad_token="<|endoftext|>", model_max_length=77), vocab


def text_encoder(vocab):
    end = vocab["<|endoftext|>"]
    return CLIPTextModel(CLIPTextConfig(vocab_size=len(vocab), hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=2, num_attention_heads=4,
                                        max_position_embeddings=77, projection_dim=WIDTH, eos_token_id=end, bos_token_id=end - 1, pad_token_id=end))


def autoencoder():
    return AutoencoderKL(block_out_channels=(8, 8, 16, 16), down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
                         latent_channels=4, layers_per_block=1, norm_num_groups=8, sample_size=64, scaling_factor=0.18215)


@torch.no_grad()
def finish(text, unet, vae):
    """Weights that two prompts can be told apart by, grey levels that are not cut off, multiples of what float16 can hold."""
    for parameter in text.text_model.embeddings.parameters() if hasattr(text, "text_model") else text.embeddings.parameters():
        parameter.mul_(20)
    vae.decoder.conv_out.weight.mul_(0.5)
    for model in (text, unet, vae):
        model.eval()
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def build():
    torch.manual_seed(20)
    words, vocab = tokenizer()
    text = text_encoder(vocab)
    unet = UNetMotionModel(sample_size=8, block_out_channels=(16, 32), down_block_types=("CrossAttnDownBlockMotion", "DownBlockMotion"),
                           up_block_types=("UpBlockMotion", "CrossAttnUpBlockMotion"), layers_per_block=1, cross_attention_dim=WIDTH, num_attention_heads=2,
                           motion_num_attention_heads=2, norm_num_groups=8, motion_max_seq_length=32)
    vae = autoencoder()
    # The UNet is told a text for each frame of both clips.
    train(unet, lambda noisy, timesteps: unet(noisy, timesteps, torch.randn(16, 77, WIDTH)).sample)
    finish(text, unet, vae)
    pipeline = AnimateDiffPipeline(vae=vae, text_encoder=text, tokenizer=words, unet=unet, motion_adapter=None, scheduler=DDIMScheduler(**SCHEDULER))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def train(unet, predict):
    """Noise prediction on slowly drifting, smooth latents of about unit size."""
    noise_levels = DDIMScheduler(**SCHEDULER)
    optimiser = torch.optim.Adam(unet.parameters(), 3e-3)
    for _ in range(TRAINING_STEPS):
        ends = torch.randn(2, 4, 2, 1, 1)
        clean = torch.nn.functional.interpolate(ends, size=(8, 4, 4), mode="trilinear", align_corners=True)
        noise, timesteps = torch.randn_like(clean), torch.randint(0, 1000, (2,))
        noisy = noise_levels.add_noise(clean, noise, timesteps)
        loss = (predict(noisy, timesteps) - noise).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print(f"loss after {TRAINING_STEPS} steps: {loss.item():.3f}")


def save(pipeline, folder):
    """diffusers' layout, component by component: save_pretrained wants a motion adapter that a ready UNet no longer has."""
    for name in ("vae", "text_encoder", "tokenizer", "unet", "scheduler"):
        getattr(pipeline, name).save_pretrained(os.path.join(folder, name))
    index = {"_class_name": "AnimateDiffPipeline", "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNetMotionModel"], "vae": ["diffusers", "AutoencoderKL"], "scheduler": ["diffusers", "DDIMScheduler"]}
    with open(os.path.join(folder, "model_index.json"), "w") as file:
        json.dump(index, file, indent=1)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    args = arguments.parse_args()
    pipeline = build()
    save(pipeline, args.checkpoint)
    for name in ("text_encoder", "unet", "vae"):
        print(name, sum(p.numel() for p in getattr(pipeline, name).parameters()), "weights")
