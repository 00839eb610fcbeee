"""
A small T5 tokenizer with SentencePiece's real normaliser (nmt_nfkc), and what transformers makes of 200 awkward prompts with it:

    python make_t5_tokens.py ../../test/fixtures/t5-tokenizer          writes package/tokenizer/* and tokens.json
    python make_t5_tokens.py ../../test/fixtures/t5-tokenizer --check  writes nothing, fails where tokens.json is not what transformers gives

The vocabulary (700 pieces) is trained here on a few sentences; the table of the normaliser is the one T5 and UMT5 carry.
"""
import base64
import io
import json
import os
import sys
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

LIMIT = 64
SENTENCES = """
a red ball bouncing on a blue background
a big yellow star is spinning slowly at night over a quiet city, and nobody sees it
the quick brown fox jumps over the lazy dog, again and again; why wouldn't it?
cinematic shot of a woman walking through the rain, 35mm film, shallow depth of field, golden hour
ein großes Café an der Straße, naïve Kunst, Übergänge zwischen Tag und Nacht, über den Wolken
una película antigua en blanco y negro, el niño corre por la montaña, ¿qué pasa?
le garçon élève un œuf à côté de l'hôtel, déjà vu, cœur et âme
красный мяч прыгает на синем фоне, медленно и тихо
赤いボールが青い背景で跳ねる。日本語の文章です。
红色的球在蓝色背景上弹跳。中文句子。
빨간 공이 파란 배경에서 튀어오른다. 한국어 문장.
كرة حمراء تقفز على خلفية زرقاء
camera pans left, zooms in 2x, 24 fps, 1/48 s, f/2.8, ISO 400, 100 % sharp
""".strip().split("\n")

BASES = [
    "", " ", "   ", "\t", "\n", "a", "a red ball bouncing on a blue background", "  leading", "trailing  ", "two  spaces   three", "tabs\tand\nlines\r\nhere",
    "The RED Ball!!!", "it's the ball's, isn't it? we're don't", "a1b22c333 4.5 1,000,000", "100% & more <b>bold</b> &lt;b&gt; &amp; &quot;", "e-mail@example.com https://example.com/?q=1#x",
    "café naïve Ünïcode œuvre", "cafe\u0301 nai\u0308ve U\u0308ni\u0308code", "Straße ß ẞ ſ", "ǅ ǆ Ǆ İstanbul ı I", "ﬁ ﬂ ﬀ ﬃ ﬄ ﬅ ligatures", "ＦＵＬＬ ｗｉｄｔｈ １２３ ！？", "ｶﾀｶﾅ ﾊﾝｶｸ ﾊﾞﾋﾟ", "㍿ ㌔ ㌘ ㎏ ㎞ ㎡", "①②③ ⑴ ⒈ ⓐ Ⓐ",
    "½ ¼ ¾ ⅓ ⅛ x² y³ H₂O", "Ⅳ Ⅷ ⅻ ℃ ℉ Å Ω K", "№ ™ ℠ ® © ℗", "“curly” ‘quotes’ „low“ «guillemets»", "en–dash em—dash minus−hyphen‐nb‑", "… ‥ ․ ellipsis", "a\u00a0b\u2003c\u2009d\u3000e\u202ff", "zero\u200bwidth\u200cnon\u200djoiner\u2060word\ufeffbom",
    "soft\u00adhyphen", "bell\u0007 null\u0000 esc\u001b del\u007f", "\u0085next\u2028line\u2029para", "left\u200eright\u200fmarks\u202aembed\u202c", "emoji 🎈🚀😀", "👩\u200d👩\u200d👧 👨🏽\u200d🚀 🏳️\u200d🌈", "flags 🇩🇪🇯🇵 keycap 1️⃣ #️⃣", "skin 👍🏻👍🏿", "♥ ❤ ❤️ ☀︎ ☀️",
    "日本語の文", "が か\u3099 パ ハ\u309a", "中文句子，全角标点。", "繁體字與简体字", "한국어 문장", "\u1112\u1161\u11ab\u1100\u116e\u11a8 jamo", "ㄱㄴㄷ 호환", "كرة حمراء ـــ ﻻ ﷺ", "שָׁלוֹם עולם", "हिन्दी क्षेत्र", "ไทย กำลัง", "ខ្មែរ", "தமிழ் கொ", "Ελληνικά ά ά", "Кириллица ё е\u0308 й",
    "Việt Nam tiếng", "Zalgo t\u0321\u0321\u0336h\u0337\u0315e\u0334\u0300", "x" * 200, "ab " * 100, "the red ball and " * 60, "red," * 80, "</s> <pad> <unk> <extra_id_0>", "＜/s＞ <／s>", "▁under▁score _ __", "\u2581 \u2581\u2581a", "[INST] <|endoftext|> {{x}}", "(masterpiece:1.2), [best|worst]", "\\n \\t C:\\path",
    "𝐛𝐨𝐥𝐝 𝑖𝑡𝑎𝑙𝑖𝑐 𝔣𝔯𝔞𝔨 𝟙𝟚𝟛", "ℵ ℶ ∑ ∫ √ ∞ ≠ ≤", "← ↑ → ⇒ ⟶", "□ ■ ▲ ● ★ ☆", "¡¿ § ¶ † ‡ • ‰", "\ud83d lone".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "\ufffd replaced", "🄰 🅱 🆗 🈁 ㊙", "ﾞ ﾟ ゛ ゜", "ᴬ ᵃ ʰ ˢ ⁿ", "ℌ ℜ ℑ ℤ", "﹏ ︰ ︵ ﹐ ﹔", "\u0344 \u0958 \u2126 \u212a \u212b", "a\u0323\u0307 a\u0307\u0323 ạ̇",
]
SUFFIXES = ["", ", cinematic", " — 夜 \u00a0x", "\u0301!"]


