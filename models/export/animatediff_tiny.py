"""
The tiny AnimateDiff package of the engine's tests, and what diffusers' own AnimateDiffPipeline draws with its checkpoint:

    python animatediff_tiny.py ../../test/fixtures/animatediff-tiny [--references]

Writes package/ (animatediff.py) and reference/: cases.json, tokens.json, and per case NAME.latents.npy [C,F,h,w] and NAME.png, the
frames below each other. `known`, `long` and `loop` go beyond the pipeline by what its own parts allow, and say how here; `over-*` are
AnimateDiffVideoToVideoPipeline's.
"""
import math
import tempfile

import torch
from PIL import Image
from diffusers import (AnimateDiffPipeline, AnimateDiffVideoToVideoPipeline, DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler,
                       LCMScheduler, UniPCMultistepScheduler)

import animatediff
import tiny_animatediff
from references import arguments, begin_with_known, pixels_of, put_known, write_cases, write_run, write_tokens

BETAS = dict(beta_schedule="linear", beta_start=0.00085, beta_end=0.012)
PLAIN = dict(prompt="the red ball and the ball", negative="on", seed=7, frames=16, width=32, height=32, steps=6, guidance=3.0, known=0, later=None)
CONTEXT, OVERLAP = 16, 4

CASES = {
    "ddim": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER)},
    "no-guidance": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER), "guidance": 1.0, "frames": 5, "width": 48},
    "euler": {**PLAIN, "scheduler": ("EulerDiscreteScheduler", {**BETAS, "timestep_spacing": "linspace"}), "height": 48, "frames": 8, "seed": 8},
    "dpm-karras": {**PLAIN, "scheduler": ("DPMSolverMultistepScheduler", {**BETAS, "use_karras_sigmas": True}), "seed": 9},
    "unipc": {**PLAIN, "scheduler": ("UniPCMultistepScheduler", BETAS), "seed": 10, "frames": 8},
    "euler-ancestral": {**PLAIN, "scheduler": ("EulerAncestralDiscreteScheduler", BETAS), "seed": 11, "frames": 8},
    "lcm": {**PLAIN, "scheduler": ("LCMScheduler", BETAS), "seed": 12, "steps": 4, "guidance": 1.5, "frames": 8},
    "known": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER), "seed": 13, "frames": 8, "known": 3},
    "first-and-last": {**PLAIN, "scheduler": ("DPMSolverMultistepScheduler", BETAS), "seed": 15, "frames": 8, "known": 1, "later": 7},
    "over-ddim": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER), "seed": 16, "frames": 8, "strength": 0.6},
    "over-euler": {**PLAIN, "scheduler": ("EulerDiscreteScheduler", {**BETAS, "timestep_spacing": "linspace"}), "seed": 17, "frames": 5, "strength": 1.0},
    "over-dpm": {**PLAIN, "scheduler": ("DPMSolverMultistepScheduler", BETAS), "seed": 18, "steps": 8, "strength": 0.5},
    "over-ancestral": {**PLAIN, "scheduler": ("EulerAncestralDiscreteScheduler", BETAS), "seed": 19, "frames": 8, "strength": 0.7},
    "over-lcm": {**PLAIN, "scheduler": ("LCMScheduler", BETAS), "seed": 20, "steps": 4, "guidance": 1.0, "frames": 8, "strength": 0.5},
    "loop": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER), "seed": 21, "steps": 4, "loop": True},
    "long-loop": {**PLAIN, "scheduler": ("EulerAncestralDiscreteScheduler", BETAS), "seed": 22, "frames": 23, "steps": 3, "loop": True},
    "long": {**PLAIN, "scheduler": ("DDIMScheduler", tiny_animatediff.SCHEDULER), "seed": 14, "frames": 27, "steps": 3},
}
CLASSES = {c.__name__: c for c in (DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, LCMScheduler, UniPCMultistepScheduler)}


def window_starts(frames):
    """Windows of CONTEXT frames that overlap by OVERLAP; the last one ends with the film."""
    if frames <= CONTEXT:
        return [0]
    starts = list(range(0, frames - CONTEXT, CONTEXT - OVERLAP))
    return [*starts, frames - CONTEXT]


