"""
Muon for the matrices, Adam for everything else, in one optimiser.

Muon replaces a matrix's gradient by the nearest orthogonal matrix, found by five Newton–Schulz steps (Jordan et al. 2024,
kellerjordan.github.io/posts/muon). Here it learns several times faster per step than AdamW. Matrices of one shape are
stacked and turned together in bfloat16 where there is any, which is a fifth of a training step on two cores (NOTES.md).
"""
import torch

from precision import PRODUCTS

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonal(stack, steps=5):
    """[N,rows,columns] -> the same, every matrix with singular values near 1."""
    a, b, c = NEWTON_SCHULZ
    tall = stack.shape[1] > stack.shape[2]
    x = stack.mT if tall else stack
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(torch.bfloat16 if stack.is_cuda else PRODUCTS)
    for _ in range(steps):
        gram = x @ x.mT                                        # [N,rows,rows]
        x = a * x + (b * gram + c * gram @ gram) @ x
    x = x.float()
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """
    `matrices` turn by Muon (a convolution [O,I,3,3] counts as [O,9·I]); `others` by Adam. `scale` multiplies both rates; it and the count of
    steps may be tensors, so that a step can be recorded once and played again (gpu_transformer.py).
    """

    def __init__(self, matrices, others, rate, adam_rate, momentum=0.95, betas=(0.9, 0.95), decay=0.01):
        groups = [dict(params=list(matrices), muon=True, rate=rate), dict(params=list(others), muon=False, rate=adam_rate)]
        super().__init__(groups, dict(momentum=momentum, betas=betas, decay=decay, scale=1.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            for p in parameters:
                if not self.state[p]:
                    self.state[p]["mean"] = torch.zeros_like(p)
            (self.step_matrices if group["muon"] else self.step_others)(parameters, group)

    def step_matrices(self, parameters, group):
        rate, momentum = group["rate"] * group["scale"], group["momentum"]
        shapes = {}
        for p in parameters:
            shapes.setdefault((p.shape[0], p[0].numel()), []).append(p)
        for (rows, columns), alike in shapes.items():
            gradients, means = [p.grad for p in alike], [self.state[p]["mean"] for p in alike]
            torch._foreach_lerp_(means, gradients, 1 - momentum)
            updates = torch._foreach_lerp(gradients, means, momentum)                  # Nesterov's look ahead
            turned = orthogonal(torch.stack([u.reshape(rows, columns) for u in updates])) * max(1.0, rows / columns) ** 0.5
            torch._foreach_mul_(alike, 1 - rate * group["decay"])
            torch._foreach_sub_(alike, [t.reshape(p.shape) for p, t in zip(alike, turned * rate)])

    def step_others(self, parameters, group):
        rate, (beta1, beta2) = group["rate"] * group["scale"], group["betas"]
        for p in parameters:
            self.state[p].setdefault("square", torch.zeros_like(p))
        group.setdefault("count", 0)
        group["count"] += 1                                                        # a tensor's in place
        count = group["count"]
        states = [self.state[p] for p in parameters]
        gradients, means, squares = [p.grad for p in parameters], [s["mean"] for s in states], [s["square"] for s in states]
        torch._foreach_lerp_(means, gradients, 1 - beta1)
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - beta2)
        deviations = torch._foreach_sqrt(torch._foreach_mul(squares, 1 / (1 - beta2 ** count)))
        torch._foreach_add_(deviations, 1e-8)
        torch._foreach_sub_(parameters, torch._foreach_mul(torch._foreach_div(means, deviations), rate / (1 - beta1 ** count)))
