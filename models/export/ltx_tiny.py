"""
The tiny LTX packages of the engine's tests, and what diffusers' own LTXConditionPipeline draws with their checkpoints:

    python ltx_tiny.py ../../test/fixtures/ltx-tiny [--references]

Writes plain/ and conditioned/ (packages by ltx.py) and reference/: cases.json, and per case NAME.latents.npy [C,f,h,w] and NAME.png, the
frames below each other. `conditions` are [first frame, frames, strength]: the first run's first frames, given there. The posterior is taken at its mode.
"""
import tempfile

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
from PIL import Image

import ltx
import tiny_ltx
from references import arguments, modes, pixels_of, write_cases, write_run

FLOW = ("FlowMatchEulerDiscreteScheduler", tiny_ltx.SCHEDULER)
DISTILLED = [1000.0, 993.0, 975.0, 909.0, 725.0, 30.0]
DECODE = dict(decode_timestep=0.05, decode_noise_scale=0.025)
TILE = (64, 32)
PLAIN = dict(package="plain", prompt="the red ball and the ball", negative="on", seed=7, frames=17, width=64, height=64, steps=6, guidance=3.0, rescale=0.0,
             conditions=[], scheduler=FLOW)
CASES = {
    "text": PLAIN,
    "no-guidance": {**PLAIN, "guidance": 1.0, "frames": 9, "seed": 8},
    "first-clip": {**PLAIN, "conditions": [[0, 9, 1.0]], "seed": 9},
    "images": {**PLAIN, "conditions": [[0, 1, 1.0], [8, 1, 1.0], [16, 1, 0.7]], "seed": 10},
    "later-clip": {**PLAIN, "frames": 33, "conditions": [[8, 9, 1.0]], "seed": 11},
    "long-clip": {**PLAIN, "frames": 33, "conditions": [[0, 1, 0.8], [8, 17, 0.9]], "seed": 12},
    "rescaled": {**PLAIN, "rescale": 0.7, "seed": 13},
    "told": {**PLAIN, "package": "conditioned", "frames": 9, "seed": 14},
    "told-images": {**PLAIN, "package": "conditioned", "conditions": [[0, 1, 1.0], [8, 1, 1.0]], "frames": 9, "seed": 15},
    "tiled": {**PLAIN, "package": "conditioned", "width": 128, "height": 128, "conditions": [[0, 9, 1.0]], "seed": 16},
}


@torch.no_grad()
def run(pipeline, case, pictures):
    is_told = case["package"] == "conditioned"
    pipeline.scheduler = FlowMatchEulerDiscreteScheduler(**case["scheduler"][1])
    stretches = [[Image.fromarray(picture).resize((case["width"], case["height"]), Image.NEAREST) for picture in pictures[:count]]
                 for _, count, _ in case["conditions"]]
    conditions = [LTXVideoCondition(**({"image": stretch[0]} if len(stretch) == 1 else {"video": stretch}), frame_index=start, strength=strength)
                  for stretch, (start, _, strength) in zip(stretches, case["conditions"])]
    timesteps = {"timesteps": DISTILLED} if is_told else {}
    inner, kept = pipeline.vae.decode, {}

    def decode(latents, timestep, **options):
        kept["video"] = inner(latents, timestep, return_dict=False)[0]
        return (kept["video"],)

    def on_step_end(pipe, step, t, tensors):
        kept["latents"] = tensors["latents"]
        return {}

    pipeline.vae.decode = decode
    frames = pipeline(conditions=conditions or None, prompt=case["prompt"], negative_prompt=case["negative"], num_frames=case["frames"], height=case["height"], width=case["width"],
                      frame_rate=24, num_inference_steps=case["steps"], guidance_scale=case["guidance"], guidance_rescale=case["rescale"], image_cond_noise_scale=0.15,
                      generator=torch.Generator().manual_seed(case["seed"]), max_sequence_length=tiny_ltx.TOKENS, output_type="pil",
                      callback_on_step_end=on_step_end, **timesteps, **(DECODE if is_told else {})).frames[0]
    pipeline.vae.decode = inner
    cell, frame = pipeline.vae.spatial_compression_ratio, pipeline.vae.temporal_compression_ratio
    size = ((case["frames"] - 1) // frame + 1, case["height"] // cell, case["width"] // cell)
    tokens = kept["latents"][:, -size[0] * size[1] * size[2]:]
    return pipeline._unpack_latents(tokens, *size, 1, 1)[0].numpy(), pixels_of(frames)


def export(pipeline, kind, folder):
    with tempfile.TemporaryDirectory() as checkpoint:
        pipeline.save_pretrained(checkpoint)
        extra = ["--timesteps", *map(str, DISTILLED), "--tile", *map(str, TILE), "--frame-prompts"] if kind == "conditioned" else []
        ltx.export(ltx.parser().parse_args([
            checkpoint, f"{folder}/{kind}", "--id", f"ltx-tiny-{kind}", "--name", f"LTX, tiny, {kind}", "--licence", "MIT",
            "--description", "Random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "6", "--guidance", "3",
            "--tokens", str(tiny_ltx.TOKENS), "--size", "64", "64", "--frames", "17", "--max-frames", "65", *extra]))


def main(args):
    torch.set_num_threads(1)
    reference, pictures, pipelines = f"{args.folder}/reference", None, {}
    for kind in tiny_ltx.KINDS:
        pipelines[kind] = tiny_ltx.build(kind)
        if not args.references:
            export(pipelines[kind], kind, args.folder)
        pipelines[kind].vae.encode = modes(pipelines[kind].vae)
    pipelines["conditioned"].vae.enable_tiling(tile_sample_min_height=TILE[0], tile_sample_min_width=TILE[0], tile_sample_stride_height=TILE[1], tile_sample_stride_width=TILE[1])
    for name, case in CASES.items():
        latents, frames = run(pipelines[case["package"]], case, pictures)
        pictures = frames if pictures is None else pictures
        write_run(reference, name, latents, frames)
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
