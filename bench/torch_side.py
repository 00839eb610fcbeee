"""
The other side of `npm run bench -- engine`: the same models in torch, the same sizes, the same threads. Reads one JSON request a line
from stdin and answers each with one line on stdout:

    {"case": "pocket", "frames": 9, "width": 128, "height": 128, "steps": 8, "guidance": 3, "threads": 1}
    {"stepMs": 51.2, "decodeMsPerFrame": 12.9}

Times are those of this one run; the bench runs both sides by turns and takes medians. A first request of a case builds and warms it.
"""
import contextlib
import json
import os
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("POCKET_RUN", tempfile.mkdtemp(prefix="onionskin-bench-"))
sys.path[:0] = [f"{ROOT}/models/pocket", f"{ROOT}/models/export"]
PROMPT = "a red ball bouncing on a blue background"


def pocket():
    """models/pocket's own modules: float32, plain attention, as they were trained and exported."""
    import torch
    import sample
    import text
    models = sample.Models()

    @torch.inference_mode()
    def run(frames, width, height, steps, guidance):
        h, w = height // 32, width // 32
        x = sample.pack(torch.randn(1, 64, frames, h, w))
        where = sample.coordinates(frames, h, w).expand(2, -1, -1)
        hidden, mask = text.encode(models.tokenizer, models.encoder, ["", PROMPT])    # all 32 tokens, as the graph has them
        mask = mask.float()
        sigma = [*torch.linspace(1, 1 / steps, steps).tolist(), 0.0]
        start = time.perf_counter()
        for now, following in zip(sigma, sigma[1:]):
            timestep = torch.full((2, x.shape[1]), now * 1000)
            unguided, guided = models.transformer(torch.cat([x, x]), hidden, mask, timestep, where).chunk(2)
            x = x + (following - now) * (unguided + guidance * (guided - unguided))
        middle = time.perf_counter()
        models.decode(sample.unpack(x, frames, h, w))
        return middle - start, time.perf_counter() - middle

    return run


def animatediff():
    """diffusers' AnimateDiffPipeline over the tiny checkpoint. What its weights are does not change how long they take."""
    import torch
    import tiny_animatediff
    tiny_animatediff.TRAINING_STEPS = 1
    pipeline = tiny_animatediff.build()

    @torch.inference_mode()
    def run(frames, width, height, steps, guidance):
        marks = []

        def mark(_pipe, _step, _timestep, tensors):
            marks.append(time.perf_counter())
            return tensors

        options = dict(num_frames=frames, height=height, width=width, num_inference_steps=steps + 1, guidance_scale=guidance)
        latents = pipeline("the red ball", negative_prompt="", output_type="latent", callback_on_step_end=mark, **options).frames
        start = time.perf_counter()
        pipeline.decode_latents(latents)
        # From the end of the first step on: what is before it is not the loop's.
        return marks[-1] - marks[0], time.perf_counter() - start

    return run


def over(pipeline, call, decode):
    """From the first time the denoiser is asked until the pipeline gives latents; then what its own end does with them."""
    import torch
    denoiser = getattr(pipeline, "unet", None) or pipeline.transformer
    forward, began = denoiser.forward, []

    def marked(*args, **options):
        began.append(time.perf_counter())
        return forward(*args, **options)

    denoiser.forward = marked

    @torch.inference_mode()
    def run(**shape):
        began.clear()
        latents = call(pipeline, output_type="latent", **shape)
        middle = time.perf_counter()
        decode(pipeline, latents)
        return middle - began[0], time.perf_counter() - middle

    return run


def options(frames, width, height, steps, guidance):
    return dict(num_frames=frames, width=width, height=height, num_inference_steps=steps, guidance_scale=guidance)


def svd():
    from PIL import Image
    import svd_tiny
    import tiny_svd

    def call(pipeline, output_type, frames, width, height, steps, guidance):
        image = Image.fromarray(svd_tiny.picture(width, height))
        return pipeline(image=image, height=height, width=width, num_frames=frames, num_inference_steps=steps, max_guidance_scale=guidance, output_type=output_type).frames

    # As many frames at a time as the package says.
    return over(tiny_svd.build(), call, lambda pipeline, latents: pipeline.decode_latents(latents, latents.shape[1], svd_tiny.DECODE_CHUNK))


def unet3d():
    import tiny_unet3d
    tiny_unet3d.TRAINING_STEPS = 1
    call = lambda pipeline, output_type, **shape: pipeline("the red ball", output_type=output_type, **options(**shape)).frames  # noqa: E731
    return over(tiny_unet3d.build(), call, lambda pipeline, latents: pipeline.decode_latents(latents))


def text2video_zero():
    import text2video_zero_tiny
    import tiny_text2video_zero
    import torch
    tiny_text2video_zero.TRAINING_STEPS = 1

    def call(pipeline, output_type, frames, **shape):
        asked = {"video_length": frames, **options(frames, **shape), "t0": text2video_zero_tiny.T0, "t1": text2video_zero_tiny.T1}
        del asked["num_frames"]
        return pipeline("the red ball", output_type=output_type, **asked).images

    decode = lambda pipeline, latents: torch.cat([pipeline.vae.decode(frame[None] / pipeline.vae.config.scaling_factor).sample for frame in latents])  # noqa: E731
    return over(tiny_text2video_zero.build(), call, decode)


def wan():
    import tiny_wan
    call = lambda pipeline, output_type, **shape: pipeline(  # noqa: E731
        "the red ball", negative_prompt="", max_sequence_length=tiny_wan.TOKENS, output_type=output_type, **options(**shape)).frames
    return over(tiny_wan.build("text"), call, lambda pipeline, latents: pipeline.vae.decode(latents))


def ltx():
    import tiny_ltx
    call = lambda pipeline, output_type, **shape: pipeline(  # noqa: E731
        prompt="the red ball", negative_prompt="", max_sequence_length=tiny_ltx.TOKENS, output_type=output_type, **options(**shape)).frames
    return over(tiny_ltx.build("plain"), call, lambda pipeline, latents: pipeline.vae.decode(latents))


BUILDERS = {"pocket": pocket, "animatediff-tiny": animatediff, "svd-tiny": svd, "unet3d-tiny": unet3d, "text2video-zero-tiny": text2video_zero,
            "wan-tiny": wan, "ltx-tiny": ltx}


def main():
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        import torch
        import diffusers
        print(json.dumps({"torch": torch.__version__, "diffusers": diffusers.__version__}), file=answers, flush=True)
        runs = {}
        for line in sys.stdin:
            request = json.loads(line)
            name, threads, steps = request.pop("case"), request.pop("threads"), request["steps"]
            torch.set_num_threads(threads)
            if name not in runs:
                runs[name] = BUILDERS[name]()
                runs[name](**request)
            denoise, decode = runs[name](**request)
            answer = {"stepMs": denoise * 1000 / steps, "decodeMsPerFrame": decode * 1000 / request["frames"]}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
