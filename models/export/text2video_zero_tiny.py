"""
The tiny Text2Video-Zero package of the engine's tests, and what diffusers' own TextToVideoZeroPipeline draws with its checkpoint:

    python text2video_zero_tiny.py ../../test/fixtures/text2video-zero-tiny

Writes package/ (text2video_zero.py) and reference/: cases.json, and per case NAME.latents.npy [C,F,h,w] and NAME.png, the frames
below each other. The pipeline fails without guidance, so no case is.
"""
import sys
import tempfile

import torch
from diffusers import DDIMScheduler

import text2video_zero
import tiny_text2video_zero
from references import pixels_of, write_cases, write_run

DDIM = ("DDIMScheduler", tiny_text2video_zero.SCHEDULER)
# Two steps of the first frame alone, two that are made again for all, five in all for all; large moves, for eight latent cells.
T0, T1, MOTION = 2, 4, (60, 36)
PLAIN = dict(prompt="the red ball and the ball", negative="on", seed=7, frames=6, width=64, height=64, steps=7, guidance=3.0, known=0, later=None, scheduler=DDIM)
CASES = {
    "text": PLAIN,
    "more-steps": {**PLAIN, "steps": 9, "frames": 4, "height": 48, "seed": 8},
    "fewest-steps": {**PLAIN, "steps": 5, "frames": 3, "guidance": 2.0, "seed": 9},
}


@torch.no_grad()
def run(pipeline, case):
    pipeline.scheduler = DDIMScheduler(**case["scheduler"][1])
    latents = pipeline(case["prompt"], negative_prompt=case["negative"], video_length=case["frames"], height=case["height"], width=case["width"],
                       num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                       motion_field_strength_x=MOTION[0], motion_field_strength_y=MOTION[1], t0=T0, t1=T1, output_type="latent").images
    # The end of the pipeline, frame by frame.
    images = torch.cat([pipeline.vae.decode(frame[None] / pipeline.vae.config.scaling_factor).sample for frame in latents])
    frames = pipeline.image_processor.postprocess(images, output_type="pil")
    return latents.permute(1, 0, 2, 3).numpy(), pixels_of(frames)


def main(folder):
    torch.set_num_threads(1)
    pipeline = tiny_text2video_zero.build()
    with tempfile.TemporaryDirectory() as checkpoint:
        pipeline.save_pretrained(checkpoint)
        text2video_zero.export(text2video_zero.parser().parse_args([
            checkpoint, f"{folder}/package", "--id", "text2video-zero-tiny", "--name", "Text2Video-Zero, tiny", "--licence", "MIT",
            "--description", "Nearly random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "7", "--guidance", "3",
            "--max-frames", "12", "--t0", str(T0), "--t1", str(T1), "--motion-field", *map(str, MOTION)]))
    for name, case in CASES.items():
        write_run(f"{folder}/reference", name, *run(pipeline, case))
    write_cases(f"{folder}/reference", CASES)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
