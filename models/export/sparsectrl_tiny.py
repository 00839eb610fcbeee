"""
The tiny SparseCtrl packages of the engine's tests, and what diffusers' own AnimateDiffSparseControlNetPipeline draws with their checkpoints:

    python sparsectrl_tiny.py ../../test/fixtures/sparsectrl-tiny [--references]

Writes photographs/ and drawings/ (packages by animatediff.py --control) and reference/: cases.json, and per case NAME.latents.npy [C,F,h,w]
and NAME.png, the frames below each other. `long` goes beyond the pipeline: network and UNet see one context after the other.
"""
import tempfile

import torch
from diffusers import AnimateDiffSparseControlNetPipeline, DDIMScheduler, EulerAncestralDiscreteScheduler
from PIL import Image

import animatediff
import tiny_animatediff
import tiny_sparsectrl
from animatediff_tiny import BETAS, CONTEXT, windowed, window_starts
from references import arguments, modes, pixels_of, write_cases, write_run

DDIM = ("DDIMScheduler", tiny_animatediff.SCHEDULER)
PLAIN = dict(package="photographs", prompt="the red ball and the ball", negative="on", seed=7, frames=8, width=32, height=32, steps=6, guidance=3.0,
             places=[], scale=1.0, scheduler=DDIM)
CASES = {
    "text": {**PLAIN, "frames": 16},
    "prior-frames": {**PLAIN, "places": [0, 1, 2], "seed": 8},
    "keyframes": {**PLAIN, "places": [0, 3, 7], "seed": 9, "scheduler": ("EulerAncestralDiscreteScheduler", BETAS)},
    "weak": {**PLAIN, "places": [0], "scale": 0.5, "seed": 10, "guidance": 1.0},
    "long": {**PLAIN, "places": [0, 5], "frames": 20, "steps": 3, "seed": 11},
    "drawings": {**PLAIN, "package": "drawings", "places": [2, 6], "seed": 12},
}
CLASSES = {c.__name__: c for c in (DDIMScheduler, EulerAncestralDiscreteScheduler)}


def in_contexts(pipeline):
    """Network and UNet see one context after the other, each with its own share of the known frames. Returns how to undo it."""
    network, unet, told = pipeline.controlnet.forward, pipeline.unet.forward, {}

    def remember(*_, **options):
        told.update(options)
        return [], None

    def predict(sample, timestep, text, span):
        own = {**told, **{name: told[name][:, :, span] for name in ("controlnet_cond", "conditioning_mask")}}
        down, mid = network(sample, timestep, **{**own, "encoder_hidden_states": text})
        return unet(sample, timestep, text, down_block_additional_residuals=down, mid_block_additional_residual=mid, return_dict=False)[0]

    pipeline.controlnet.forward, pipeline.unet.forward = remember, windowed(predict, window_starts)

    def undo():
        pipeline.controlnet.forward, pipeline.unet.forward = network, unet

    return undo


@torch.no_grad()
def run(pipeline, case, pictures):
    name, config = case["scheduler"]
    pipeline.scheduler = CLASSES[name](**config)
    places = case["places"]
    # Without known frames nothing is added.
    given = dict(conditioning_frames=[Image.fromarray(pictures[place]) for place in places], controlnet_frame_indices=places,
                 controlnet_conditioning_scale=case["scale"]) if places else dict(
                     conditioning_frames=[Image.new("RGB", (case["width"], case["height"]))], controlnet_frame_indices=[0], controlnet_conditioning_scale=0.0)
    undo = in_contexts(pipeline) if case["frames"] > CONTEXT else lambda: None
    latents = pipeline(case["prompt"], negative_prompt=case["negative"], num_frames=case["frames"], height=case["height"], width=case["width"],
                       num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                       output_type="latent", **given).frames
    undo()
    frames = pipeline.video_processor.postprocess_video(video=pipeline.decode_latents(latents), output_type="pil")[0]
    return latents[0].numpy(), pixels_of(frames)


def export(base, kind, folder):
    with tempfile.TemporaryDirectory() as checkpoint:
        tiny_animatediff.save(base, checkpoint)
        tiny_sparsectrl.build(kind).save_pretrained(f"{checkpoint}/control")
        animatediff.export(animatediff.parser().parse_args([
            checkpoint, f"{folder}/{kind}", "--control", f"{checkpoint}/control", "--id", f"sparsectrl-tiny-{kind}", "--name", f"SparseCtrl, tiny, {kind}",
            "--licence", "MIT", "--description", "Nearly random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half",
            "--steps", "6", "--guidance", "3"]))


def main(args):
    torch.set_num_threads(1)
    base = tiny_animatediff.build()
    base.vae.encode = modes(base.vae)
    reference, pictures = f"{args.folder}/reference", None
    pipelines = {}
    for kind in tiny_sparsectrl.KINDS:
        if not args.references:
            export(base, kind, args.folder)
        parts = {name: part for name, part in base.components.items() if name not in ("image_encoder", "feature_extractor")}
        pipelines[kind] = AnimateDiffSparseControlNetPipeline(**parts, controlnet=tiny_sparsectrl.build(kind))
        pipelines[kind].set_progress_bar_config(disable=True)
    for name, case in CASES.items():
        latents, frames = run(pipelines[case["package"]], case, pictures)
        pictures = frames if pictures is None else pictures
        write_run(reference, name, latents, frames)
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
