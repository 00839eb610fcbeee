"""
The tiny Wan packages of the engine's tests, and what diffusers' own pipelines draw with their checkpoints:

    python wan_tiny.py ../../test/fixtures/wan-tiny [--references]

Writes a package by wan.py for each kind of tiny_wan.py, and reference/: cases.json, tokens.json, and per case NAME.latents.npy
[C,f,h,w] and NAME.png, the frames below each other. Known frames are those that the run `pictures` drew at the same places.
"""
import tempfile
from types import SimpleNamespace

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler, WanImageToVideoPipeline, WanPipeline
from diffusers.pipelines.wan import pipeline_wan, pipeline_wan_i2v, pipeline_wan_vace
from PIL import Image

import tiny_wan
import wan
from references import arguments, pixels_of, write_cases, write_run, write_tokens

UNIPC = ("UniPCMultistepScheduler", tiny_wan.SCHEDULER)
EULER = ("FlowMatchEulerDiscreteScheduler", {"shift": 3.0})
PLAIN = dict(package="text", prompt="the red ball and the ball", negative="on", seed=7, frames=9, width=32, height=32, steps=6, guidance=3.0, known=0, later=None, scheduler=UNIPC,
             pictures="text")
TOKENS = {**PLAIN, "package": "ti2v", "width": 64, "height": 64, "pictures": "ti2v-text"}

CASES = {
    "text": PLAIN,
    "text-no-guidance": {**PLAIN, "guidance": 1.0, "frames": 5, "width": 48, "seed": 8},
    "text-euler": {**PLAIN, "scheduler": EULER, "height": 48, "frames": 13, "steps": 4, "seed": 9},
    "text-entities": {**PLAIN, "prompt": "  &lt;a&gt; red\n\tball &amp;amp; the blue ball ", "frames": 5, "steps": 3, "seed": 10},
    "first": {**PLAIN, "package": "image", "known": 1, "seed": 11},
    "first-and-last": {**PLAIN, "package": "image", "known": 1, "later": 8, "seed": 12},
    "first-no-guidance": {**PLAIN, "package": "image", "known": 1, "guidance": 1.0, "frames": 5, "seed": 13},
    "first-and-last-euler": {**PLAIN, "package": "image", "known": 1, "later": 4, "frames": 5, "scheduler": EULER, "steps": 4, "seed": 14},
    "first-two-scales": {**PLAIN, "package": "image", "known": 1, "guidance": 4.0, "second_guidance": 2.0, "seed": 29},
    "first-second-unguided": {**PLAIN, "package": "image", "known": 1, "second_guidance": 0.5, "frames": 5, "scheduler": EULER, "steps": 4, "seed": 30},
    "vace-text": {**PLAIN, "package": "vace", "frames": 5, "steps": 4, "seed": 15},
    "vace-extension": {**PLAIN, "package": "vace", "known": 5, "seed": 16},
    "vace-first-and-later": {**PLAIN, "package": "vace", "known": 3, "later": 7, "scheduler": EULER, "steps": 4, "seed": 17},
    "vace-keyframes": {**PLAIN, "package": "vace", "known": 1, "later": 8, "keyframes": [3, 6], "seed": 18},
    "vace-masks": {**PLAIN, "package": "vace", "known": 5, "keyframes": [7], "masked": [1, 2, 3, 7], "seed": 19},
    "vace-reference": {**PLAIN, "package": "vace", "references": [2], "frames": 5, "steps": 4, "seed": 20},
    "vace-references": {**PLAIN, "package": "vace", "known": 2, "masked": [1], "references": [4, 8], "scheduler": EULER, "steps": 4, "seed": 21},
    "vace-reference-shapes": {**PLAIN, "package": "vace", "references": [2, 5], "cut": [[16, 32], [27, 18]], "steps": 4, "seed": 31},
    "ti2v-text": {**TOKENS, "seed": 22},
    "ti2v-first": {**TOKENS, "known": 1, "seed": 23},
    "ti2v-first-euler": {**TOKENS, "known": 1, "scheduler": EULER, "frames": 13, "steps": 4, "guidance": 1.0, "seed": 24},
    "ti2v-extension": {**TOKENS, "known": 5, "seed": 25},
    "seeing-first": {**PLAIN, "package": "seeing", "known": 1, "seed": 26},
    "seeing-first-wide": {**PLAIN, "package": "seeing", "known": 1, "width": 48, "frames": 5, "scheduler": EULER, "steps": 4, "pictures": "text-no-guidance", "seed": 27},
    "seeing-first-and-last": {**PLAIN, "package": "seeing-two", "known": 1, "later": 8, "seed": 28},
}
# Prompts are cleaned without ftfy, which repairs wrongly decoded text: the studio's are typed. (The image pipeline fails where it is missing.)
for module in (pipeline_wan, pipeline_wan_i2v, pipeline_wan_vace):
    module.ftfy = SimpleNamespace(fix_text=lambda text: text)
