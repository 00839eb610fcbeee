/**
 * Prompt maps: the text in which Deforum, FizzNodes and AnimateDiff write prompts over time. `{"0": "a", "24": "b"}`, or the
 * lines alone with their commas. A key is a frame; between two keys the prompts are interpolated in a straight line, so
 * a text that holds is written twice, at the first and the last frame it holds.
 *
 * Read leniently where these tools are: braces, a last comma, either quotes, bare numbers, line breaks inside a text.
 */
import { blocksOf } from '../document/access';
import type { Document, PromptTravel, RecordId } from '../document/records';
import { type AppError, invalidInput } from '../errors';
import { travelZones } from './travel';

export interface PromptKey {
  readonly frame: number;
  readonly text: string;
}

export interface ParsedPromptMap {
  /** By frame. */
  readonly keys: readonly PromptKey[];
  /** Deforum's `--neg` parts, which stand for a frame there and for the whole shot here: left out. */
  readonly negatives: readonly { readonly line: number; readonly text: string }[];
}

const MAX_FRAME = 100_000;
const MAX_TEXT = 20_000;
const NEGATIVE = /(?:^|\s)--neg(?:\s|$)/;

/** @throws AppError input/invalid naming the line, the value and the remedy */
export function parsePromptMap(source: string): ParsedPromptMap {
  const reader = new Reader(source);
  const keys: PromptKey[] = [];
  const negatives: { line: number; text: string }[] = [];
  const lineOf = new Map<number, number>();
  const isBraced = reader.take('{');
  while (!reader.isDone && reader.next !== '}') {
    const line = reader.skip().line;
    const frame = readFrame(reader, line);
    const before = lineOf.get(frame);
    if (before !== undefined)
      throw invalid(line, frame, `frame ${frame} has a prompt on line ${before} already`, 'Remove one of the two.');
    lineOf.set(frame, line);
    if (!reader.take(':'))
      throw invalid(reader.line, reader.rest(), `frame ${frame} has no ":" after it`, 'Write "24": "the prompt".');
    const whole = readText(reader, frame);
    const [text = '', ...negative] = whole.split(NEGATIVE);
    if (text.length > MAX_TEXT)
      throw invalid(
        line,
        `${text.length} characters`,
        `the prompt of frame ${frame} is too long`,
        `Use at most ${MAX_TEXT} characters.`,
      );
    if (negative.length > 0) negatives.push({ line, text: negative.join(' ').trim() });
    keys.push({ frame, text: negative.length > 0 ? text.trim() : text });
    if (!reader.take(',') && !reader.isDone && reader.next !== '}')
      throw invalid(
        reader.line,
        reader.rest(),
        `a comma is missing after frame ${frame}`,
        'End every prompt with a comma.',
      );
  }
  const hasEnd = reader.take('}');
  if (isBraced && !hasEnd) throw invalid(reader.line, '', 'the closing "}" is missing', 'Add it, or remove the "{".');
  if (!reader.isDone)
    throw invalid(reader.line, reader.rest(), 'there is text after the prompts', 'Remove what follows the prompts.');
  if (keys.length === 0) throw invalid(1, '', 'there is no prompt', 'Write for example "0": "a red ball".');
  return { keys: keys.sort((a, b) => a.frame - b.frame), negatives };
}

export type PromptMapStyle = 'json' | 'fizz';

/** `json` for Deforum and AnimateDiff; `fizz` is the lines alone, each with its comma. */
export function printPromptMap(keys: readonly PromptKey[], style: PromptMapStyle): string {
  const lines = keys.map(({ frame, text }) => `"${frame}": ${JSON.stringify(text)}`);
  return style === 'json' ? `{\n${lines.map((line) => `  ${line}`).join(',\n')}\n}` : `${lines.join(',\n')},`;
}

/** A shot's prompts as keys, frame 0 being shot frame `origin`: each text at the first and last frame it has alone. */
export function keysOfShot(doc: Document, shotId: RecordId, origin: number): PromptKey[] {
  const blocks = blocksOf(doc, shotId);
  const zones = new Map(travelZones(doc, shotId).map((zone) => [zone.right.id, zone]));
  return blocks.flatMap((block, i): PromptKey[] => {
    const [before, next] = [blocks[i - 1], blocks[i + 1]];
    const start = before ? (zones.get(block.id)?.to ?? boundaryOf(before, block)) : origin;
    const end = next ? (zones.get(next.id)?.from ?? boundaryOf(block, next)) - 1 : null;
    if (end !== null && end < origin) return [];
    const first = { frame: Math.max(0, start - origin), text: block.text };
    return end === null || end - origin === first.frame ? [first] : [first, { frame: end - origin, text: block.text }];
  });
}

/** As in resolve.ts: a hole is shared between its neighbours. */
function boundaryOf(left: { readonly to: number }, right: { readonly from: number }): number {
  return Math.floor((left.to + right.from - 1) / 2) + 1;
}

export interface MappedBlock {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly travel: PromptTravel | null;
}

