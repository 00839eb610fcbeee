/**
 * Prompts → token ids of fixed length with their attention mask, as the model's text encoder was trained on them:
 * cut to the limit (special tokens kept), padded on the right. Also says how much of a text is cut off, so that it can
 * be shown before anything is generated. No ONNX here: the main process counts tokens with it too.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { AppError } from '@core/errors';
import { useExactCharsMaps } from './exact-charsmap';
import { readPackageJson, readPackageJsonSync } from './package-files';

export interface EncodedPrompt {
  /** int64 [limit] */
  readonly ids: BigInt64Array;
  /** int64 [limit], 1 = read, 0 = padding */
  readonly mask: BigInt64Array;
}

export interface PromptLength {
  /** Tokens of the whole text, special tokens included. */
  readonly count: number;
  readonly limit: number;
  /** Characters (UTF-16 units) from the start that the encoder reads. */
  readonly keptChars: number;
}

const TOKENIZER = 'tokenizer/tokenizer.json';
const CONFIG = 'tokenizer/tokenizer_config.json';
/** How far around the estimate the exact end of the kept text is looked for. */
const KEPT_SEARCH_CHARS = 48;

const TokenContent = z.union([z.string(), z.object({ content: z.string() })]);
const TokenizerConfig = z.looseObject({ pad_token: TokenContent.nullish() });
const JsonObject = z.record(z.string(), z.unknown());

export class PromptTokenizer {
  readonly limit: number;
  readonly #tokenizer: Tokenizer;
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];
  readonly #padId: bigint;

  private constructor(files: { tokenizer: object; config: object }, limit: number) {
    this.limit = limit;
    try {
      this.#tokenizer = new Tokenizer(files.tokenizer, files.config);
      useExactCharsMaps(this.#tokenizer, files.tokenizer);
      const { prefix, suffix } = specialTokens(this.#tokenizer);
      this.#prefix = prefix;
      this.#suffix = suffix;
    } catch (error) {
      throw new AppError(
        'model/unsupported',
        `the model's tokenizer cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        { field: TOKENIZER, remedy: 'Export the model again with a fast tokenizer (tokenizer.json).' },
        error,
      );
    }
    const { pad_token: pad } = TokenizerConfig.parse(files.config);
    const padToken = typeof pad === 'string' ? pad : (pad?.content ?? null);
    this.#padId = BigInt(padToken === null ? 0 : (this.#tokenizer.token_to_id(padToken) ?? 0));
  }

  /** @throws AppError model/missing-file, model/invalid-manifest, model/unsupported */
  static async load(packageDir: string, limit: number): Promise<PromptTokenizer> {
    const [tokenizer, config] = await Promise.all([
      readPackageJson(packageDir, TOKENIZER, JsonObject),
      readPackageJson(packageDir, CONFIG, JsonObject),
    ]);
    return new PromptTokenizer({ tokenizer, config }, limit);
  }

  static loadSync(packageDir: string, limit: number): PromptTokenizer {
    const tokenizer = readPackageJsonSync(packageDir, TOKENIZER, JsonObject);
    const config = readPackageJsonSync(packageDir, CONFIG, JsonObject);
    return new PromptTokenizer({ tokenizer, config }, limit);
  }

  encode(text: string): EncodedPrompt {
    const kept = [...this.#prefix, ...this.#content(text).slice(0, this.#contentLimit), ...this.#suffix];
    const ids = new BigInt64Array(this.limit).fill(this.#padId);
    const mask = new BigInt64Array(this.limit);
    kept.forEach((id, i) => {
      ids[i] = BigInt(id);
      mask[i] = 1n;
    });
    return { ids, mask };
  }

  measure(text: string): PromptLength {
    const content = this.#content(text);
    const count = content.length + this.#prefix.length + this.#suffix.length;
    const keptChars = count <= this.limit ? text.length : this.#keptChars(text, content.slice(0, this.#contentLimit));
    return { count, limit: this.limit, keptChars };
  }

  get #contentLimit(): number {
    return Math.max(0, this.limit - this.#prefix.length - this.#suffix.length);
  }

  #content(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * The longest beginning of `text` whose tokens are a beginning of `kept`. The tokenizer reports no offsets, so it is
   * searched for: doubling, halving, then one character at a time (token counts do not grow evenly inside a word).
   */
  #keptChars(text: string, kept: readonly number[]): number {
    const isKept = (chars: number): boolean => {
      const ids = this.#content(text.slice(0, chars));
      return ids.length <= kept.length && ids.every((id, i) => id === kept[i]);
    };
    const isShort = (chars: number): boolean => this.#content(text.slice(0, chars)).length <= kept.length;
    let high = KEPT_SEARCH_CHARS;
    while (high < text.length && isShort(high)) high *= 2;
    high = Math.min(high, text.length);
    let low = 0;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isShort(middle)) low = middle;
      else high = middle;
    }
    const from = Math.min(text.length, low + KEPT_SEARCH_CHARS);
    for (let chars = from; chars > Math.max(0, low - KEPT_SEARCH_CHARS); chars--) if (isKept(chars)) return chars;
    return 0;
  }
}

/** The tokens the post-processor puts around every text, e.g. [CLS] … [SEP]. */
function specialTokens(tokenizer: Tokenizer): { prefix: number[]; suffix: number[] } {
  const full = tokenizer.encode('a').ids;
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  for (let start = 0; start + bare.length <= full.length; start++)
    if (bare.every((id, i) => full[start + i] === id))
      return { prefix: full.slice(0, start), suffix: full.slice(start + bare.length) };
  throw new Error('its special tokens could not be found');
}
