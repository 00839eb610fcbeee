"""
How an exported graph keeps its weights: float32, float16 behind a Cast, or 8 or 4 bits in blocks of 32 with a scale each, which
ONNX Runtime multiplies as they are (MatMulNBits). Inputs, outputs and sums are float32 throughout.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

HALVED_FROM = 512            # elements; smaller tensors stay float32
BLOCK = 32                   # weights that share a scale
PARITY = 1e-4                # of the largest absolute value of an output
# How far a graph of a checkpoint may be from torch. Quantised ones are judged by the report's dB, and by what they draw.
BARS = {"float32": PARITY, "float16": 2e-2, "int8": 1e-1, "int4": 1.0}
# Graphs whose weights are nearly all multiplied as matrices; autoencoders are convolutions, which stay float16.
MULTIPLIED = ("text_encoder", "transformer", "transformer_2", "unet", "image_encoder")


def rows_first(graph, stored, name):
    """
    Look up the rows of a stored table before they become float32. Behind the table, a Cast folds when a session is built, and
    a vocabulary of 256,000 words would lie in memory as float32 for the few rows that a prompt reads.
    -> whether anything else still reads the table whole.
    """
    for at, node in reversed(list(enumerate(graph.node))):
        if node.op_type == "Gather" and node.input[0] == name and all(a.i == 0 for a in node.attribute):
            rows = node.output[0] + "_rows"
            graph.node.insert(at + 1, helper.make_node("Cast", [rows], [node.output[0]], to=TensorProto.FLOAT, name=node.name + "_cast"))
            node.input[0], node.output[0] = stored, rows
    return any(name in node.input for node in graph.node) or any(output.name == name for output in graph.output)


def halve_weights(model):
    """Keep every larger float32 weight as float16 with a Cast behind it, or behind the rows that are looked up in it."""
    graph, casts = model.graph, []
    for weight in list(graph.initializer):
        # Position tables stay as they are, and so do masks, whose −3e38 float16 cannot hold.
        is_weight = weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) > HALVED_FROM and not weight.name.endswith(".pe")
        if is_weight and np.abs(numpy_helper.to_array(weight)).max() < 65504:
            graph.initializer.remove(weight)
            graph.initializer.append(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name + "_f16"))
            if rows_first(graph, weight.name + "_f16", weight.name):
                casts.append(helper.make_node("Cast", [weight.name + "_f16"], [weight.name], to=TensorProto.FLOAT, name=weight.name + "_cast"))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def named_matrices(model):
    """Linear layers export as Gemm or as MatMul of a transposed weight: both become MatMul of a stored matrix, which quantises."""
    stored = {weight.name: weight for weight in model.graph.initializer}
    uses = [name for node in model.graph.node for name in node.input]
    for node in list(model.graph.node):
        if node.op_type == "Gemm" and node.input[1] in stored and uses.count(node.input[1]) == 1:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            if attributes.get("transA") or attributes.get("alpha", 1) != 1 or attributes.get("beta", 1) != 1:
                continue
            weight = stored[node.input[1]]
            if attributes.get("transB"):
                weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(numpy_helper.to_array(weight).T), weight.name))
            at = list(model.graph.node).index(node)
            product = node.output[0] + "_product"
            bias = node.input[2] if len(node.input) > 2 else None
            made = [helper.make_node("MatMul", [node.input[0], weight.name], [product if bias else node.output[0]], name=node.name + "_product")]
            if bias:
                made.append(helper.make_node("Add", [product, bias], [node.output[0]], name=node.name + "_bias"))
            model.graph.node.remove(node)
            for new in reversed(made):
                model.graph.node.insert(at, new)


def quantised(model, bits):
    named_matrices(model)
    quantizer = MatMulNBitsQuantizer(model, algo_config=DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, accuracy_level=1, bits=bits))
    quantizer.process()
    return quantizer.model.model


def with_weights(model, kind):
    if kind in ("int8", "int4"):
        model = quantised(model, int(kind[3:]))
    if kind != "float32":
        halve_weights(model)
    return model
