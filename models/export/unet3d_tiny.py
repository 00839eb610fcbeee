"""
The tiny ModelScope package of the engine's tests, and what diffusers' own TextToVideoSDPipeline draws with its checkpoint:

    python unet3d_tiny.py ../../test/fixtures/unet3d-tiny

Writes package/ (unet3d.py) and reference/: cases.json, and per case NAME.latents.npy [C,F,h,w] and NAME.png, the frames below each
other. `known` goes beyond the pipeline: after each step the known frames are put back (references.py).
"""
import sys
import tempfile

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler

import tiny_unet3d
import unet3d
from references import begin_with_known, pixels_of, put_known, write_cases, write_run

BETAS = {key: value for key, value in tiny_unet3d.SCHEDULER.items() if key.startswith("beta_")}
DDIM = ("DDIMScheduler", tiny_unet3d.SCHEDULER)
PLAIN = dict(prompt="the red ball and the ball", negative="on", seed=7, frames=8, width=32, height=32, steps=6, guidance=3.0, known=0, later=None, scheduler=DDIM)
CASES = {
    "ddim": PLAIN,
    "no-guidance": {**PLAIN, "guidance": 1.0, "frames": 5, "width": 48, "seed": 8},
    "dpm": {**PLAIN, "scheduler": ("DPMSolverMultistepScheduler", BETAS), "seed": 9},
    "euler-ancestral": {**PLAIN, "scheduler": ("EulerAncestralDiscreteScheduler", BETAS), "frames": 6, "seed": 10},
    "known": {**PLAIN, "known": 2, "later": 7, "seed": 11},
}
CLASSES = {c.__name__: c for c in (DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler)}


@torch.no_grad()
def run(pipeline, case, first_frames):
    name, config = case["scheduler"]
    pipeline.scheduler = CLASSES[name](**config)
    options, places = {}, [*range(case["known"]), *([] if case["later"] is None else [case["later"]])]
    if places:
        start, known, noise = begin_with_known(pipeline, case, first_frames[places], places)
        options = {"latents": start, "callback": lambda step, _, latents: put_known(pipeline.scheduler, latents, (known, noise, places), step + 1)}
    latents = pipeline(case["prompt"], negative_prompt=case["negative"], num_frames=case["frames"], height=case["height"], width=case["width"],
                       num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                       output_type="latent", **options).frames
    frames = pipeline.video_processor.postprocess_video(video=pipeline.decode_latents(latents), output_type="pil")[0]
    return latents[0].numpy(), pixels_of(frames)


def main(folder):
    torch.set_num_threads(1)
    pipeline = tiny_unet3d.build()
    with tempfile.TemporaryDirectory() as checkpoint:
        pipeline.save_pretrained(checkpoint)
        unet3d.export(unet3d.parser().parse_args([
            checkpoint, f"{folder}/package", "--id", "unet3d-tiny", "--name", "ModelScope, tiny", "--licence", "MIT",
            "--description", "Nearly random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "6", "--guidance", "3",
            "--frames", "8", "--max-frames", "16"]))
    first = None
    for name, case in CASES.items():
        latents, frames = run(pipeline, case, first)
        first = frames if first is None else first
        write_run(f"{folder}/reference", name, latents, frames)
    write_cases(f"{folder}/reference", CASES)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
