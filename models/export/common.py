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

import onnx
import onnxruntime as ort
import torch
import torch.nn as nn
from onnx import numpy_helper
from torch.export import Dim
from transformers import AutoTokenizer

from attention import fused_attention
from weights import BARS, MULTIPLIED, PARITY, with_weights

OPSET = 20
TABLE_FROM = 64 << 10        # bytes; equal tables of whole numbers from here on are stored once
EXTERNAL_FROM = 1_900 << 20  # bytes of weights; protobuf ends at 2 GiB
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


def merge_tables(model):
    """The exporter writes a table of distances out once per layer. (Matrices that are equal stay two: each is packed for its own use.)"""
    kept, replaced_by = {}, {}
    for table in list(model.graph.initializer):
        if table.data_type == onnx.TensorProto.INT64 and table.ByteSize() > TABLE_FROM:
            first = kept.setdefault((*table.dims, numpy_helper.to_array(table).tobytes()), table)
            if first is not table:
                replaced_by[table.name] = first.name
                model.graph.initializer.remove(table)
    for node in model.graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = replaced_by.get(name, name)


def trace(path, module, inputs, input_names, output_names, axes):
    """For modules whose shapes torch.export cannot follow: torch's older exporter. It leaves movedim's −1 in place, which ONNX does not know."""
    torch.onnx.export(module, inputs, path, input_names=input_names, output_names=output_names, dynamic_axes=axes, dynamo=False, opset_version=OPSET)
    model = onnx.load(path)
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Transpose" and attribute.name == "perm":
                attribute.ints[:] = [axis % len(attribute.ints) for axis in attribute.ints]
    onnx.save(model, path)


def write_graph(path, graph, weights, external_from=EXTERNAL_FROM):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    outputs = [graph.output] if isinstance(graph.output, str) else graph.output
    size = sum(p.numel() * 4 for p in graph.module.parameters())
    with contextlib.redirect_stdout(sys.stderr):
        if graph.traced:
            trace(path, graph.module, graph.inputs, graph.names, outputs, graph.shapes)
        else:
            torch.onnx.export(graph.module, graph.inputs, path, input_names=graph.names, output_names=outputs, dynamic_shapes=graph.shapes, dynamo=True,
                              opset_version=OPSET, external_data=size > EXTERNAL_FROM, custom_translation_table=fused_attention())
    model = onnx.load(path)
    if os.path.exists(path + ".data"):
        os.remove(path + ".data")
    model = with_weights(model, weights)
    merge_tables(model)
    drop_traces(model)
    size = sum(weight.ByteSize() for weight in model.graph.initializer)
    onnx.save(model, path, save_as_external_data=size > external_from, location=os.path.basename(path) + ".data", size_threshold=1024)


def flat(inputs):
    return [tensor for value in inputs for tensor in (value if isinstance(value, list) else [value])]


def share(found, expected):
    """The largest absolute difference, as a share of the largest absolute value."""
    return float((found - expected).abs().max() / expected.abs().max())


def decibels(found, expected):
    """How much louder the output is than what the export changed of it."""
    return float(10 * torch.log10(expected.square().mean() / (found - expected).square().mean().clamp(min=1e-30)))


@torch.no_grad()
def compared(path, module, inputs, input_names):
    """-> what the graph gives and what torch does, for each output."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = module(*inputs)
    found = session.run(None, {name: value.numpy() for name, value in zip(input_names, flat(inputs))})
    return [(torch.from_numpy(a), b) for a, b in zip(found, [expected] if isinstance(expected, torch.Tensor) else expected)]


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
    output: str | list             # the first one is what the engine asks for; a list: the others are memory
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
    parse.add_argument("--weights", choices=list(BARS), default="float32", help="how weights are stored; inputs, outputs and sums stay float32")
    parse.add_argument("--half", action="store_const", dest="weights", const="float16", help="the same as --weights float16")
    parse.add_argument("--exact-half", action="store_true", help="the weights are float16 numbers already: hold the halved graphs to the same bar")
    parse.add_argument("--external-from", type=int, default=EXTERNAL_FROM, metavar="BYTES", help="from how many bytes of weights on they go to model.onnx.data")
    parse.add_argument("--steps", type=int, default=steps)
    parse.add_argument("--guidance", type=float, default=guidance)
    parse.add_argument("--negative", default="")
    parse.add_argument("--max-frames", type=int, default=max_frames)
    return parse


def write_package(args, family, graphs, files, manifest, checks=None):
    """
    Writes the graphs, the tokenizer where the checkpoint has one, `files` and the manifest; prints the report and fails
    when a graph is over the bar. `manifest` is what the family says of itself; `checks` are more rows of the report, each
    from the package's folder to pairs of what it gives and what torch does.
    """
    shutil.rmtree(args.package, ignore_errors=True)
    report = []
    for name, graph in graphs.items():
        path, module, counterpart = f"{args.package}/{name}/model.onnx", graph.module.eval(), graph.counterpart or graph.module
        weights = args.weights if name in MULTIPLIED or args.weights in ("float32", "float16") else "float16"
        write_graph(path, graph._replace(module=module), weights, args.external_from)
        size = sum(os.path.getsize(file) for file in (path, path + ".data") if os.path.exists(file))
        pairs = [compared(path, counterpart, inputs, graph.names) for inputs in (graph.inputs, graph.others)]
        report.append((name, weights, size, *([max(share(*pair) for pair in outputs) for outputs in pairs]), min(decibels(*outputs[0]) for outputs in pairs)))
    for name, check in (checks or {}).items():
        pairs = check(args.package)
        report.append((name, "float16" if args.weights != "float32" else "float32", 0, *(share(*pair) for pair in pairs), min(decibels(*pair) for pair in pairs)))
    if os.path.isdir(f"{args.checkpoint}/tokenizer"):
        AutoTokenizer.from_pretrained(args.checkpoint, subfolder="tokenizer").save_pretrained(f"{args.package}/tokenizer")
    for path, value in files.items():
        write_json(f"{args.package}/{path}", value)
    found = package_files(args.package)
    write_json(f"{args.package}/onionskin.json", {
        "schemaVersion": 1, "id": args.id, "version": args.version, "name": args.name, "kind": "generator", "family": family,
        "licence": args.licence, "description": args.description, **manifest,
        "memoryMiB": max(64, sum(file["bytes"] for file in found) * (3 if args.weights == "float16" else 2) >> 20), "files": found,
    })
    print(f"{'graph':16} {'weights':8} {'kB':>8}  {'at the shapes of the export':>28}  {'at others':>10}  {'dB':>6}")
    for name, weights, size, same, other, db in report:
        print(f"{name:16} {weights:8} {size >> 10:8}  {same:28.1e}  {other:10.1e}  {db:6.1f}")
    for name, weights, _, same, other, _ in report:
        bar = PARITY if args.exact_half and weights == "float16" else BARS[weights]
        if max(same, other) > bar:
            sys.exit(f"{name} is further than {bar} from torch")