CLASSES = {c.__name__: c for c in (FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler)}


class PrefixPipeline(WanImageToVideoPipeline):
    """A timestep per token allows any number of first frames; the pipeline is only given one. Its loop is its own."""

    first_frames = None

    def prepare_latents(self, image, *args, **options):
        latents, condition, mask = super().prepare_latents(image, *args, **options)
        if self.first_frames is not None:
            mean, std = statistics(self.vae)
            known = (self.vae.encode(self.first_frames).latent_dist.mode() - mean) * (1.0 / std)
            condition = torch.zeros_like(latents)
            condition[:, :, :known.shape[2]] = known
            mask[:, :, :known.shape[2]] = 0
        return latents, condition, mask


def statistics(vae):
    return (torch.tensor(values)[None, :, None, None, None] for values in (vae.config.latents_mean, vae.config.latents_std))


def tensor_of(pictures):
    """[F,3,H,W] from 0 to 1."""
    return torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float() / 255


def mask_of(case, frame):
    """[H,W]: white from the middle on, a little further to the left with each frame, under a dark grey border."""
    across = torch.arange(case["width"])[None].expand(case["height"], -1)
    mask = ((across + 2 * frame) % case["width"] >= case["width"] // 2).float()
    mask[:4] = 100 / 255
    return mask


def known_clip(case, pictures):
    """VACE's clip, [1,F,3,H,W] from 0 to 1, grey where nothing is known, and its mask: 1 = to be made."""
    places = [*range(case["known"]), *case.get("keyframes", []), *([] if case["later"] is None else [case["later"]])]
    clip = torch.full((1, case["frames"], 3, case["height"], case["width"]), 0.5)
    mask = torch.ones_like(clip)
    clip[0, places] = tensor_of(pictures[places])
    mask[0, places] = 0
    for frame in case.get("masked", []):
        mask[0, frame] = mask_of(case, frame)
    return {"video": clip, "mask": mask}


def conditions(case, pictures):
    """The pipeline's arguments for what is known."""
    if case["package"] != "vace":
        options = {"image": Image.fromarray(pictures[0])} if case["known"] else {}
        return options if case["later"] is None else {**options, "last_image": Image.fromarray(pictures[case["later"]])}
    options = known_clip(case, pictures) if case["known"] else {}
    return {**options, "reference_images": references(case, pictures)} if "references" in case else options


def references(case, pictures):
    """Whole pictures, or what is left of each when it is cut to a height and a width."""
    cut = case.get("cut", [pictures.shape[1:3]] * len(case["references"]))
    return [Image.fromarray(pictures[i][:height, :width]) for i, (height, width) in zip(case["references"], cut)]


@torch.no_grad()
def run(pipeline, case, pictures):
    name, config = case["scheduler"]
    pipeline.scheduler = CLASSES[name](**config)
    if case["package"] == "ti2v":
        parts = {name: part for name, part in pipeline.components.items() if not name.startswith("image_")}
        pipeline = (PrefixPipeline if case["known"] else WanPipeline)(**parts, expand_timesteps=True)
        pipeline.set_progress_bar_config(disable=True)
        if case["known"] > 1:
            pipeline.first_frames = tensor_of(pictures[:case["known"]]).permute(1, 0, 2, 3)[None] * 2 - 1
    latents = pipeline(prompt=case["prompt"], negative_prompt=case["negative"], num_frames=case["frames"], height=case["height"], width=case["width"],
                       num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                       max_sequence_length=tiny_wan.tokens_of(case["package"]), output_type="latent", **({"guidance_scale_2": case["second_guidance"]} if "second_guidance" in case else {}), **conditions(case, pictures)).frames
    # The end of the pipeline, which returns either the latents or the frames.
    mean, std = statistics(pipeline.vae)
    video = pipeline.vae.decode(latents[:, :, len(case.get("references", [])):] / (1.0 / std) + mean, return_dict=False)[0]
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
                "--tokens", str(tiny_wan.tokens_of(kind)), "--size", "64", "64", "--frames", "9", "--max-frames", "33",
                # One package has its autoencoder over whole clips, which the chunks of the others are held against.
                *(["--whole-clips"] if kind == "image" else [])]))


def main(args):
    torch.set_num_threads(1)
    pipelines = {kind: tiny_wan.build(kind) for kind in tiny_wan.KINDS}
    if not args.references:
        export(pipelines, args.folder)
    reference = f"{args.folder}/reference"
    write_tokens(reference, token_rows())
    drawn = {}
    for name, case in CASES.items():
        latents, drawn[name] = run(pipelines[case["package"]], case, drawn.get(case["pictures"]))
        write_run(reference, name, latents, drawn[name])
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
