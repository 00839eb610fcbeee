"""
An AnimateDiff checkpoint in diffusers' layout → a model package (docs/model-packages.md, family animatediff):

    python animatediff.py CHECKPOINT PACKAGE --id my-model --name "My model" [--motion ADAPTER] [--half]

CHECKPOINT is a Stable Diffusion 1.5 folder with the motion adapter in ADAPTER, or one whose unet is a UNetMotionModel
already. Ends with a parity report, graph by graph against torch at shapes the export has not seen, and fails when one of
them is over the bar.
"""
import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn as nn
from diffusers import AutoencoderKL, DDIMScheduler, MotionAdapter, UNet2DConditionModel, UNetMotionModel
from onnx import TensorProto, helper, numpy_helper
from torch.export import Dim
from transformers import AutoTokenizer, CLIPTextModel

OPSET = 20
HALVED_FROM = 512            # elements; smaller tensors stay float32
EXTERNAL_FROM = 1_900 << 20  # bytes of weights; protobuf ends at 2 GiB
PARITY = 1e-4                # of the largest absolute value of the output; 2e-2 with halved weights of a real checkpoint
PREVIEW_PICTURES = 48


class TextEncoder(nn.Module):
    """CLIP's text tower without a padding mask, as the pipeline calls it."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids):
        return self.encoder(input_ids=input_ids, attention_mask=None).last_hidden_state


class Unet(nn.Module):
    """One item of the batch: the studio runs the two halves of guidance one after the other."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


class Encoder(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.quant_conv(self.vae.encoder(sample))


class Decoder(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample):
        return self.vae.decoder(self.vae.post_quant_conv(latent_sample))


def load(folder, motion):
    with open(f"{folder}/unet/config.json") as file:
        is_motion = json.load(file)["_class_name"] == "UNetMotionModel"
    if is_motion:
        unet = UNetMotionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32)
    elif motion is None:
        sys.exit("this checkpoint has a plain UNet: name the motion adapter's folder with --motion")
    else:
        unet = UNetMotionModel.from_unet2d(UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32),
                                           MotionAdapter.from_pretrained(motion, torch_dtype=torch.float32))
    unet.set_default_attn_processor()
    text = CLIPTextModel.from_pretrained(folder, subfolder="text_encoder", torch_dtype=torch.float32, attn_implementation="eager")
    vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", torch_dtype=torch.float32)
    vae.set_default_attn_processor()
    return text.eval(), unet.eval(), vae.eval()


def graphs(text, unet, vae):
    """-> name -> (module, example inputs, input names, output name, dynamic shapes, inputs of other shapes for the report)."""
    channels, width = unet.config.in_channels, text.config.hidden_size
    length = text.config.max_position_embeddings
    frames, n = Dim("frames", min=2, max=unet.config.motion_max_seq_length), Dim("n", min=1, max=64)
    steps = 2 ** (len(unet.config.block_out_channels) - 1)
    half_height, half_width = Dim("half_height", min=1, max=512), Dim("half_width", min=1, max=512)
    height, wide = steps * half_height, steps * half_width

    def sample(count, h, w):
        return (torch.randn(1, channels, count, h * steps, w * steps), torch.tensor([731.0]), torch.randn(count, length, width))

    pixels = 2 ** (len(vae.config.block_out_channels) - 1)
    rows, columns = Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    ids = lambda: torch.randint(0, text.config.vocab_size, (1, length))  # noqa: E731
    return {
        "text_encoder": (TextEncoder(text), (ids(),), ["input_ids"], "last_hidden_state", None, (ids(),)),
        "unet": (Unet(unet), sample(5, 3, 4), ["sample", "timestep", "encoder_hidden_states"], "out_sample",
                 ({2: frames, 3: height, 4: wide}, None, {0: frames}), sample(16, 4, 3)),
        "vae_encoder": (Encoder(vae), (torch.randn(2, 3, 5 * pixels, 3 * pixels),), ["sample"], "latent_parameters",
                        ({0: n, 2: pixels * rows, 3: pixels * columns},), (torch.randn(3, 3, 4 * pixels, 6 * pixels),)),
        "vae_decoder": (Decoder(vae), (torch.randn(2, vae.config.latent_channels, 5, 3),), ["latent_sample"], "sample",
                        ({0: n, 2: rows, 3: columns},), (torch.randn(3, vae.config.latent_channels, 4, 6),)),
    }


