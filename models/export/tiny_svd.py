"""
A random Stable Video Diffusion checkpoint of some hundred thousand weights, built from diffusers' own classes and saved in
diffusers' layout:

    python tiny_svd.py CHECKPOINT

It draws nothing that means anything. Weights are multiples of what float16 can hold, so a package with halved weights
gives the numbers of this checkpoint.
"""
import argparse

import torch
from diffusers import AutoencoderKLTemporalDecoder, EulerDiscreteScheduler, StableVideoDiffusionPipeline, UNetSpatioTemporalConditionModel
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

WIDTH, FRAMES = 32, 8
# What the released checkpoints name.
SCHEDULER = dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, interpolation_type="linear", num_train_timesteps=1000,
                 prediction_type="v_prediction", sigma_max=700.0, sigma_min=0.002, steps_offset=1, timestep_spacing="leading", timestep_type="continuous",
                 use_karras_sigmas=True)


def build():
    torch.manual_seed(22)
    eyes = CLIPVisionModelWithProjection(CLIPVisionConfig(hidden_size=WIDTH, intermediate_size=2 * WIDTH, projection_dim=WIDTH, num_hidden_layers=2, num_attention_heads=2,
                                                          image_size=224, patch_size=28))
    unet = UNetSpatioTemporalConditionModel(sample_size=8, num_frames=FRAMES, block_out_channels=(32, 32), num_attention_heads=(2, 2), layers_per_block=1,
                                            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
                                            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
                                            cross_attention_dim=WIDTH, addition_time_embed_dim=8, projection_class_embeddings_input_dim=24)
    vae = AutoencoderKLTemporalDecoder(block_out_channels=(32, 32), down_block_types=("DownEncoderBlock2D",) * 2, latent_channels=4, layers_per_block=1, scaling_factor=0.18215)
    with torch.no_grad():
        for layer in (unet.add_embedding.linear_1, unet.add_embedding.linear_2):
            layer.weight.mul_(6)                        # rate and motion are heard
        vae.decoder.time_conv_out.weight.mul_(0.5)      # the frames use the range of grey levels and are not cut off
        for model in (eyes, unet, vae):
            for parameter in model.parameters():
                parameter.copy_(parameter.half().float())
    pipeline = StableVideoDiffusionPipeline(vae=vae.eval(), image_encoder=eyes.eval(), unet=unet.eval(), scheduler=EulerDiscreteScheduler(**SCHEDULER),
                                            feature_extractor=CLIPImageProcessor(crop_size=224, size=224))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    args = arguments.parse_args()
    pipeline = build()
    pipeline.save_pretrained(args.checkpoint)
    for name in ("image_encoder", "unet", "vae"):
        print(name, sum(p.numel() for p in getattr(pipeline, name).parameters()), "weights")
