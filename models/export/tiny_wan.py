"""
Random Wan checkpoints of some ten thousand weights, built from diffusers' own classes and saved in diffusers' layout:

    python tiny_wan.py CHECKPOINT [--kind text|image|vace|ti2v|seeing|seeing-two]

They draw nothing that means anything. Weights are multiples of what float16 can hold, so a package with halved weights
gives the numbers of these checkpoints.
"""
import argparse

import torch
from diffusers import (AutoencoderKLWan, UniPCMultistepScheduler, WanImageToVideoPipeline, WanPipeline, WanTransformer3DModel,
                       WanVACEPipeline, WanVACETransformer3DModel)
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModel, PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

KINDS = {
    "text": "a film from text",
    "image": "two experts, goes on from a first image or between two",
    "vace": "text, frames at any place, masks, references",
    "ti2v": "a timestep per token and the autoencoder of 16×16×4: text, or any first frames",
    "seeing": "Wan 2.1's kind for a first image, which CLIP sees too",
    "seeing-two": "the same for a first and a last image",
}
WIDTH, TOKENS, LATENTS, SIGHT = 32, 32, 4, dict(image_size=224, patch_size=28)


def tokens_of(kind):
    """diffusers' transformer takes the last 512 tokens for the text where CLIP's come before them."""
    return 512 if kind.startswith("seeing") else TOKENS


# What the checkpoints for 480 lines name.
SCHEDULER = dict(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0)


def tokenizer():
    """UMT5's kind: unigrams over ▁-marked words, </s> behind."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(piece, -4.0) for piece in ("▁the", "▁red", "▁ball", "▁and", "▁a", "▁on", "ing", "▁blue")]
    pieces += [(letter, -8.0) for letter in "▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'&<>éï日本"]
    core = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    core.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(pattern=Regex(" {2,}"), content=" ")])
    core.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    core.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=core, eos_token="</s>", unk_token="<unk>", pad_token="<pad>", model_max_length=TOKENS), len(pieces)


def transformers(kind):
    """One, or Wan 2.2's two experts: the first has the noisy steps, the second the rest."""
    config = dict(patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=16, in_channels=LATENTS, out_channels=LATENTS, text_dim=WIDTH, freq_dim=32,
                  ffn_dim=64, num_layers=2, rope_max_seq_len=64)
    beside = {**config, "in_channels": 2 * LATENTS + 4}
    if kind in ("text", "ti2v"):
        return [WanTransformer3DModel(**config)]
    if kind == "image":
        return [WanTransformer3DModel(**beside) for _ in range(2)]
    if kind == "vace":
        return [WanVACETransformer3DModel(**config, vace_layers=[0, 1], vace_in_channels=2 * LATENTS + 64)]
    places = 2 * ((SIGHT["image_size"] // SIGHT["patch_size"]) ** 2 + 1) if kind == "seeing-two" else None
    return [WanTransformer3DModel(**beside, image_dim=WIDTH, added_kv_proj_dim=2 * 16, pos_embed_seq_len=places)]


def autoencoder(kind):
    statistics = dict(latents_mean=[0.1, -0.2, 0.05, 0.3], latents_std=[0.8, 1.1, 0.9, 1.3])
    layers = dict(z_dim=LATENTS, dim_mult=[1, 2, 4, 4], num_res_blocks=1, temperal_downsample=[False, True, True])
    if kind != "ti2v":
        return AutoencoderKLWan(base_dim=4, **layers, **statistics)
    return AutoencoderKLWan(base_dim=4, decoder_base_dim=5, **layers, **statistics, is_residual=True, in_channels=12, out_channels=12, patch_size=2, scale_factor_spatial=16)


def build(kind):
    torch.manual_seed(21)
    words, count = tokenizer()
    # Distances of 512 tokens for few heads are small enough that the exporter writes them out as a table of megabytes.
    heads = 16 if kind.startswith("seeing") else 4
    text = UMT5EncoderModel(UMT5Config(vocab_size=count, d_model=WIDTH, d_kv=8, d_ff=2 * WIDTH, num_layers=2, num_heads=heads, relative_attention_num_buckets=8,
                                       relative_attention_max_distance=16, pad_token_id=0, eos_token_id=1, feed_forward_proj="gated-gelu"))
    vae = autoencoder(kind)
    experts = transformers(kind)
    # Behind the others, so that those of all kinds have the same weights.
    eyes = CLIPVisionModel(CLIPVisionConfig(hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=3, num_attention_heads=2, **SIGHT))
    with torch.no_grad():
        text.shared.weight.mul_(3)                  # two prompts differ enough to be told apart
        vae.decoder.conv_out.weight.mul_(0.4 if kind == "ti2v" else 0.7)    # the frames use the range of grey levels and are not cut off
        for expert in experts:
            for layer in [block.attn2.add_v_proj for block in expert.blocks if block.attn2.add_v_proj is not None]:
                layer.weight.mul_(8)                # what CLIP sees counts
            if (places := getattr(expert.condition_embedder.image_embedder, "pos_embed", None)) is not None:
                places.copy_(torch.randn(places.shape))
        for model in (text, vae, eyes, *experts):
            for parameter in model.parameters():
                parameter.copy_(parameter.half().float())
    parts = dict(tokenizer=words, text_encoder=text.eval(), vae=vae.eval(), transformer=experts[0].eval(), scheduler=UniPCMultistepScheduler(**SCHEDULER))
    if kind == "image":
        pipeline = WanImageToVideoPipeline(**parts, transformer_2=experts[1].eval(), boundary_ratio=0.9, image_encoder=None, image_processor=None)
    elif kind == "ti2v":
        pipeline = WanImageToVideoPipeline(**parts, image_encoder=None, image_processor=None, expand_timesteps=True)
    elif kind.startswith("seeing"):
        pipeline = WanImageToVideoPipeline(**parts, image_encoder=eyes.eval(), image_processor=CLIPImageProcessorPil())
    else:
        pipeline = (WanVACEPipeline if kind == "vace" else WanPipeline)(**parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    arguments.add_argument("--kind", choices=list(KINDS), default="text", help="; ".join(f"{kind}: {what}" for kind, what in KINDS.items()))
    args = arguments.parse_args()
    build(args.kind).save_pretrained(args.checkpoint, safe_serialization=True)
