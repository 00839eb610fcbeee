"""
What every exporter needs: the parts that Stable Diffusion's relatives share, one ONNX graph from one module, how far it is
from torch, and the small files of a package.
"""
import argparse
import contextlib
import copy
import hashlib
import json
import math
import os
import shutil
import sys
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn as nn
from onnx import TensorProto, helper, numpy_helper
from torch.export import Dim
from transformers import AutoTokenizer

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


class Timesteps(nn.Module):
    """diffusers' Timesteps with its frequencies kept: another exp is a last bit off, which a timestep of 1000 multiplies."""

    def __init__(self, timesteps):
        super().__init__()
        half = timesteps.num_channels // 2
        exponent = -math.log(10000) * torch.arange(half, dtype=torch.float32) / (half - timesteps.downscale_freq_shift)
        self.register_buffer("frequencies", torch.exp(exponent)[None])

    def forward(self, timesteps):
        angles = timesteps[:, None].float() * self.frequencies
        return torch.cat([torch.cos(angles), torch.sin(angles)], -1)


def replaced(module, **parts):
    """A copy that shares the weights, with other parts in place of its own."""
    changed = copy.copy(module)
    changed._modules = {**module._modules, **parts}
    return changed


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


def trace(path, module, inputs, input_names, output_name, axes):
    """For modules whose shapes torch.export cannot follow: torch's older exporter. It leaves movedim's −1 in place, which ONNX does not know."""
    torch.onnx.export(module, inputs, path, input_names=input_names, output_names=[output_name], dynamic_axes=axes, dynamo=False, opset_version=OPSET)
    model = onnx.load(path)
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Transpose" and attribute.name == "perm":
                attribute.ints[:] = [axis % len(attribute.ints) for axis in attribute.ints]
    onnx.save(model, path)


