"""
The tiny Stable Video Diffusion package of the engine's tests, and what diffusers' own pipeline draws with its checkpoint:

    python svd_tiny.py ../../test/fixtures/svd-tiny [--references]

Writes package/ (svd.py) and reference/: cases.json, per case NAME.latents.npy [C,F,h,w] and NAME.png, the frames below
each other, and clip.json: pictures as CLIP is given them.
"""
import json
import tempfile

import numpy as np
import torch
from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import _resize_with_antialiasing
from PIL import Image

import svd
import tiny_svd
from references import arguments, pixels_of, write_cases, write_run

EULER = ("EulerDiscreteScheduler", tiny_svd.SCHEDULER)
DECODE_CHUNK = 3     # so that eight frames go in chunks of 3, 3 and 2
PLAIN = dict(seed=7, frames=8, width=32, height=32, steps=6, guidance=3.0, fps=7, bucket=127, noise=0.02, scheduler=EULER)
CASES = {
    "image": PLAIN,
    "motion": {**PLAIN, "seed": 8, "frames": 5, "width": 48, "fps": 24, "bucket": 40, "noise": 0.1, "guidance": 2.0},
    "no-guidance": {**PLAIN, "seed": 9, "frames": 3, "steps": 4, "guidance": 1.0},
}


def picture(width, height):
    """RGB bytes: ramps to the right and down, and rings that no resize leaves alone."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([255 * x // (width - 1), 255 * y // (height - 1), (x * x + y * y) % 256], -1).astype(np.uint8)


@torch.no_grad()
def run(pipeline, case):
    latents = pipeline(image=Image.fromarray(picture(case["width"], case["height"])), height=case["height"], width=case["width"], num_frames=case["frames"],
                       num_inference_steps=case["steps"], max_guidance_scale=case["guidance"], fps=case["fps"], motion_bucket_id=case["bucket"],
                       noise_aug_strength=case["noise"], generator=torch.Generator().manual_seed(case["seed"]), output_type="latent").frames
    video = pipeline.decode_latents(latents, case["frames"], DECODE_CHUNK)
    return latents[0].permute(1, 0, 2, 3).numpy(), pixels_of(pipeline.video_processor.postprocess_video(video=video, output_type="pil")[0])


def write_clip_pictures(path):
    """At 60 places spread over the resized picture: what the pipeline gives CLIP's normalisation, for sizes below and above CLIP's."""
    rows = []
    for width, height in [(32, 48), (224, 224), (300, 520), (1024, 576)]:
        image = torch.from_numpy(picture(width, height)).permute(2, 0, 1)[None].float() / 255
        resized = (_resize_with_antialiasing(image * 2.0 - 1.0, (224, 224)) + 1.0) / 2.0
        places = [(i * 2503) % resized.numel() for i in range(60)]
        rows.append({"width": width, "height": height, "places": places, "values": resized.flatten()[places].tolist()})
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def export(pipeline, folder):
    with tempfile.TemporaryDirectory() as checkpoint:
        pipeline.save_pretrained(checkpoint)
        svd.export(svd.parser().parse_args([
            checkpoint, f"{folder}/package", "--id", "svd-tiny", "--name", "Stable Video Diffusion, tiny", "--licence", "MIT",
            "--description", "Random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "6",
            "--size", "32", "32", "--max-frames", "12", "--decode-chunk", str(DECODE_CHUNK)]))


def main(args):
    torch.set_num_threads(1)
    pipeline = tiny_svd.build()
    if not args.references:
        export(pipeline, args.folder)
    reference = f"{args.folder}/reference"
    for name, case in CASES.items():
        write_run(reference, name, *run(pipeline, case))
    write_clip_pictures(f"{reference}/clip.json")
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
