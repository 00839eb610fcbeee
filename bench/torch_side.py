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


BUILDERS = {"pocket": pocket, "animatediff-tiny": animatediff}


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
