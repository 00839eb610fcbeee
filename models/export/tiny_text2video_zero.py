"""
A random Stable Diffusion checkpoint of a few hundred kB, built from diffusers' own classes and saved in diffusers' layout:

    python tiny_text2video_zero.py CHECKPOINT

It has the text encoder and the autoencoder of tiny_animatediff.py's.
"""
import argparse

import torch
from diffusers import DDIMScheduler, TextToVideoZeroPipeline, UNet2DConditionModel

from tiny_animatediff import WIDTH, autoencoder, finish, text_encoder, tokenizer, train

# Stable Diffusion's betas.
SCHEDULER = dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def build():
    torch.manual_seed(24)
    words, vocab = tokenizer()
    text = text_encoder(vocab)
    unet = UNet2DConditionModel(sample_size=8, block_out_channels=(16, 32), down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
                                up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), layers_per_block=1, cross_attention_dim=WIDTH, attention_head_dim=2, norm_num_groups=8)
    vae = autoencoder()

    def predict(noisy, timesteps):
        frames = noisy.permute(0, 2, 1, 3, 4).flatten(0, 1)
        out = unet(frames, timesteps.repeat_interleave(8), torch.randn(16, 77, WIDTH)).sample
        return out.unflatten(0, (2, 8)).permute(0, 2, 1, 3, 4)

    train(unet, predict)
    finish(text, unet, vae)
    pipeline = TextToVideoZeroPipeline(vae=vae, text_encoder=text, tokenizer=words, unet=unet, scheduler=DDIMScheduler(**SCHEDULER), safety_checker=None,
                                       feature_extractor=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    torch.set_num_threads(1)
    build().save_pretrained(arguments.parse_args().checkpoint)
