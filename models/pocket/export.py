"""
Write the package: four ONNX graphs, configs, tokenizer, preview matrix, manifest with hashes.

    python export.py PACKAGE --version 2        from checkpoint/ or the run's cooled weights
    python export.py PACKAGE --check            parity of the graphs with the float32 weights, at awkward shapes

Promises the graph contract of the LTX family, which the studio relies on:
  text_encoder  input_ids[B,L] int64, attention_mask[B,L] int64 -> last_hidden_state[B,L,384]
  transformer   hidden_states[B,S,64], encoder_hidden_states[B,L,384], encoder_attention_mask[B,S,L] (what each token reads, so that prompts
                may change from frame to frame), timestep[B,S] (σ·1000), video_coords[B,3,S] (seconds, pixels down, pixels right: where in the
                world a token lies when the camera moves, see moving.py) -> out_hidden_states[B,S,64] = ε − x₀
  vae_encoder   sample[B,3,F,H,W] in [-1,1] -> latent_parameters[B,128,F,H/32,W/32]: means, then log-variances of −30
  vae_decoder   latent_sample[B,64,F,h,w], denormalised -> sample[B,3,F,32·h,32·w]
Inputs and outputs are float32; weights are kept as float16, the text encoder's as int8, behind nodes that fold when a session is built.
"""
import argparse
import glob
import hashlib
import json
import os
import shutil

import numpy as np
import onnx
import onnxruntime as ort
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch.export import Dim

import text
import transformer
from sample import GUIDANCE, SHIFT, STEADY, STEPS, Models
from world import PocketWorld

OPSET = 20
HALVED_FROM = 512                      # elements; smaller tensors stay float32
EIGHT_BITS = ("text_encoder",)         # 17 instead of 34 MB; what it costs is in NOTES.md
CHECKED = {"text_encoder": 3e-2}       # largest difference to the float32 weights, relative to the largest value; else 2e-3
CONSTANT_LOG_VARIANCE = -30.0          # a sample of the encoder's distribution is its mean
PREVIEW_FROM, PREVIEW_CLIPS = 5_000_000, 400
NATIVE = dict(frames=9, size=128, fps=8)


class TextEncoder(nn.Module):
    """BERT's first layers with every shape spelled out."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        e = self.encoder.embeddings
        x = e.LayerNorm(e.word_embeddings(input_ids) + e.position_embeddings.weight[None, :input_ids.shape[1]] + e.token_type_embeddings.weight[0])
        bias = ((1 - attention_mask.float()) * -1e9)[:, None, None, :]
        for layer in self.encoder.encoder.layer:
            out = layer(x, attention_mask=bias)
            x = out[0] if isinstance(out, tuple) else out
        return x


class TransformerGraph(nn.Module):
    """The contract's order of inputs."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, hidden_states, encoder_hidden_states, encoder_attention_mask, timestep, video_coords):
        return self.network(hidden_states, encoder_hidden_states, encoder_attention_mask, timestep, video_coords)


class EncoderGraph(nn.Module):
    """Frames are folded into the batch; the second half of the output is a constant log-variance."""

    def __init__(self, autoencoder):
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, sample):
        batch, channels, frames, height, width = sample.shape
        z = self.autoencoder.encode(sample.transpose(1, 2).reshape(batch * frames, channels, height, width))
        z = z.reshape(batch, frames, 64, height // 32, width // 32).transpose(1, 2)                  # [B,64,F,h,w]
        return torch.cat([z, torch.full_like(z, CONSTANT_LOG_VARIANCE)], 1)


class DecoderGraph(nn.Module):
    def __init__(self, autoencoder):
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, latent_sample):
        batch, channels, frames, height, width = latent_sample.shape
        y = self.autoencoder.decode(latent_sample.transpose(1, 2).reshape(batch * frames, channels, height, width), frames)
        return y.reshape(batch, frames, 3, height * 32, width * 32).transpose(1, 2)                  # [B,3,F,H,W]


