"""
Attention as one operator. torch's scaled_dot_product_attention exports as MatMul, Softmax, MatMul, which keeps every pair of
tokens in memory; ONNX Runtime's MultiHeadAttention goes through them in blocks (docs/adr/0037).
"""
import onnx
import onnxscript
import torch
from onnxscript import opset20 as op

Formal, Attribute = onnx.defs.OpSchema.FormalParameter, onnx.defs.OpSchema.Attribute
# The part of the operator's signature that is used.
MULTI_HEAD_ATTENTION = onnxscript.values.Op(onnxscript.values.Opset("com.microsoft", 1), "MultiHeadAttention", onnx.defs.OpSchema(
    "MultiHeadAttention", "com.microsoft", 1, inputs=[Formal(name, "T") for name in ("query", "key", "value")], outputs=[Formal("output", "T")],
    type_constraints=[("T", ["tensor(float)"], "")],
    attributes=[Attribute("num_heads", onnx.defs.OpSchema.AttrType.INT), Attribute("scale", onnx.defs.OpSchema.AttrType.FLOAT, required=False)]))


def fused_attention():
    """For torch.onnx.export's custom_translation_table."""

    def attention(query, key, value, attn_mask=None, dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False):
        if is_causal or enable_gqa:
            raise NotImplementedError("attention that looks back only, or shares keys, is in none of these models")
        heads, width = value.shape[1], value.shape[3]
        if attn_mask is not None:
            # Of a prompt's few tokens: what a mask is added to is small.
            scaled = op.Mul(query, op.Constant(value_float=scale or query.shape[3] ** -0.5))
            scores = op.Add(op.MatMul(scaled, op.Transpose(key, perm=[0, 1, 3, 2])), attn_mask)
            return op.MatMul(op.Softmax(scores, axis=-1), value)
        tokens = [op.Reshape(op.Transpose(part, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, heads * part.shape[3]])) for part in (query, key, value)]
        joined = MULTI_HEAD_ATTENTION(*tokens, num_heads=heads, **({} if scale is None else {"scale": scale}))
        return op.Transpose(op.Reshape(joined, op.Constant(value_ints=[0, 0, heads, width])), perm=[0, 2, 1, 3])

    return {torch.ops.aten.scaled_dot_product_attention.default: attention}
