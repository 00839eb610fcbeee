"""Runs diffusers' own schedulers and guiders and writes what they give to *.golden.json beside the TypeScript tests.

    python make_schedulers.py            writes the files
    python make_schedulers.py --check    writes nothing; fails if a stored file is not what diffusers gives today

One case = a configuration, a way to set the timesteps and a whole run: x0 = randn(1, 4, 4, 4) of seed 0 times
init_noise_sigma, the "model" is tanh(scaled input) * 0.5 + 0.01 * t / 1000, and step noise comes from the same generator.
Stored: all timesteps and sigmas, the first and last four values after the first and after the last step, and add_noise
at the middle step. Numbers are float32 in their shortest decimal form, so the tests get the same bits back.

Each case is run twice: with torch as it is, and with torch's float32 sqrt, log, exp, expm1 and tanh rounded correctly
("rounded"). The official wheel's are not (MKL; on one AMD EPYC 17 % of the square roots are one bit off) and differ
between processors. Against "rounded" the TypeScript has to be right to the bit; against the first, to 1e-6.
"""
import argparse
import contextlib
import itertools
import json
import pathlib
import sys
import warnings

import diffusers
import numpy as np
import torch

warnings.filterwarnings("ignore")
diffusers.logging.set_verbosity_error()
torch.set_num_threads(1)

TARGET = pathlib.Path(__file__).resolve().parents[2] / "src/core/diffusion/schedulers"
GUIDANCE_TARGET = TARGET.parent
SHAPE = (1, 4, 4, 4)
# Where a case cancels (sigma 4096 down to 12), another processor's square root shows this much.
CHECK_TOLERANCE = 2e-4
SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def number(value):
    value = np.float32(value)
    assert np.isfinite(value), "a case that diffusers cannot do is no golden"
    return int(value) if value == int(value) and abs(value) < 1e6 else float(str(value))


def numbers(values):
    return [number(v) for v in torch.as_tensor(np.asarray(values)).flatten().tolist()]


def ends(tensor):
    flat = tensor.detach().to(torch.float32).flatten().tolist()
    return [number(v) for v in flat[:4] + flat[-4:]]


@contextlib.contextmanager
def correctly_rounded():
    """torch's elementary functions on float32 tensors go through double."""

    def through_double(function):
        def wrapped(x, *args, **kwargs):
            if isinstance(x, torch.Tensor) and x.dtype == torch.float32:
                return function(x.double(), *args, **kwargs).float()
            return function(x, *args, **kwargs)

        return wrapped

    power = torch.Tensor.__pow__
    saved = [(torch.Tensor, "__pow__", power)]
    for name in ["sqrt", "log", "exp", "expm1", "tanh"]:
        saved += [(torch, name, getattr(torch, name)), (torch.Tensor, name, getattr(torch.Tensor, name))]
    for owner, name, function in saved[1:]:
        setattr(owner, name, through_double(function))
    torch.Tensor.__pow__ = lambda x, e: x.sqrt() if isinstance(e, float) and e == 0.5 else power(x, e)
    try:
        yield
    finally:
        for owner, name, function in saved:
            setattr(owner, name, function)


def run(name, class_name, config, how, step=None, mu=None, begin=0):
    case = run_once(name, class_name, config, how, step, mu, begin)
    with correctly_rounded():
        rounded = run_once(name, class_name, config, how, step, mu, begin)
    case["rounded"] = {key: rounded[key] for key in ("first", "last", "noised") if key in rounded}
    return case