def graphs(models):
    """-> name -> (module, example inputs, input names, output name, dynamic shapes)."""
    batch, tokens, length, told = Dim("batch", min=1, max=64), Dim("tokens", min=2, max=65536), Dim("length", min=2, max=512), Dim("told", min=2, max=4096)
    auto = ({0: Dim.AUTO, 2: Dim.AUTO, 3: Dim.AUTO, 4: Dim.AUTO},)
    return {
        "text_encoder": (TextEncoder(models.encoder), (torch.ones(2, 32, dtype=torch.int64), torch.ones(2, 32, dtype=torch.int64)),
                         ["input_ids", "attention_mask"], "last_hidden_state", ({0: batch, 1: length}, {0: batch, 1: length})),
        "transformer": (TransformerGraph(models.transformer), (torch.randn(2, 144, 64), torch.randn(2, 32, 384), torch.ones(2, 144, 32), torch.rand(2, 144) * 1000, torch.rand(2, 3, 144)),
                        ["hidden_states", "encoder_hidden_states", "encoder_attention_mask", "timestep", "video_coords"], "out_hidden_states",
                        ({0: batch, 1: tokens}, {0: batch, 1: told}, {0: batch, 1: tokens, 2: told}, {0: batch, 1: tokens}, {0: batch, 2: tokens})),
        "vae_encoder": (EncoderGraph(models.autoencoder), (torch.randn(2, 3, 9, 128, 192),), ["sample"], "latent_parameters", auto),
        "vae_decoder": (DecoderGraph(models.autoencoder), (torch.randn(2, 64, 9, 4, 6),), ["latent_sample"], "sample", auto),
    }


def read_rows(graph, name):
    """Rows of a table of 8 bits, and of its scales, instead of rows of the table in float32."""
    for at, node in reversed(list(enumerate(graph.node))):
        if node.op_type == "Gather" and node.input[0] == name:
            ids, rows = node.input[1], node.output[0]
            graph.node.remove(node)
            for made in (helper.make_node("Mul", [rows + "_whole", rows + "_scale"], [rows], name=node.name + "_mul"),
                         helper.make_node("Gather", [name + "_scale", ids], [rows + "_scale"], name=node.name + "_scale"),
                         helper.make_node("Cast", [rows + "_i8"], [rows + "_whole"], to=TensorProto.FLOAT, name=node.name + "_cast"),
                         helper.make_node("Gather", [name + "_i8", ids], [rows + "_i8"], name=node.name + "_rows")):
                graph.node.insert(at, made)


def shrink_weights(path, eight_bits):
    """
    Keep every larger float32 weight as float16 with a Cast behind it; with `eight_bits`, every matrix as int8 with a scale
    for each row of a table and each column of a product's matrix, and a Mul behind the Cast. Both fold when a session is built,
    but for a table: there they are behind the rows that a prompt reads, so that the others stay 8 bits in memory.
    """
    model = onnx.load(path)
    graph, added = model.graph, []
    for weight in list(graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) <= HALVED_FROM:
            continue
        graph.initializer.remove(weight)
        name, values = weight.name, numpy_helper.to_array(weight)
        if eight_bits and values.ndim == 2:
            is_table = any(node.op_type == "Gather" and node.input[0] == name for node in graph.node)
            scale = np.maximum(np.abs(values).max(axis=1 if is_table else 0, keepdims=True), 1e-8) / 127      # [rows,1] or [1,columns]
            graph.initializer.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), name + "_i8"))
            graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), name + "_scale"))
            if is_table:
                read_rows(graph, name)
                continue
            added += [helper.make_node("Cast", [name + "_i8"], [name + "_whole"], to=TensorProto.FLOAT, name=name + "_cast"),
                      helper.make_node("Mul", [name + "_whole", name + "_scale"], [name], name=name + "_mul")]
        else:
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), name + "_f16"))
            added.append(helper.make_node("Cast", [name + "_f16"], [name], to=TensorProto.FLOAT, name=name + "_cast"))
    for node in reversed(added):
        graph.node.insert(0, node)
    onnx.save(model, path, save_as_external_data=False)


def drop_traces(path):
    """The exporter leaves source paths of this machine in the graph's notes; they are nobody's business and differ between machines."""
    model = onnx.load(path)
    for holder in (model, model.graph):
        del holder.metadata_props[:]
        holder.doc_string = ""
    for node in [*model.graph.node, *(n for f in model.functions for n in f.node)]:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
        value.doc_string = ""
    onnx.save(model, path, save_as_external_data=False)


def write_graphs(models, package, only):
    for name, (module, inputs, input_names, output_name, shapes) in graphs(models).items():
        if only and name not in only:
            continue
        os.makedirs(f"{package}/{name}", exist_ok=True)
        path = f"{package}/{name}/model.onnx"
        torch.onnx.export(module.eval(), inputs, path, input_names=input_names, output_names=[output_name], dynamic_shapes=shapes,
                          dynamo=True, opset_version=OPSET, external_data=False)
        shrink_weights(path, eight_bits=name in EIGHT_BITS)
        drop_traces(path)
        print(path, os.path.getsize(path) >> 10, "kB", flush=True)


