"""
The tiny Wan packages of the engine's tests, and what diffusers' own pipelines draw with their checkpoints:

    python wan_tiny.py ../../test/fixtures/wan-tiny [--references]

Writes text/, image/ and vace/ (packages by wan.py) and reference/: cases.json, tokens.json, and per case NAME.latents.npy
[C,f,h,w] and NAME.png, the frames below each other.
"""
import tempfile
from types import SimpleNamespace

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler
from diffusers.pipelines.wan import pipeline_wan, pipeline_wan_i2v, pipeline_wan_vace
from PIL import Image

import tiny_wan
import wan
from references import arguments, pixels_of, write_cases, write_run, write_tokens

UNIPC = ("UniPCMultistepScheduler", tiny_wan.SCHEDULER)
EULER = ("FlowMatchEulerDiscreteScheduler", {"shift": 3.0})
PLAIN = dict(package="text", prompt="the red ball and the ball", negative="on", seed=7, frames=9, width=32, height=32, steps=6, guidance=3.0, known=0, later=None, scheduler=UNIPC)

CASES = {
    "text": PLAIN,
    "text-no-guidance": {**PLAIN, "guidance": 1.0, "frames": 5, "width": 48, "seed": 8},
    "text-euler": {**PLAIN, "scheduler": EULER, "height": 48, "frames": 13, "steps": 4, "seed": 9},
    "text-entities": {**PLAIN, "prompt": "  &lt;a&gt; red\n\tball &amp;amp; the blue ball ", "frames": 5, "steps": 3, "seed": 10},
    "first": {**PLAIN, "package": "image", "known": 1, "seed": 11},
    "first-and-last": {**PLAIN, "package": "image", "known": 1, "later": 8, "seed": 12},
    "first-no-guidance": {**PLAIN, "package": "image", "known": 1, "guidance": 1.0, "frames": 5, "seed": 13},
    "first-and-last-euler": {**PLAIN, "package": "image", "known": 1, "later": 4, "frames": 5, "scheduler": EULER, "steps": 4, "seed": 14},
    "vace-text": {**PLAIN, "package": "vace", "frames": 5, "steps": 4, "seed": 15},
    "vace-extension": {**PLAIN, "package": "vace", "known": 5, "seed": 16},
    "vace-first-and-later": {**PLAIN, "package": "vace", "known": 3, "later": 7, "scheduler": EULER, "steps": 4, "seed": 17},
}
# Prompts are cleaned without ftfy, which repairs wrongly decoded text: the studio's are typed. (The image pipeline fails where it is missing.)
for module in (pipeline_wan, pipeline_wan_i2v, pipeline_wan_vace):
    module.ftfy = SimpleNamespace(fix_text=lambda text: text)
CLASSES = {c.__name__: c for c in (FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler)}


def known_clip(case, pictures):
    """VACE's clip, [1,F,3,H,W] from 0 to 1, grey where nothing is known, and its mask: 1 = to be made."""
    places = [*range(case["known"]), *([] if case["later"] is None else [case["later"]])]
    clip = torch.full((1, case["frames"], 3, case["height"], case["width"]), 0.5)
    mask = torch.ones_like(clip)
    clip[0, places] = torch.from_numpy(pictures[places].copy()).permute(0, 3, 1, 2).float() / 255
    mask[0, places] = 0
    return {"video": clip, "mask": mask}


@torch.no_grad()
def run(pipeline, case, pictures):
    name, config = case["scheduler"]
    pipeline.scheduler = CLASSES[name](**config)
    options = {}
    if case["package"] == "vace":
        if case["known"]:
            options = known_clip(case, pictures)
    elif case["known"]:
        options["image"] = Image.fromarray(pictures[0])
    if case["later"] is not None and case["package"] != "vace":
        options["last_image"] = Image.fromarray(pictures[case["later"]])
    latents = pipeline(prompt=case["prompt"], negative_prompt=case["negative"], num_frames=case["frames"], height=case["height"], width=case["width"],
                       num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                       max_sequence_length=tiny_wan.TOKENS, output_type="latent", **options).frames
    # The end of the pipeline, which returns either the latents or the frames.
    mean, std = (torch.tensor(values)[None, :, None, None, None] for values in (pipeline.vae.config.latents_mean, pipeline.vae.config.latents_std))
    video = pipeline.vae.decode(latents / (1.0 / std) + mean, return_dict=False)[0]
    frames = pipeline.video_processor.postprocess_video(video, output_type="pil")[0]
    return latents[0].numpy(), pixels_of(frames)


PROMPTS = ["", " ", "the red ball and the ball", "The RED Ball!!!", "a1b22c333", "café naïve", "cafe\u0301", "日本語の文", "emoji 🎈🚀", "the red ball and " * 30,
           "x" * 100, "balling, balls", "ＦＵＬＬ ｗｉｄｔｈ", "two  spaces", "a ▁ b"]


def token_rows():
    words, _ = tiny_wan.tokenizer()
    return [{"prompt": prompt, "ids": words(prompt, padding="max_length", truncation=True, max_length=tiny_wan.TOKENS)["input_ids"]} for prompt in PROMPTS]


def export(pipelines, folder):
    for kind, pipeline in pipelines.items():
        with tempfile.TemporaryDirectory() as checkpoint:
            pipeline.save_pretrained(checkpoint)
            wan.export(wan.parser().parse_args([
                checkpoint, f"{folder}/{kind}", "--id", f"wan-tiny-{kind}", "--name", f"Wan, tiny, {kind}", "--licence", "MIT",
                "--description", "Random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "6", "--guidance", "3",
                "--tokens", str(tiny_wan.TOKENS), "--size", "64", "64", "--frames", "9", "--max-frames", "33"]))


def main(args):
    torch.set_num_threads(1)
    pipelines = {kind: tiny_wan.build(kind) for kind in ("text", "image", "vace")}
    if not args.references:
        export(pipelines, args.folder)
    reference = f"{args.folder}/reference"
    write_tokens(reference, token_rows())
    pictures = None
    for name, case in CASES.items():
        latents, frames = run(pipelines[case["package"]], case, pictures)
        pictures = frames if pictures is None else pictures
        write_run(reference, name, latents, frames)
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