def halve_weights(model):
    """Keep every larger float32 weight as float16 with a Cast behind it."""
    graph, casts = model.graph, []
    for weight in list(graph.initializer):
        # Position tables stay as they are, and so do masks, whose −3e38 float16 cannot hold.
        is_weight = weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) > HALVED_FROM and not weight.name.endswith(".pe")
        if is_weight and np.abs(numpy_helper.to_array(weight)).max() < 65504:
            graph.initializer.remove(weight)
            graph.initializer.append(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name + "_f16"))
            casts.append(helper.make_node("Cast", [weight.name + "_f16"], [weight.name], to=TensorProto.FLOAT, name=weight.name + "_cast"))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def drop_traces(model):
    """The exporter leaves source paths of this machine in the graph's notes, and shapes that the runtime finds itself."""
    for holder in (model, model.graph):
        del holder.metadata_props[:]
        holder.doc_string = ""
    del model.graph.value_info[:]
    for node in [*model.graph.node, *(n for f in model.functions for n in f.node)]:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
        value.doc_string = ""


def write_graph(path, module, inputs, input_names, output_name, shapes, half):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    weights = sum(p.numel() * 4 for p in module.parameters())
    with contextlib.redirect_stdout(sys.stderr):
        torch.onnx.export(module, inputs, path, input_names=input_names, output_names=[output_name], dynamic_shapes=shapes, dynamo=True,
                          opset_version=OPSET, external_data=weights > EXTERNAL_FROM)
    model = onnx.load(path)
    if half:
        halve_weights(model)
        weights //= 2
    drop_traces(model)
    if os.path.exists(path + ".data"):
        os.remove(path + ".data")
    onnx.save(model, path, save_as_external_data=weights > EXTERNAL_FROM, location=os.path.basename(path) + ".data")