def run_once(name, class_name, config, how, step, mu, begin):
    scheduler = getattr(diffusers, class_name).from_config(config)
    arguments = {"steps": "num_inference_steps"}
    given = {arguments.get(key, key): value for key, value in how.items()}
    if mu is not None:
        given["mu"] = mu
    if class_name == "UniPCMultistepScheduler" and "sigmas" in given:
        given["sigmas"] = np.array(given["sigmas"])  # it takes no list
    scheduler.set_timesteps(**given)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(SHAPE, generator=generator) * getattr(scheduler, "init_noise_sigma", 1.0)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)  # as pipelines do: of two equal timesteps the first is meant
    timesteps = scheduler.timesteps
    if class_name == "LTXEulerAncestralRFScheduler" and "sigmas" in given:
        timesteps = timesteps[:-1]  # diffusers keeps a last timestep 0, for which step() does nothing
    first = None
    step = step or {}
    kwargs = {"eta": "eta", "sChurn": "s_churn", "sNoise": "s_noise"}
    kwargs = {kwargs[key]: value for key, value in step.items()}
    takes_generator = class_name != "UniPCMultistepScheduler"
    for t in timesteps[begin:]:
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        output = torch.tanh(scaled) * 0.5 + 0.01 * float(t) / 1000
        if takes_generator:
            x = scheduler.step(output, t, x, generator=generator, **kwargs).prev_sample
        else:
            x = scheduler.step(output, t, x).prev_sample
        first = x if first is None else first
    case = {
        "name": name,
        "config": {"_class_name": class_name, **config},
        "how": how,
        "mu": mu,
        "step": step,
        "begin": begin,
        "timesteps": numbers(timesteps),
        "sigmas": numbers(scheduler.sigmas) if getattr(scheduler, "sigmas", None) is not None else None,
        "initNoiseSigma": number(getattr(scheduler, "init_noise_sigma", 1.0)),
        "first": ends(first),
        "last": ends(x),
    }
    noise = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))
    clean = torch.randn(SHAPE, generator=torch.Generator().manual_seed(2))
    t = timesteps[len(timesteps) // 2]
    # The run has left the scheduler at its end; now it has to find the index of t.
    scheduler._step_index = scheduler._begin_index = None
    if hasattr(scheduler, "add_noise"):
        case["noised"] = ends(scheduler.add_noise(clean, noise, t.reshape(1)))
    elif hasattr(scheduler, "scale_noise"):
        case["noised"] = ends(scheduler.scale_noise(clean, t.reshape(1), noise))
    return case


def product(class_name, base, options, steps, variants=(), **kwargs):
    """All combinations of `options` (key -> values) at each number of steps, then `variants` (config, how, extras)."""
    cases = []
    for values in itertools.product(*options.values()):
        for count in steps:
            config = {**base, **dict(zip(options, values))}
            label = ", ".join([*(v if isinstance(v, str) else f"{k} {v}" for k, v in config.items() if k in options), f"{count} steps"])
            cases.append(run(label, class_name, config, {"steps": count}, **kwargs))
    for name, config, how, extras in variants:
        cases.append(run(name, class_name, {**base, **config}, how, **extras))
    return cases


SPACINGS = ["leading", "trailing", "linspace"]
PREDICTIONS = ["epsilon", "v_prediction", "sample"]


def ddim():
    base = {**SD, "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}
    return product(
        "DDIMScheduler",
        base,
        {"timestep_spacing": SPACINGS, "prediction_type": PREDICTIONS},
        [1, 7, 25],
        [
            ("defaults", {}, {"steps": 6}, {}),
("begun late, as in video to video", {}, {"steps": 8}, {"begin": 3}),
            ("eta 1", {}, {"steps": 6}, {"step": {"eta": 1.0}}),
            ("eta 0.3, trailing, v", {"timestep_spacing": "trailing", "prediction_type": "v_prediction"}, {"steps": 9}, {"step": {"eta": 0.3}}),
            ("clipped", {"clip_sample": True, "clip_sample_range": 0.8, "set_alpha_to_one": True}, {"steps": 6}, {}),
            ("linear betas", {"beta_schedule": "linear"}, {"steps": 6}, {}),
            ("cosine betas", {"beta_schedule": "squaredcos_cap_v2"}, {"steps": 6}, {}),
            ("500 training steps", {"num_train_timesteps": 500}, {"steps": 6}, {}),
            ("zero SNR", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
        ],
    )


def ddpm():
    return product(
        "DDPMScheduler",
        {**SD, "clip_sample": False},
        {"timestep_spacing": SPACINGS, "prediction_type": PREDICTIONS},
        [1, 7, 25],
        [
            ("defaults", {"clip_sample": True}, {"steps": 6}, {}),
            ("fixed_large", {"variance_type": "fixed_large"}, {"steps": 6}, {}),
            ("fixed_small_log", {"variance_type": "fixed_small_log"}, {"steps": 6}, {}),
            ("linear betas, own timesteps", {"beta_schedule": "linear"}, {"timesteps": [999, 600, 300, 10]}, {}),
            ("zero SNR", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
            ("cosine betas", {"beta_schedule": "squaredcos_cap_v2"}, {"steps": 6}, {}),
        ],
    )


SVD = {
    **SD, "clip_sample": False, "interpolation_type": "linear", "num_train_timesteps": 1000,
    "prediction_type": "v_prediction", "set_alpha_to_one": False, "sigma_max": 700.0, "sigma_min": 0.002,
    "skip_prk_steps": True, "steps_offset": 1, "timestep_spacing": "leading", "timestep_type": "continuous",
    "trained_betas": None, "use_karras_sigmas": True,
}


def euler_discrete():
    return product(
        "EulerDiscreteScheduler",
        {**SD, "steps_offset": 1},
        {"timestep_spacing": SPACINGS, "prediction_type": PREDICTIONS},
        [1, 7, 20],
        [
            ("Stable Video Diffusion, 25 steps", SVD, {"steps": 25}, {}),
            ("Stable Video Diffusion, 6 steps", SVD, {"steps": 6}, {}),
            *[(f"{kind}, {n} steps", {f"use_{kind}_sigmas": True}, {"steps": n}, {}) for kind in ("karras", "exponential", "beta") for n in (2, 8, 20)],
            ("beta, own range", {"use_beta_sigmas": True, "sigma_min": 0.05, "sigma_max": 20.0}, {"steps": 9}, {}),
            ("final sigma_min", {"final_sigmas_type": "sigma_min"}, {"steps": 6}, {}),
            ("log_linear", {"interpolation_type": "log_linear"}, {"steps": 6}, {}),
("begun late, as in video to video", {"use_karras_sigmas": True}, {"steps": 8}, {"begin": 3}),
            ("zero SNR, v, trailing", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
            ("own sigmas", {}, {"sigmas": [14.6146, 6.0, 2.5, 1.0, 0.3, 0.0]}, {}),
            ("own timesteps", {}, {"timesteps": [999, 850, 500, 100]}, {}),
            ("churn", {}, {"steps": 6}, {"step": {"sChurn": 2.0, "sNoise": 1.003}}),
            ("linear betas", {"beta_schedule": "linear"}, {"steps": 6}, {}),
        ],
    )


def euler_ancestral():
    return product(
        "EulerAncestralDiscreteScheduler",
        {**SD, "steps_offset": 1},
        {"timestep_spacing": SPACINGS, "prediction_type": ["epsilon", "v_prediction"]},
        [1, 7, 20],
        [
            ("zero SNR, v, trailing", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
            ("linear betas", {"beta_schedule": "linear"}, {"steps": 6}, {}),
        ],
    )


def dpm_solver():
    base = {**SD, "steps_offset": 1}
    name = "DPMSolverMultistepScheduler"
    return (
        product(name, base, {"timestep_spacing": SPACINGS, "prediction_type": ["epsilon", "v_prediction"], "algorithm_type": ["dpmsolver++", "sde-dpmsolver++"]}, [1, 6, 20])
        + product(name, base, {"use_karras_sigmas": [True], "algorithm_type": ["dpmsolver++", "sde-dpmsolver++"], "final_sigmas_type": ["zero", "sigma_min"]}, [6, 20])
        + product(name, base, {"solver_order": [1, 3], "algorithm_type": ["dpmsolver++", "sde-dpmsolver++"]}, [6, 20])
        + product(name, base, {"solver_type": ["heun"], "algorithm_type": ["dpmsolver++", "sde-dpmsolver++"]}, [6])
        + product(name, {}, {"use_flow_sigmas": [True], "prediction_type": ["flow_prediction"], "flow_shift": [1.0, 5.0]}, [6, 20], [
            ("flow, SDE", {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0, "algorithm_type": "sde-dpmsolver++"}, {"steps": 8}, {}),
            ("flow, mu", {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "use_dynamic_shifting": True}, {"steps": 8}, {"mu": 0.9}),
        ])
        + product(name, base, {}, [], [
            ("exponential", {"use_exponential_sigmas": True}, {"steps": 8}, {}),
            ("beta", {"use_beta_sigmas": True}, {"steps": 8}, {}),
            ("not lower order at the end", {"lower_order_final": False, "final_sigmas_type": "sigma_min"}, {"steps": 6}, {}),
            ("euler at final", {"euler_at_final": True, "final_sigmas_type": "sigma_min"}, {"steps": 20}, {}),
("begun late, as in video to video", {"use_karras_sigmas": True}, {"steps": 8}, {"begin": 3}),
            ("cosine, clipped lambda", {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}, {"steps": 6}, {}),
            ("cosine, karras", {"beta_schedule": "squaredcos_cap_v2", "use_karras_sigmas": True}, {"steps": 6}, {}),
            ("own timesteps", {}, {"timesteps": [999, 800, 500, 250, 60]}, {}),
            ("sample prediction", {"prediction_type": "sample"}, {"steps": 6}, {}),
            ("zero SNR, v, trailing", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
        ])
    )


def unipc():
    base = {**SD, "steps_offset": 1}
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    name = "UniPCMultistepScheduler"
    return (
        product(name, base, {"timestep_spacing": SPACINGS, "prediction_type": PREDICTIONS}, [1, 6, 20])
        + product(name, flow, {"flow_shift": [1.0, 3.0, 5.0, 8.0]}, [1, 4, 6, 20, 50])
        + product(name, base, {"solver_order": [1, 3]}, [3, 8])
        # bh1 multiplies 0 by infinity where the last sigma is 0.
        + product(name, {**base, "final_sigmas_type": "sigma_min"}, {"solver_order": [1, 2, 3], "solver_type": ["bh1"]}, [3, 8])
        + product(name, base, {"use_karras_sigmas": [True], "final_sigmas_type": ["zero", "sigma_min"]}, [6, 20])
        + product(name, base, {}, [], [
            ("exponential", {"use_exponential_sigmas": True}, {"steps": 8}, {}),
            ("beta", {"use_beta_sigmas": True}, {"steps": 8}, {}),
            ("corrector off at the start", {"disable_corrector": [0, 1]}, {"steps": 8}, {}),
("begun late, as in video to video", {**flow, "flow_shift": 3.0}, {"steps": 8}, {"begin": 3}),
            ("flow karras", {**flow, "use_karras_sigmas": True, "sigma_min": 0.01, "sigma_max": 200.0}, {"steps": 8}, {}),
            ("flow, mu", {**flow, "use_dynamic_shifting": True}, {"steps": 8}, {"mu": 0.9}),
            ("flow, terminal", {**flow, "flow_shift": 3.0, "shift_terminal": 0.02}, {"steps": 8}, {}),
            ("flow, own sigmas", {**flow, "flow_shift": 2.0}, {"sigmas": [1.0, 0.75, 0.5, 0.25]}, {}),
            ("flow, sigma_min", {**flow, "flow_shift": 2.0, "final_sigmas_type": "sigma_min"}, {"steps": 8}, {}),
            ("zero SNR, v, trailing", {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
        ])
    )


def lcm():
    return product(
        "LCMScheduler",
        {},
        {"beta_schedule": ["linear", "scaled_linear"], "prediction_type": PREDICTIONS},
        [1, 4, 8],
        [
            ("50 steps", {}, {"steps": 50}, {}),
("begun late, as in video to video", {}, {"steps": 8}, {"begin": 3}),
            ("own timesteps", {}, {"timesteps": [999, 759, 499, 259]}, {}),
            ("clipped", {"clip_sample": True}, {"steps": 4}, {}),
            ("other distillation", {"original_inference_steps": 100, "timestep_scaling": 5.0}, {"steps": 6}, {}),
        ],
    )


def cogvideox_ddim():
    base = {"beta_schedule": "scaled_linear", "clip_sample": False, "set_alpha_to_one": True, "rescale_betas_zero_snr": True}
    return product(
        "CogVideoXDDIMScheduler",
        base,
        {"timestep_spacing": SPACINGS, "prediction_type": ["v_prediction", "sample"], "snr_shift_scale": [1.0, 3.0]},
        [6, 25],
        [
            # Epsilon cannot be turned into x0 at zero SNR: diffusers divides by 0.
            *[(f"{spacing} epsilon", {"rescale_betas_zero_snr": False, "timestep_spacing": spacing}, {"steps": 7}, {}) for spacing in SPACINGS],
            ("no rescaling, alpha of step 0", {"rescale_betas_zero_snr": False, "set_alpha_to_one": False, "steps_offset": 1}, {"steps": 6}, {}),
            ("linear betas", {"beta_schedule": "linear", "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, {"steps": 6}, {}),
        ],
    )


LTX_DISTILLED = [1.0, 0.9937, 0.9875, 0.9812, 0.975, 0.9094, 0.725, 0.4219, 0.0]


def ltx_rf():
    return product(
        "LTXEulerAncestralRFScheduler",
        {},
        {"eta": [0.0, 0.5, 1.0]},
        [1, 6, 20],
        [
            ("distilled sigmas", {}, {"sigmas": LTX_DISTILLED}, {}),
            ("less noise", {"s_noise": 0.8}, {"sigmas": LTX_DISTILLED}, {}),
            ("shift of the flow scheduler", {"shift": 3.0}, {"steps": 6}, {}),
        ],
    )


def flow_match_euler():
    name = "FlowMatchEulerDiscreteScheduler"
    return product(name, {}, {"shift": [1.0, 3.0, 7.0]}, [1, 6, 20], [
        ("LTX dynamic, terminal", {"use_dynamic_shifting": True, "shift_terminal": 0.1}, {"sigmas": np.linspace(1, 1 / 8, 8).tolist()}, {"mu": 1.5}),
        ("linear shift", {"use_dynamic_shifting": True, "time_shift_type": "linear"}, {"steps": 8}, {"mu": 1.5}),
        ("own sigmas", {}, {"sigmas": LTX_DISTILLED[:-1]}, {}),
        ("begun late, as in video to video", {"shift": 3.0}, {"steps": 8}, {"begin": 3}),
    ])


def alphas():
    """ᾱ of the ways to make betas, for the bit-exact test: sha256 over little-endian float32 (float64 for CogVideoX)."""
    import hashlib

    rows = []
    for config in [
        {**SD},
        {"beta_schedule": "linear"},
        {"beta_schedule": "linear", "beta_start": 0.00085, "beta_end": 0.012},
        {"beta_schedule": "squaredcos_cap_v2"},
        {**SD, "num_train_timesteps": 500},
        {**SD, "num_train_timesteps": 37},
        {**SD, "rescale_betas_zero_snr": True},
        {"beta_schedule": "linear", "rescale_betas_zero_snr": True},
    ]:
        with correctly_rounded():
            ac = diffusers.DDIMScheduler.from_config(config).alphas_cumprod
        rows.append({"config": {"_class_name": "DDIMScheduler", **config}, "ends": ends(ac), "sha256": hashlib.sha256(ac.numpy().astype("<f4").tobytes()).hexdigest()})
    return rows


def guidance():
    """diffusers' guiders on float32 [1, 4, 4, 4]."""
    from diffusers.guiders.adaptive_projected_guidance import MomentumBuffer, normalized_guidance
    from diffusers.guiders.classifier_free_zero_star_guidance import cfg_zero_star_scale
    from diffusers.guiders.guider_utils import rescale_noise_cfg

    draw = lambda seed: torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))
    pairs = [(draw(2 * k), draw(2 * k) + 0.3 * draw(2 * k + 1)) for k in range(4)]  # (uncond, cond) per step
    rows = {"rescale": [], "apg": [], "zeroStar": [], "steps": []}
    u, c = pairs[0]
    for scale, phi in [(7.5, 0.7), (3.0, 0.2), (12.0, 1.0), (1.5, 0.0)]:
        g = diffusers.guiders.ClassifierFreeGuidance(guidance_scale=scale, guidance_rescale=phi)
        rows["rescale"].append({"scale": scale, "rescale": phi, "out": ends(g.forward(c, u).pred)})
        assert torch.equal(g.forward(c, u).pred, rescale_noise_cfg(u + scale * (c - u), c, phi) if phi else u + scale * (c - u))
    for options in [
        {"scale": 7.5, "eta": 1.0, "normThreshold": 0.0, "momentum": None},
        {"scale": 7.5, "eta": 0.0, "normThreshold": 2.5, "momentum": -0.75},
        {"scale": 5.0, "eta": 0.5, "normThreshold": 15.0, "momentum": -0.5},
        {"scale": 10.0, "eta": 0.0, "normThreshold": 1.0, "momentum": 0.3},
    ]:
        buffer = None if options["momentum"] is None else MomentumBuffer(options["momentum"])
        outs = [normalized_guidance(c, u, options["scale"], buffer, options["eta"], options["normThreshold"]) for u, c in pairs]
        rows["apg"].append({**options, "outs": [ends(o) for o in outs]})
    for scale, zero_steps in [(7.5, 1), (3.0, 0), (5.0, 2)]:
        g = diffusers.guiders.ClassifierFreeZeroStarGuidance(guidance_scale=scale, zero_init_steps=zero_steps)
        outs = []
        for i, (u, c) in enumerate(pairs):
            g.set_state(step=i, num_inference_steps=4, timestep=torch.tensor(0))
            outs.append(g.forward(c, u).pred)
        alpha = cfg_zero_star_scale(pairs[0][1].flatten(1), pairs[0][0].flatten(1))
        rows["zeroStar"].append({"scale": scale, "zeroInitSteps": zero_steps, "alpha": number(alpha.item()), "outs": [ends(o) for o in outs]})
    for start, stop, count in [(0.0, 1.0, 7), (0.2, 0.8, 10), (0.1, 0.55, 25), (0.5, 0.5, 4)]:
        g = diffusers.guiders.ClassifierFreeGuidance(guidance_scale=5.0, start=start, stop=stop)
        on = []
        for i in range(count):
            g.set_state(step=i, num_inference_steps=count, timestep=torch.tensor(0))
            on.append(g._is_cfg_enabled())
        rows["steps"].append({"start": start, "stop": stop, "on": on})
    return rows


def beta_quantile():
    import scipy.stats

    p = [0.0, 1e-9, 0.001, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.6, 0.75, 0.9, 0.99, 0.999999, 1.0]
    return [[x, float(scipy.stats.beta.ppf(x, 0.6, 0.6))] for x in p]


FILES = {
    "ddim": ddim, "ddpm": ddpm, "euler-discrete": euler_discrete, "euler-ancestral-discrete": euler_ancestral,
    "dpm-solver-multistep": dpm_solver, "unipc-multistep": unipc, "lcm": lcm, "cogvideox-ddim": cogvideox_ddim,
    "ltx-euler-ancestral-rf": ltx_rf, "flow-match-euler": flow_match_euler,
}


def text(value):
    """One case per line: a diff shows which cases moved."""
    if isinstance(value, list):
        return "[\n" + ",\n".join("  " + json.dumps(row) for row in value) + "\n]\n"
    return "{\n" + ",\n".join(f'  "{key}": {json.dumps(rows)}' for key, rows in value.items()) + "\n}\n"


def is_same(new, old, tolerance=CHECK_TOLERANCE):
    """Lists of numbers agree within the tolerance of their largest; what is "rounded" or no number agrees exactly."""
    if isinstance(new, dict) and isinstance(old, dict):
        exact = ("rounded", "madeBy", "sha256")
        return new.keys() == old.keys() and all(is_same(new[k], old[k], 0 if k in exact else tolerance) for k in new)
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        if tolerance and new and all(type(v) in (int, float) for v in new + old):
            return max(abs(a - b) for a, b in zip(new, old)) <= tolerance * max(1e-30, *map(abs, old))
        return all(is_same(a, b, tolerance) for a, b in zip(new, old))
    return new == old


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the stored files, write nothing")
    check = parser.parse_args().check
    made_by = f"diffusers {diffusers.__version__}, torch {torch.__version__}"
    files = {TARGET / f"{name}.golden.json": make() for name, make in FILES.items()}
    files[TARGET / "noise-schedule.golden.json"] = {"madeBy": made_by, "alphas": alphas(), "betaQuantile": beta_quantile()}
    files[GUIDANCE_TARGET / "guidance.golden.json"] = guidance()
    wrong = []
    for path, value in files.items():
        new = text(value)
        if check:
            # Through JSON, so that both have been printed once.
            if not path.exists() or not is_same(json.loads(new), json.loads(path.read_text())):
                wrong.append(path.name)
        else:
            path.write_text(new)
            count = len(value) if isinstance(value, list) else sum(len(v) for v in value.values() if isinstance(v, list))
            print(f"{path.name}: {count} cases, {len(new) // 1024} kB")
    if wrong:
        sys.exit(f"not what {made_by} gives: {', '.join(wrong)}")


main()
