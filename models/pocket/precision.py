"""
Which number format products of matrices are computed in: bfloat16 where the processor has it, else float32.

With its own instructions bfloat16 is almost three times as fast as float32 (330 against 120 GFLOP/s on two threads); where
torch imitates it (no AVX-512 BF16, no AMX) it is a hundred times slower, so it is measured once instead of being asked for.
"""
import time

import torch

SIZE, ROUNDS = 256, 4


def seconds(dtype):
    a = torch.ones(SIZE, SIZE, dtype=dtype)
    a @ a                                          # the first product also pays for its kernel's choice
    began = time.perf_counter()
    for _ in range(ROUNDS):
        a @ a
    return time.perf_counter() - began


PRODUCTS = torch.bfloat16 if seconds(torch.bfloat16) < seconds(torch.float32) else torch.float32


def products():
    """Context in which matrix products and convolutions run in PRODUCTS."""
    return torch.autocast("cpu", torch.bfloat16, enabled=PRODUCTS == torch.bfloat16)
