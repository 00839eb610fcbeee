"""
Random LTX-Video checkpoints of some ten thousand weights, built from diffusers' own classes and saved in diffusers' layout:

    python tiny_ltx.py CHECKPOINT [--kind plain|conditioned]

`conditioned` has the autoencoder of 0.9.1 and later, which is told a timestep when it decodes. They draw nothing that means anything.
"""
import argparse

import torch
from diffusers import AutoencoderKLLTXVideo, FlowMatchEulerDiscreteScheduler, LTXConditionPipeline, LTXVideoTransformer3DModel
from transformers import T5Config, T5EncoderModel

from tiny_wan import TOKENS, WIDTH, tokenizer

KINDS = ("plain", "conditioned")
LATENTS = 8
# What 0.9.5 and later name.
SCHEDULER = dict(num_train_timesteps=1000, shift=1.0, use_dynamic_shifting=False, shift_terminal=None)


@torch.no_grad()
def build(kind):
    torch.manual_seed(50 + KINDS.index(kind))
    words, count = tokenizer()
    text = T5EncoderModel(T5Config(vocab_size=count, d_model=WIDTH, d_kv=8, d_ff=2 * WIDTH, num_layers=2, num_heads=4, relative_attention_num_buckets=8,
                                   relative_attention_max_distance=16, pad_token_id=0, eos_token_id=1, feed_forward_proj="gated-gelu"))
    transformer = LTXVideoTransformer3DModel(in_channels=LATENTS, out_channels=LATENTS, num_attention_heads=2, attention_head_dim=16, cross_attention_dim=32,
                                             num_layers=2, caption_channels=WIDTH)
    told = kind == "conditioned"
    vae = AutoencoderKLLTXVideo(
        latent_channels=LATENTS, block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 16, 32) if told else (8, 8, 8), layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1), spatio_temporal_scaling=(True, True, True, False), decoder_spatio_temporal_scaling=(True, True, True),
        decoder_inject_noise=(False,) * 4, upsample_residual=(told,) * 3, upsample_factor=(2 if told else 1,) * 3, timestep_conditioning=told, patch_size=4,
        patch_size_t=1, encoder_causal=True, decoder_causal=False)
    vae.latents_mean.copy_(torch.linspace(-0.3, 0.3, LATENTS))
    vae.latents_std.copy_(torch.linspace(0.8, 1.2, LATENTS))
    text.shared.weight.mul_(3)
    vae.decoder.conv_out.conv.weight.mul_(0.5)
    for model in (text, transformer, vae):
        model.eval()
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    pipeline = LTXConditionPipeline(scheduler=FlowMatchEulerDiscreteScheduler(**SCHEDULER), vae=vae, text_encoder=text, tokenizer=words, transformer=transformer)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    arguments.add_argument("--kind", choices=KINDS, default="plain")
    args = arguments.parse_args()
    build(args.kind).save_pretrained(args.checkpoint, safe_serialization=True)
