"""
A random ModelScope checkpoint of a few hundred kB, built from diffusers' own classes and saved in diffusers' layout:

    python tiny_unet3d.py CHECKPOINT

It is to ModelScope what tiny_animatediff.py's is to AnimateDiff, with the same text encoder and autoencoder.
"""
import argparse

import torch
from diffusers import DDIMScheduler, TextToVideoSDPipeline, UNet3DConditionModel

from tiny_animatediff import WIDTH, autoencoder, finish, text_encoder, tokenizer, train

# What the released checkpoint names.
SCHEDULER = dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def build():
    torch.manual_seed(23)
    words, vocab = tokenizer()
    text = text_encoder(vocab)
    unet = UNet3DConditionModel(sample_size=8, block_out_channels=(16, 32), down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
                                up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"), layers_per_block=1, cross_attention_dim=WIDTH, attention_head_dim=8, norm_num_groups=8)
    vae = autoencoder()
    train(unet, lambda noisy, timesteps: unet(noisy, timesteps, torch.randn(2, 77, WIDTH)).sample)
    finish(text, unet, vae)
    pipeline = TextToVideoSDPipeline(vae=vae, text_encoder=text, tokenizer=words, unet=unet, scheduler=DDIMScheduler(**SCHEDULER))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    torch.set_num_threads(1)
    build().save_pretrained(arguments.parse_args().checkpoint)