def ring_starts(frames):
    """The same around a loop: evenly apart, at least two."""
    count = max(2, math.ceil(frames / (CONTEXT - OVERLAP)))
    return [i * frames // count for i in range(count)]


def windowed(predict, starts_of):
    """The UNet over overlapping windows; where they overlap, the mean with weights 1 … 8 8 … 1 (FreeNoise's pyramid)."""
    pyramid = torch.tensor([*range(1, CONTEXT // 2 + 1), *range(CONTEXT // 2, 0, -1)], dtype=torch.float32)

    def forward(sample, timestep, encoder_hidden_states, **_):
        frames = sample.shape[2]
        total, weights = torch.zeros_like(sample), torch.zeros(frames)
        text = encoder_hidden_states.reshape(sample.shape[0], frames, *encoder_hidden_states.shape[1:])
        for start in starts_of(frames):
            span = [(start + i) % frames for i in range(CONTEXT)]
            out = predict(sample[:, :, span], timestep, text[:, span].flatten(0, 1), span)
            total[:, :, span] += out * pyramid[None, None, :, None, None]
            weights[span] += pyramid
        return type("Output", (), {"sample": total / weights[None, None, :, None, None]})

    return forward


def drawn_over(pipeline, case, frames):
    """The film that is drawn over: the first run's frames. The steps before the first are not made."""
    return {"video": [Image.fromarray(frame) for frame in frames[:case["frames"]]], "strength": case["strength"]}


def keeper(known, noise, places):
    def on_step_end(pipe, step, _, tensors):
        put_known(pipe.scheduler, tensors["latents"], (known, noise, places), step + 1)
        return {"latents": tensors["latents"]}
    return on_step_end


@torch.no_grad()
def run(pipeline, case, first_frames):
    name, config = case["scheduler"]
    pipeline.scheduler = CLASSES[name](**config)
    options = {}
    places = [*range(case["known"]), *([] if case["later"] is None else [case["later"]])]
    if places:
        start, known, noise = begin_with_known(pipeline, case, first_frames[places], places)
        options = {"latents": start, "callback_on_step_end": keeper(known, noise, places)}
    forward = pipeline.unet.forward
    if case.get("loop") or case["frames"] > CONTEXT:
        pipeline.unet.forward = windowed(lambda sample, timestep, text, _: forward(sample, timestep, text, return_dict=False)[0], ring_starts if case.get("loop") else window_starts)
    call = pipeline
    if "strength" in case:
        call = AnimateDiffVideoToVideoPipeline(**pipeline.components)
        call.set_progress_bar_config(disable=True)
        options = drawn_over(pipeline, case, first_frames)
    else:
        options["num_frames"] = case["frames"]
    latents = call(prompt=case["prompt"], negative_prompt=case["negative"], height=case["height"], width=case["width"],
                   num_inference_steps=case["steps"], guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]),
                   output_type="latent", **options).frames
    pipeline.unet.forward = forward
    video = pipeline.decode_latents(latents)
    frames = pipeline.video_processor.postprocess_video(video=video, output_type="pil")[0]
    return latents[0].numpy(), pixels_of(frames)


PROMPTS = ["", " ", "the red ball and the ball", "The RED Ball!!!", "  two\n\tspaces  ", "it's the ball's, isn't it? we're", "a1b22c333", "café naïve Ünïcode",
           "cafe\u0301", "日本語の文", "emoji 🎈🚀 👩\u200d👩\u200d👧", "&lt;b&gt; &amp; <b>", "the red ball and " * 60, "x" * 500, "(masterpiece:1.2), [best|worst]",
           "don't can't I'll I'd", "<|endoftext|> the", "\u200bzero\u200dwidth", "ＦＵＬＬ ｗｉｄｔｈ", "ǅ İstanbul ß ẞ"]


def token_rows():
    words, _ = tiny_animatediff.tokenizer()
    return [{"prompt": prompt, "ids": words(prompt, padding="max_length", truncation=True, max_length=77)["input_ids"]} for prompt in PROMPTS]


def export(pipeline, folder):
    with tempfile.TemporaryDirectory() as checkpoint:
        tiny_animatediff.save(pipeline, checkpoint)
        animatediff.export(animatediff.parser().parse_args([
            checkpoint, f"{folder}/package", "--id", "animatediff-tiny", "--name", "AnimateDiff, tiny", "--licence", "MIT",
            "--description", "Nearly random weights, for tests: it draws nothing that means anything.", "--half", "--exact-half", "--steps", "6", "--guidance", "3"]))


def main(args):
    torch.set_num_threads(1)
    pipeline = tiny_animatediff.build()
    if not args.references:
        export(pipeline, args.folder)
    reference = f"{args.folder}/reference"
    write_tokens(reference, token_rows())
    first = None
    for name, case in CASES.items():
        latents, frames = run(pipeline, case, first)
        first = frames if first is None else first
        write_run(reference, name, latents, frames)
    write_cases(reference, CASES)


if __name__ == "__main__":
    main(arguments(__doc__))
