"""
A Stable Diffusion checkpoint in diffusers' layout → a model package that makes films without ever having seen one
(docs/model-packages.md, family text2video-zero):

    python text2video_zero.py CHECKPOINT PACKAGE --id my-model --name "My model" [--half]

CHECKPOINT is any folder of a StableDiffusionPipeline with a UNet2DConditionModel. The exported UNet draws the frames of a
film together, and each of them looks at the first one where it would look at itself. Ends with a parity report: each graph
against diffusers' own attention, at the shapes of the export and at others.
"""
import copy

import torch
import torch.nn as nn
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.pipelines.deprecated.text_to_video_synthesis.pipeline_text_to_video_zero import CrossFrameAttnProcessor2_0
from torch.export import Dim
from transformers import CLIPTextModel

from common import (Graph, clip_text_graph, parser as base_parser, picture_decoder_graph, picture_ratio, picture_vae_config, preview_matrix, read_json,
                    write_package)


class FirstFrameAttention:
    """CrossFrameAttnProcessor for one film of any length: frames are the batch, keys and values are the first one's."""

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None):
        seen = hidden_states[:1].expand_as(hidden_states) if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (attn.head_to_batch_dim(part) for part in (attn.to_q(hidden_states), attn.to_k(seen), attn.to_v(seen)))
        out = torch.bmm(attn.get_attention_scores(query, key, None), value)
        return attn.to_out[0](attn.batch_to_head_dim(out))


class Unet(nn.Module):
    """One film: the studio runs the two halves of guidance one after the other. All frames have one text."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        frames = sample[0].permute(1, 0, 2, 3)
        text = encoder_hidden_states.expand(frames.shape[0], -1, -1)
        return self.unet(frames, timestep, text, return_dict=False)[0].permute(1, 0, 2, 3)[None]


def load(folder):
    text = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    vae.set_default_attn_processor()
    return text.eval(), unet.eval(), vae.eval()


def graphs(text, unet, vae):
    channels, width, length = unet.config.in_channels, text.config.hidden_size, text.config.max_position_embeddings
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    frames, height, wide = Dim("frames", min=1, max=256), steps * Dim("half_height", min=1, max=512), steps * Dim("half_width", min=1, max=512)
    original = copy.deepcopy(unet)
    original.set_attn_processor(CrossFrameAttnProcessor2_0(batch_size=1))
    unet.set_attn_processor(FirstFrameAttention())

    def sample(count, h, w):
        return torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([731.0]), torch.randn(1, length, width)

    return {
        "text_encoder": clip_text_graph(text),
        "unet": Graph(Unet(unet), sample(5, 3, 4), ["sample", "timestep", "encoder_hidden_states"], "out_sample",
                      ({2: frames, 3: height, 4: wide}, None, None), sample(1, 4, 3), Unet(original)),
        "vae_decoder": picture_decoder_graph(vae),
    }


def export(args):
    text, unet, vae = load(args.checkpoint)
    pixels = picture_ratio(vae)
    grid, side = pixels * 2 ** (len(unet.config.block_out_channels) - 1), unet.config.sample_size * pixels
    betas = {key: value for key, value in read_json(f"{args.checkpoint}/scheduler/scheduler_config.json").items() if key.startswith("beta_")}
    # The pipeline's own choice; Stable Diffusion's betas, and its last alpha, which is not 1.
    scheduler = DDIMScheduler(**betas, clip_sample=False, set_alpha_to_one=False, steps_offset=1).config
    write_package(args, "text2video-zero", graphs(text, unet, vae), {
        "vae/config.json": picture_vae_config(vae),
        "scheduler/scheduler_config.json": {"_class_name": "DDIMScheduler", **{key: value for key, value in scheduler.items() if not key.startswith("_")}},
        "preview.json": preview_matrix(vae),
        "model_index.json": {**read_json(f"{args.checkpoint}/model_index.json"), "_class_name": "TextToVideoZeroPipeline", "t0": args.t0, "t1": args.t1,
                             "motion_field_strength_x": args.motion_field[0], "motion_field_strength_y": args.motion_field[1]},
    }, {
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": [side, side], "maxSize": [2 * side, 2 * side], "nativeRate": {"num": 4, "den": 1}, "nativeFrames": 8,
        "promptTokens": text.config.max_position_embeddings,
        "conditioning": {"text": True, "firstFrames": {"min": 0, "max": 0}, "laterImages": 0, "perFramePrompts": False},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": 0},
    })


def parser():
    parse = base_parser(__doc__, steps=50, guidance=7.5, max_frames=24)
    parse.add_argument("--t0", type=int, default=44, help="steps before the last at which the first frame is moved to make the others")
    parse.add_argument("--t1", type=int, default=47, help="steps before the last from which all frames are drawn; more than t0")
    parse.add_argument("--motion-field", type=float, nargs=2, default=[12, 12], help="how far a frame moves from the one before, of 512 across and down")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