@torch.no_grad()
def preview(models):
    """
    Normalised token [64] -> RGB of its 2 × 2 cells of 16 × 16 pixels, by least squares over drawn frames.
    -> weights [64,12], bias [12], R²; output order channel, row, column.
    """
    world, tokens, colors = PocketWorld(NATIVE["size"], 5), [], []
    mean, deviation = models.mean[:, :, 0], models.deviation[:, :, 0]                                 # [1,64,1,1]
    for seed in range(PREVIEW_FROM, PREVIEW_FROM + PREVIEW_CLIPS):
        frames = world.sample(seed)[0][:, ::2].transpose(0, 1)                                        # [3 frames,3,128,128]
        z = (models.autoencoder.encode(frames) - mean) / deviation
        tokens.append(z.permute(0, 2, 3, 1).reshape(-1, 64))
        colors.append(F.pixel_unshuffle(F.avg_pool2d(frames, 16), 2).permute(0, 2, 3, 1).reshape(-1, 12))
    x, y = torch.cat(tokens), torch.cat(colors)
    x = torch.cat([x, torch.ones(len(x), 1)], 1)
    fit = torch.linalg.lstsq(x, y).solution                                                           # [65,12]
    return fit[:-1], fit[-1], float(1 - (x @ fit - y).square().sum() / (y - y.mean(0)).square().sum())