@torch.no_grad()
def difference(path, module, inputs, input_names):
    """The largest absolute difference from torch, as a share of the largest absolute value."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = module(*inputs).numpy()
    found = session.run(None, {name: value.numpy() for name, value in zip(input_names, inputs)})[0]
    return float(np.abs(found - expected).max() / np.abs(expected).max())


@torch.no_grad()
def preview_matrix(vae):
    """Least squares from a latent cell to the mean colour of its pixels, over smooth random pictures."""
    generator = torch.Generator().manual_seed(1)
    pixels = 2 ** (len(vae.config.block_out_channels) - 1)
    coarse = torch.rand(PREVIEW_PICTURES, 3, 4, 4, generator=generator) * 2 - 1
    pictures = nn.functional.interpolate(coarse, size=(8 * pixels, 8 * pixels), mode="bilinear", align_corners=False)
    latents = torch.cat([vae.encode(picture[None]).latent_dist.mode() for picture in pictures]) * vae.config.scaling_factor
    colours = nn.functional.avg_pool2d(torch.cat([vae.decode(z[None] / vae.config.scaling_factor).sample for z in latents]).clamp(-1, 1), pixels)
    rows = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    rows = torch.cat([rows, torch.ones(len(rows), 1)], 1).double()
    solution = torch.linalg.lstsq(rows, colours.permute(0, 2, 3, 1).reshape(-1, 3).double(), driver="gelsd").solution
    return {"weight": [[round(v, 6) for v in row] for row in solution[:-1].tolist()], "bias": [round(v, 6) for v in solution[-1].tolist()]}


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def package_files(package):
    """What the manifest says of every file but itself."""
    files = []
    for root, _, names in os.walk(package):
        for name in names:
            path = os.path.join(root, name)
            if name != "onionskin.json":
                with open(path, "rb") as file:
                    data = file.read()
                files.append({"path": os.path.relpath(path, package).replace(os.sep, "/"), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    return sorted(files, key=lambda file: file["path"])


def manifest(package, args, text, unet, vae):
    files = package_files(package)
    grid = 2 ** (len(vae.config.block_out_channels) - 1) * 2 ** (len(unet.config.block_out_channels) - 1)
    side = unet.config.sample_size * 2 ** (len(vae.config.block_out_channels) - 1)
    return {
        "schemaVersion": 1, "id": args.id, "version": args.version, "name": args.name, "kind": "generator", "family": "animatediff",
        "licence": args.licence, "description": args.description,
        "frameGrid": {"multiple": 1, "plus": 0, "min": 2, "max": args.max_frames}, "sizeGrid": grid,
        "nativeSize": [side, side], "maxSize": [2 * side, 2 * side], "nativeRate": {"num": 8, "den": 1}, "nativeFrames": 16,
        "promptTokens": text.config.max_position_embeddings,
        "conditioning": {"text": True, "firstFrames": {"min": 1, "max": 8}, "laterImages": 1, "perFramePrompts": True},
        "defaults": {"steps": args.steps, "guidance": args.guidance, "negative": args.negative, "extensionPrefix": 4},
        "memoryMiB": max(64, sum(file["bytes"] for file in files) * (3 if args.half else 2) >> 20),
        "files": files,
    }


def export(args):
    text, unet, vae = load(args.checkpoint, args.motion)
    shutil.rmtree(args.package, ignore_errors=True)
    report, bar = [], PARITY if not args.half or args.exact_half else 2e-2
    for name, (module, inputs, input_names, output_name, shapes, others) in graphs(text, unet, vae).items():
        path = f"{args.package}/{name}/model.onnx"
        write_graph(path, module.eval(), inputs, input_names, output_name, shapes, args.half)
        report.append((name, os.path.getsize(path), difference(path, module, inputs, input_names), difference(path, module, others, input_names)))
    AutoTokenizer.from_pretrained(args.checkpoint, subfolder="tokenizer").save_pretrained(f"{args.package}/tokenizer")
    write_json(f"{args.package}/vae/config.json", {
        "_class_name": "AutoencoderKL", "latent_channels": vae.config.latent_channels, "scaling_factor": vae.config.scaling_factor,
        "spatial_compression_ratio": 2 ** (len(vae.config.block_out_channels) - 1), "temporal_compression_ratio": 1,
        "latents_mean": [0.0] * vae.config.latent_channels, "latents_std": [1.0] * vae.config.latent_channels,
    })
    scheduler = f"{args.checkpoint}/scheduler/scheduler_config.json"
    if args.scheduler == "animatediff":
        # Stable Diffusion's own PNDM was not what the motion adapters were trained with.
        config = dict(DDIMScheduler(beta_schedule="linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, timestep_spacing="linspace", steps_offset=1).config)
        config = {"_class_name": "DDIMScheduler", **{key: value for key, value in config.items() if not key.startswith("_")}}
    else:
        with open(scheduler) as file:
            config = json.load(file)
    write_json(f"{args.package}/scheduler/scheduler_config.json", config)
    write_json(f"{args.package}/preview.json", preview_matrix(vae))
    with open(f"{args.checkpoint}/model_index.json") as file:
        write_json(f"{args.package}/model_index.json", {**json.load(file), "_class_name": "AnimateDiffPipeline"})
    write_json(f"{args.package}/onionskin.json", manifest(args.package, args, text, unet, vae))

    print(f"{'graph':14} {'kB':>8}  {'at the shapes of the export':>28}  {'at others':>10}")
    for name, size, same, other in report:
        print(f"{name:14} {size >> 10:8}  {same:28.1e}  {other:10.1e}")
    if max(max(same, other) for *_, same, other in report) > bar:
        sys.exit(f"a graph is further than {bar} from torch")


def parser():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("checkpoint")
    parse.add_argument("package")
    parse.add_argument("--id", required=True, help="lower-case letters, digits, . _ -")
    parse.add_argument("--name", required=True)
    parse.add_argument("--version", default="1")
    parse.add_argument("--licence", default="see the checkpoint")
    parse.add_argument("--description", default="")
    parse.add_argument("--motion", help="folder of the motion adapter, for a checkpoint with a plain UNet")
    parse.add_argument("--half", action="store_true", help="store weights as float16; inputs and outputs stay float32")
    parse.add_argument("--exact-half", action="store_true", help="the weights are float16 numbers already: hold the halved graphs to the same bar")
    parse.add_argument("--scheduler", choices=["animatediff", "checkpoint"], default="animatediff")
    parse.add_argument("--steps", type=int, default=25)
    parse.add_argument("--guidance", type=float, default=7.5)
    parse.add_argument("--negative", default="")
    parse.add_argument("--max-frames", type=int, default=64, help="longer than 16 goes through overlapping windows of 16")
    return parse


if __name__ == "__main__":
    export(parser().parse_args())
