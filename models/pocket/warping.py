"""
Warping error: how far two neighbouring frames differ once motion is taken out, by RIFE's optical flow (resources/interpolator).

Promises what rife's README asks for: the flow at t = 0.5 (never 0 or 1), refined by two Lucas-Kanade rounds because each
half of RIFE's flow is whole pixels. Frames are [3,H,W] in [0,1], H and W multiples of 32. The value is mean |difference|
of the two warped frames: about .0003 for a clean move, .03 and more for parts that boil or jump.
"""
import numpy as np
import onnxruntime as ort

ROUNDS, RADIUS, DAMPING = 2, 4, 1e-4


def open_flow(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def warp(image, flow):
    """out(y, x) = image(y + flow[1], x + flow[0]), bilinear, clamped at the border. image [3,H,W], flow [2,H,W]."""
    _, height, width = image.shape
    y, x = np.mgrid[0:height, 0:width]
    x, y = np.clip(x + flow[0], 0, width - 1), np.clip(y + flow[1], 0, height - 1)
    x0, y0 = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
    u, v = x - x0, y - y0
    top = image[:, y0, x0] * (1 - u) + image[:, y0, x0 + 1] * u
    bottom = image[:, y0 + 1, x0] * (1 - u) + image[:, y0 + 1, x0 + 1] * u
    return top * (1 - v) + bottom * v


def window_mean(v):
    """Mean over a (2·RADIUS+1)² window, edges repeated. [H,W]."""
    for axis in (0, 1):
        v = np.pad(v, [(RADIUS + 1, RADIUS) if a == axis else (0, 0) for a in (0, 1)], mode="edge").cumsum(axis)
        n = v.shape[axis]
        v = (np.take(v, range(2 * RADIUS + 1, n), axis) - np.take(v, range(n - 2 * RADIUS - 1), axis)) / (2 * RADIUS + 1)
    return v


def refine(first, second, flow):
    """flow [4,H,W]: to `first`, to `second`. Returns it with the part below a pixel added."""
    flow = flow.astype(np.float64)
    for _ in range(ROUNDS):
        a, b = warp(first, flow[:2]), warp(second, flow[2:])
        gy, gx = np.gradient((a + b) / 2, axis=(1, 2))
        xx, xy, yy, xt, yt = (window_mean((p * q).sum(0)) for p, q in ((gx, gx), (gx, gy), (gy, gy), (gx, b - a), (gy, b - a)))
        xx, yy = xx + DAMPING, yy + DAMPING
        move = np.clip(np.stack((xy * yt - yy * xt, xy * xt - xx * yt)) / (xx * yy - xy * xy), -1, 1)
        flow = flow + np.concatenate((-move / 2, move / 2))
    return flow


def pair_error(session, first, second):
    flow = session.run(["flow"], {"frame0": first[None], "frame1": second[None], "timestep": np.array([0.5], np.float32)})[0][0]
    flow = refine(first, second, flow)
    return float(np.abs(warp(first, flow[:2]) - warp(second, flow[2:])).mean())


def clip_error(session, clip):
    """clip [3,F,H,W] in [-1,1] -> mean over neighbouring frames."""
    frames = np.ascontiguousarray((np.asarray(clip, np.float32).transpose(1, 0, 2, 3) + 1) / 2)
    return float(np.mean([pair_error(session, a, b) for a, b in zip(frames, frames[1:])]))