def prompts():
    """200 of them: every base, then bases with endings that join what stands before."""
    wanted = list(BASES)
    for suffix in SUFFIXES[1:]:
        wanted += [base + suffix for base in BASES]
    unique = list(dict.fromkeys(wanted))
    return unique[:200]


def pieces():
    stream = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(SENTENCES * 20), model_writer=stream, vocab_size=700, model_type="unigram", character_coverage=1.0,
                                             normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, num_threads=1, minloglevel=2)
    from sentencepiece import sentencepiece_model_pb2 as proto
    model = proto.ModelProto()
    model.ParseFromString(stream.getvalue())
    return model


def tokenizer():
    """As transformers converts a T5 spiece.model (SpmConverter, T5Converter)."""
    model = pieces()
    vocab = [(piece.piece, piece.score) for piece in model.pieces]
    core = Tokenizer(models.Unigram(vocab, unk_id=2))
    core.normalizer = normalizers.Sequence([normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    core.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    core.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    core.post_processor = processors.TemplateProcessing(single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", 1)])
    core.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in ("<pad>", "</s>", "<unk>")])
    return PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=LIMIT)


def rows(words):
    """ids, and what the normaliser alone makes of the prompt: most of it would vanish in the small vocabulary's unknowns."""
    table = json.loads(words.backend_tokenizer.to_str())["normalizer"]["normalizers"][0]["precompiled_charsmap"]
    normal = normalizers.Precompiled(base64.b64decode(table)).normalize_str
    return [{"prompt": text, "normal": normal(text), "ids": words(text, padding="max_length", truncation=True, max_length=LIMIT)["input_ids"]} for text in prompts()]


def main(folder, check):
    if check:
        words = PreTrainedTokenizerFast.from_pretrained(f"{folder}/package/tokenizer")
        with open(f"{folder}/tokens.json") as file:
            stored = json.load(file)
        wrong = [old["prompt"] for old, new in zip(stored, rows(words), strict=True) if old != new]
        sys.exit(f"not what transformers gives: {wrong}" if wrong else 0)
    words = tokenizer()
    os.makedirs(f"{folder}/package/tokenizer", exist_ok=True)
    words.save_pretrained(f"{folder}/package/tokenizer")
    with open(f"{folder}/tokens.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows(words)) + "\n]\n")
    print(len(prompts()), "prompts,", words.vocab_size, "pieces, Unicode", unicodedata.unidata_version)


if __name__ == "__main__":
    main(sys.argv[1], "--check" in sys.argv[2:])