def write_scheduler(package):
    """What the sampler is: it follows from no weights."""
    put(package, "scheduler/scheduler_config.json", {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": SHIFT, "use_dynamic_shifting": False, "shift_terminal": None})


def put(package, path, value):
    os.makedirs(os.path.dirname(f"{package}/{path}"), exist_ok=True)
    with open(f"{package}/{path}", "w") as file:
        file.write(json.dumps(value, indent=1) + "\n")


def write_configs(models, package):
    rounded = lambda values, digits: [round(float(v), digits) for v in values]
    put(package, "model_index.json", {
        "_class_name": "LTXConditionPipeline", "_diffusers_version": "0.42.1", "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "BertModel"], "tokenizer": ["transformers", "BertTokenizerFast"],
        "transformer": ["diffusers", "LTXVideoTransformer3DModel"], "vae": ["pocket", "Autoencoder"]})
    put(package, "transformer/config.json", {
        "_class_name": "LTXVideoTransformer3DModel", "in_channels": transformer.CHANNELS, "out_channels": transformer.CHANNELS, "patch_size": 1, "patch_size_t": 1,
        "num_attention_heads": transformer.HEADS, "attention_head_dim": transformer.WIDTH // transformer.HEADS, "cross_attention_dim": transformer.WIDTH,
        "num_layers": transformer.LAYERS, "caption_channels": transformer.TEXT_WIDTH, "absolute_positions": True})
    put(package, "text_encoder/config.json", {"_class_name": "BertModel", "hidden_size": text.WIDTH, "num_hidden_layers": text.LAYERS, "max_length": text.TOKENS})
    put(package, "vae/config.json", {
        "_class_name": "Autoencoder", "latent_channels": 64, "spatial_compression_ratio": 32, "temporal_compression_ratio": 1, "scaling_factor": 1.0,
        "latents_mean": rounded(models.mean.flatten(), 7), "latents_std": rounded(models.deviation.flatten(), 7)})
    weights, bias, r2 = preview(models)
    put(package, "preview.json", {
        "what": "normalised latent token [64] -> RGB in [-1, 1] of its 2 x 2 cells of 16 x 16 pixels; row-major weights [64][12] and bias [12], output order (channel, row, column)",
        "r2": round(r2, 4), "weight": [rounded(row, 5) for row in weights], "bias": rounded(bias, 5)})
    os.makedirs(f"{package}/tokenizer", exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(f"{text.folder()}/{name}", f"{package}/tokenizer/{name}")


def write_manifest(package, version):
    def entry(path):
        with open(path, "rb") as file:
            return {"path": os.path.relpath(path, package), "bytes": os.path.getsize(path), "sha256": hashlib.sha256(file.read()).hexdigest()}

    files = [entry(p) for p in sorted(glob.glob(f"{package}/**/*", recursive=True)) if os.path.isfile(p) and not p.endswith("onionskin.json")]
    manifest = {
        "schemaVersion": 1, "id": "pocket", "version": version, "name": "Pocket (toy world)", "kind": "generator", "family": "ltx",
        "licence": "MIT; text encoder and tokenizer: Apache-2.0 (sentence-transformers/all-MiniLM-L6-v2)",
        "description": "Trained for this project on drawn clips; simple subjects, colours and motions.",
        "frameGrid": {"multiple": 1, "plus": 0, "min": 1, "max": 17}, "sizeGrid": 32, "nativeSize": [NATIVE["size"]] * 2, "maxSize": [256, 256],
        "nativeRate": {"num": NATIVE["fps"], "den": 1}, "nativeFrames": NATIVE["frames"], "promptTokens": text.TOKENS,
        "conditioning": {"text": True, "firstFrames": {"min": 1, "max": 4}, "laterImages": 1, "carriesGiven": True, "perFramePrompts": True, "followsCamera": True},
        "defaults": {"steps": STEPS, "guidance": GUIDANCE, "guidanceRule": {"steady": STEADY}, "negative": "", "extensionPrefix": 4}, "memoryMiB": 400, "files": files}
    with open(f"{package}/onionskin.json", "w") as file:
        file.write(json.dumps(manifest, indent=1) + "\n")
    print(f"{sum(f['bytes'] for f in files) / 2 ** 20:.1f} MiB")


def drawn_latents(models):
    """Of a clip [1,64,9,4,4]: in noise nothing moves, and which way `follow.py` chooses there is chance, to the last bit."""
    clip = PocketWorld(NATIVE["size"], NATIVE["frames"]).sample(PREVIEW_FROM)[0]
    return models.autoencoder.encode(clip.transpose(0, 1)).transpose(0, 1)[None]


@torch.no_grad()
def check(models, package):
    """Largest difference of every graph to the float32 weights, absolute and relative to the largest value."""
    ids = lambda batch, length: models.tokenizer(["a red ball bouncing on the sea"] * batch, padding="max_length", max_length=length, return_tensors="pt")
    tokens = lambda batch, length: (ids(batch, length).input_ids, ids(batch, length).attention_mask)
    velocity = lambda b, s, l: (torch.randn(b, s, 64), torch.randn(b, l, 384), (torch.rand(b, s, l) > .3).float(), torch.rand(b, s) * 1000, torch.rand(b, 3, s) * torch.tensor([1.5, 128, 128])[:, None])
    cases = {"text_encoder": [tokens(1, 20), tokens(3, 32)], "transformer": [velocity(1, 160, 20), velocity(2, 144, 32), velocity(2, 240, 32)],
             "vae_encoder": [(torch.randn(*s).clamp(-1, 1),) for s in ((1, 3, 1, 128, 128), (1, 3, 5, 64, 96), (2, 3, 9, 128, 128))],
             "vae_decoder": [*((torch.randn(*s),) for s in ((1, 64, 1, 4, 4), (1, 64, 3, 2, 5))), (drawn_latents(models),)]}
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    for name, (module, _, input_names, _, _) in graphs(models).items():
        session = ort.InferenceSession(f"{package}/{name}/model.onnx", options, providers=["CPUExecutionProvider"])
        for inputs in cases[name]:
            feed = {n: v.numpy() for n, v in zip(input_names, inputs)}
            session.run(None, feed)
            got, want = session.run(None, feed)[0], module.eval()(*inputs).numpy()
            worst = np.abs(got - want).max()
            print(name, [tuple(v.shape) for v in inputs], f"max {worst:.1e}, relative {worst / np.abs(want).max():.1e}", flush=True)
            assert worst / np.abs(want).max() < CHECKED.get(name, 2e-3), f"{name}: the graph does not compute what the weights do"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--version")
    parser.add_argument("--only", nargs="+", help="graphs; or 'sampler': no graph, only how the package is sampled")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    models = Models()
    if not arguments.check:
        assert arguments.version, "--version: raise it whenever weights change"
        if arguments.only != ["sampler"]:
            write_graphs(models, arguments.package, arguments.only)
        write_scheduler(arguments.package)
        if not arguments.only:
            write_configs(models, arguments.package)         # they follow from the encoder
        write_manifest(arguments.package, arguments.version)
    check(models, arguments.package)
