"""What the stages on a GPU share. Without one they run on the processor, slowly: to try them."""
import torch
import torch.nn.functional as F

from gpu_pool import CELL
from train_autoencoder import GRADIENT, SQUARED, edges_error

SUBJECT = 3.0                                # so many times a pixel with a subject counts
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cudnn.benchmark = True
torch.set_float32_matmul_precision("high")


def products():
    """Context in which matrix products and convolutions run in bfloat16, as `precision.products` on processors."""
    return torch.autocast(DEVICE, torch.bfloat16, enabled=DEVICE == "cuda")


def compile_each(network, kind):
    """Compile every module of a kind on its own, for each shape it meets: alike ones share what is compiled."""
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 4096
    for module in network.modules():
        if isinstance(module, kind):
            module.compile(dynamic=False)


def subject_weights(cover):
    """Silhouettes uint8 [N,H/CELL,W/CELL] -> how much every pixel counts, 1 … SUBJECT, [N,1,H,W]."""
    return 1 + (SUBJECT - 1) / 255 * F.interpolate(cover[:, None].float(), scale_factor=CELL, mode="bilinear")


def weighted_error(error, share):
    """`train_autoencoder.picture_error` with a share [N,1,H,W] of mean 1 for every pixel. -> loss, squared error of every value."""
    squared = error.square()
    return (share * (error.abs() + SQUARED * squared)).mean() + GRADIENT * edges_error(error), squared.detach()


def decibels(squared):
    """Mean squared errors of values in [-1,1] -> their mean PSNR in dB."""
    return round(float(-10 * torch.log10(squared / 4).mean()), 2)