def write_graph(path, module, inputs, input_names, output_name, shapes, half, traced=False):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    weights = sum(p.numel() * 4 for p in module.parameters())
    with contextlib.redirect_stdout(sys.stderr):
        trace(path, module, inputs, input_names, output_name, shapes) if traced else torch.onnx.export(module, inputs, path, input_names=input_names, output_names=[output_name] if isinstance(output_name, str) else output_name, dynamic_shapes=shapes, dynamo=True,
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
    outputs = module(*inputs)
    found = session.run(None, {name: value.numpy() for name, value in zip(input_names, inputs)})
    pairs = zip(found, [outputs] if torch.is_tensor(outputs) else outputs)
    return max(float(np.abs(mine - theirs.numpy()).max() / np.abs(theirs.numpy()).max()) for mine, theirs in pairs)


def colour_matrix(latents, colours):
    """Least squares from a latent cell to the mean colour of its pixels: [N,C,h,w] and [N,3,h,w]."""
    rows = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    rows = torch.cat([rows, torch.ones(len(rows), 1)], 1).double()
    solution = torch.linalg.lstsq(rows, colours.permute(0, 2, 3, 1).reshape(-1, 3).double(), driver="gelsd").solution
    return {"weight": [[round(v, 6) for v in row] for row in solution[:-1].tolist()], "bias": [round(v, 6) for v in solution[-1].tolist()]}


@torch.no_grad()
def preview_matrix(vae, **decoding):
    """For an autoencoder of single pictures, over smooth random ones."""
    generator = torch.Generator().manual_seed(1)
    pixels = picture_ratio(vae)
    coarse = torch.rand(PREVIEW_PICTURES, 3, 4, 4, generator=generator) * 2 - 1
    pictures = nn.functional.interpolate(coarse, size=(8 * pixels, 8 * pixels), mode="bilinear", align_corners=False)
    latents = torch.cat([vae.encode(picture[None]).latent_dist.mode() for picture in pictures]) * vae.config.scaling_factor
    colours = torch.cat([vae.decode(z[None] / vae.config.scaling_factor, **decoding).sample for z in latents])
    return colour_matrix(latents, nn.functional.avg_pool2d(colours.clamp(-1, 1), pixels))


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


class Graph(NamedTuple):
    """One ONNX file to be: what is traced, at which shapes, and what it is held against."""
    module: nn.Module
    inputs: tuple
    names: list
    output: object                 # its name, or a list of names
    shapes: object
    others: tuple                  # inputs of other shapes, for the report
    counterpart: nn.Module = None  # diffusers' own way, where the module is not it
    traced: bool = False           # shapes are then dynamic_axes: {input: {axis: name}}


def clip_text_graph(text):
    ids = lambda: torch.randint(0, text.config.vocab_size, (1, text.config.max_position_embeddings))  # noqa: E731
    return Graph(TextEncoder(text), (ids(),), ["input_ids"], "last_hidden_state", None, (ids(),))


def picture_ratio(vae):
    """Pixels per latent cell."""
    return 2 ** (len(vae.config.block_out_channels) - 1)


def picture_encoder_graph(vae):
    pixels, n = picture_ratio(vae), Dim("n", min=1, max=64)
    rows, columns = Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    return Graph(Encoder(vae), (torch.randn(2, 3, 5 * pixels, 3 * pixels),), ["sample"], "latent_parameters",
                 ({0: n, 2: pixels * rows, 3: pixels * columns},), (torch.randn(3, 3, 4 * pixels, 6 * pixels),))


def picture_decoder_graph(vae):
    n, rows, columns = Dim("n", min=1, max=64), Dim("rows", min=2, max=512), Dim("columns", min=2, max=512)
    return Graph(Decoder(vae), (torch.randn(2, vae.config.latent_channels, 5, 3),), ["latent_sample"], "sample",
                 ({0: n, 2: rows, 3: columns},), (torch.randn(3, vae.config.latent_channels, 4, 6),))


def picture_vae_config(vae):
    channels = vae.config.latent_channels
    return {"_class_name": type(vae).__name__, "latent_channels": channels, "scaling_factor": vae.config.scaling_factor,
            "spatial_compression_ratio": picture_ratio(vae), "temporal_compression_ratio": 1,
            "latents_mean": [0.0] * channels, "latents_std": [1.0] * channels}


def read_json(path):
    with open(path) as file:
        return json.load(file)


def parser(doc, *, steps, guidance, max_frames):
    parse = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("checkpoint")
    parse.add_argument("package")
    parse.add_argument("--id", required=True, help="lower-case letters, digits, . _ -")
    parse.add_argument("--name", required=True)
    parse.add_argument("--version", default="1")
    parse.add_argument("--licence", default="see the checkpoint")
    parse.add_argument("--description", default="")
    parse.add_argument("--half", action="store_true", help="store weights as float16; inputs and outputs stay float32")
    parse.add_argument("--exact-half", action="store_true", help="the weights are float16 numbers already: hold the halved graphs to the same bar")
    parse.add_argument("--steps", type=int, default=steps)
    parse.add_argument("--guidance", type=float, default=guidance)
    parse.add_argument("--negative", default="")
    parse.add_argument("--max-frames", type=int, default=max_frames)
    return parse


def write_package(args, family, graphs, files, manifest):
    """
    Writes the graphs, the tokenizer where the checkpoint has one, `files` and the manifest; prints the report and fails
    when a graph is over the bar. `manifest` is what the family says of itself.
    """
    shutil.rmtree(args.package, ignore_errors=True)
    report, bar = [], PARITY if not args.half or args.exact_half else 2e-2
    for name, graph in graphs.items():
        path, module, counterpart = f"{args.package}/{name}/model.onnx", graph.module.eval(), graph.counterpart or graph.module
        write_graph(path, module, graph.inputs, graph.names, graph.output, graph.shapes, args.half, graph.traced)
        report.append((name, os.path.getsize(path), *(difference(path, counterpart, inputs, graph.names) for inputs in (graph.inputs, graph.others))))
    if os.path.isdir(f"{args.checkpoint}/tokenizer"):
        AutoTokenizer.from_pretrained(args.checkpoint, subfolder="tokenizer").save_pretrained(f"{args.package}/tokenizer")
    for path, value in files.items():
        write_json(f"{args.package}/{path}", value)
    found = package_files(args.package)
    write_json(f"{args.package}/onionskin.json", {
        "schemaVersion": 1, "id": args.id, "version": args.version, "name": args.name, "kind": "generator", "family": family,
        "licence": args.licence, "description": args.description, **manifest,
        "memoryMiB": max(64, sum(file["bytes"] for file in found) * (3 if args.half else 2) >> 20), "files": found,
    })
    print(f"{'graph':14} {'kB':>8}  {'at the shapes of the export':>28}  {'at others':>10}")
    for name, size, same, other in report:
        print(f"{name:14} {size >> 10:8}  {same:28.1e}  {other:10.1e}")
    if max(max(same, other) for *_, same, other in report) > bar:
        sys.exit(f"a graph is further than {bar} from torch")