export interface BlocksRequest {
  /** Shot frames [from, to) of the film; key 0 is `from`. Keys beyond it are kept for when the shot grows. */
  readonly from: number;
  readonly to: number;
  /** What happens between two keys: a straight line from the one to the other, or the text holds until the next key. */
  readonly between: 'travel' | 'hold';
}

/** The blocks that have at every frame the mix the map says. */
export function blocksOfKeys(keys: readonly PromptKey[], { from, to, between }: BlocksRequest): MappedBlock[] {
  const runs: { first: number; last: number; text: string }[] = [];
  for (const { frame, text } of keys) {
    const run = runs.at(-1);
    if (run?.text === text) run.last = frame;
    else runs.push({ first: frame, last: frame, text });
  }
  let start = 0;
  let travel: PromptTravel | null = null;
  return runs.map((run, i): MappedBlock => {
    const next = runs[i + 1];
    const gap = next && between === 'travel' ? next.first - run.last - 1 : 0;
    const end = !next
      ? Math.max(to - from, run.last + 1)
      : between === 'hold'
        ? next.first
        : run.last + 1 + Math.floor(gap / 2);
    const block = { from: from + start, to: from + end, text: run.text, travel };
    start = end;
    travel = gap > 0 ? { kind: 'linear', frames: gap } : null;
    return block;
  });
}

function readFrame(reader: Reader, line: number): number {
  const word = (reader.quoted() ?? reader.bare()).trim();
  const frame = Number(word);
  if (/^\d+$/.test(word) && frame <= MAX_FRAME) return frame;
  if (/^\d+$/.test(word))
    throw invalid(line, word, `frame ${word} is too far away`, `Use frames from 0 to ${MAX_FRAME}.`);
  throw invalid(
    line,
    word,
    `"${shown(word)}" is not a frame`,
    /^(?:prompt_map|head_prompt|tail_prompt)$/.test(word)
      ? 'Paste only what stands between the braces of "prompt_map".'
      : 'Write the frame as a whole number in quotes, such as "24"; expressions are not read.',
  );
}

function readText(reader: Reader, frame: number): string {
  const { line } = reader.skip();
  const text = reader.quoted();
  if (text === null)
    throw invalid(line, reader.rest(), `the prompt of frame ${frame} is not in quotes`, 'Write "24": "the prompt".');
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
};

class Reader {
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source.replace(/^\uFEFF/, '');
  }

  get line(): number {
    return this.#line;
  }

  get isDone(): boolean {
    this.skip();
    return this.#at >= this.#source.length;
  }

  get next(): string {
    this.skip();
    return this.#source[this.#at] ?? '';
  }

  skip(): this {
    while (this.#at < this.#source.length && /\s/.test(this.#source[this.#at] ?? '')) this.#step();
    return this;
  }

  take(mark: string): boolean {
    if (this.next !== mark) return false;
    this.#step();
    return true;
  }

  /** What stands here, for an error. */
  rest(): string {
    this.skip();
    return this.#source.slice(this.#at).split('\n', 1)[0] ?? '';
  }

  /** Up to what ends a key. */
  bare(): string {
    this.skip();
    const start = this.#at;
    while (this.#at < this.#source.length && !/[:,{}\n]/.test(this.#source[this.#at] ?? '')) this.#step();
    return this.#source.slice(start, this.#at);
  }

  /** A text in either quotes; null when none begins here. @throws AppError when it does not end */
  quoted(): string | null {
    const quote = this.next;
    if (quote !== '"' && quote !== "'") return null;
    const [line, start] = [this.#line, this.#at];
    this.#step();
    let text = '';
    while (this.#at < this.#source.length) {
      const char = this.#step();
      if (char === quote) return text;
      text += char === '\\' ? this.#escape() : char;
    }
    throw invalid(
      line,
      this.#source.slice(start).split('\n', 1)[0] ?? '',
      'a text that begins here does not end',
      `Close it with ${quote}; inside a text write \\${quote}.`,
    );
  }

  /** JSON's escapes; before anything else the backslash stands for itself, as in "\\(brackets\\)". */
  #escape(): string {
    const char = this.#step();
    const code = this.#source.slice(this.#at, this.#at + 4);
    if (char === 'u' && /^[0-9a-f]{4}$/i.test(code)) {
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    return ESCAPES[char] ?? `\\${char}`;
  }

  #step(): string {
    const char = this.#source[this.#at] ?? '';
    this.#at += 1;
    if (char === '\n') this.#line += 1;
    return char;
  }
}

function invalid(line: number, value: string | number, message: string, remedy: string): AppError {
  return invalidInput(`line ${line}`, shown(String(value)), `Line ${line}: ${message}.`, remedy);
}

const SHOWN_CHARS = 60;

function shown(value: string): string {
  const chars = [...value.slice(0, 4 * SHOWN_CHARS)];
  return chars.length > SHOWN_CHARS ? `${chars.slice(0, SHOWN_CHARS).join('')}…` : value;
}
