/**
 * Finding an action by a few letters of its name. Every word of the query must be found, in any order: best at the
 * start of a word, then inside one, then as letters in order. Pure.
 */

export interface FuzzyMatch {
  /** Larger is better; only to be compared with matches of the same query. */
  readonly score: number;
  /** Indices of the characters that matched, ascending. */
  readonly positions: readonly number[];
}

const MAX_QUERY = 100;

/** null when the text does not match. An empty query matches everything with score 0. */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | null {
  const words = fold(query.slice(0, MAX_QUERY))
    .split(/\s+/)
    .filter((word) => word !== '');
  const folded = fold(text);
  const positions = new Set<number>();
  let score = 0;
  for (const word of words) {
    const found = matchWord(word, folded);
    if (found === null) return null;
    score += found.score;
    for (const position of found.positions) positions.add(position);
  }
  // Among equals the shorter name is the better answer.
  return { score: words.length === 0 ? 0 : score - text.length / 100, positions: [...positions].sort((a, b) => a - b) };
}

/** Lower case without accents, one character for each of the text's. */
function fold(text: string): string {
  return [...text].map((char) => fitting(char.normalize('NFD').charAt(0).toLowerCase(), char)).join('');
}

function fitting(folded: string, char: string): string {
  return folded.padEnd(char.length).slice(0, char.length);
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(text.charAt(at - 1));
}

function matchWord(word: string, text: string): FuzzyMatch | null {
  let inside = -1;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isWordStart(text, at)) return { score: (at === 0 ? 40 : 30) + word.length, positions: range(at, word.length) };
    if (inside < 0) inside = at;
  }
  if (inside >= 0) return { score: 20 + word.length, positions: range(inside, word.length) };
  return matchLetters(word, text);
}

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** Letters in order; tried from each place where the first one stands, so that initials beat chance. */
function matchLetters(word: string, text: string): FuzzyMatch | null {
  let best: FuzzyMatch | null = null;
  for (let start = text.indexOf(word.charAt(0)); start >= 0; start = text.indexOf(word.charAt(0), start + 1)) {
    const found = lettersFrom(word, text, start);
    if (found === null) break;
    if (best === null || found.score > best.score) best = found;
  }
  return best;
}

function lettersFrom(word: string, text: string, start: number): FuzzyMatch | null {
  const positions: number[] = [];
  let score = 0;
  let from = start;
  for (const letter of word) {
    const next = text.indexOf(letter, from);
    if (next < 0) return null;
    const initial = nextInitial(text, letter, from);
    // A letter that begins a word is worth skipping to, unless it comes right next anyway.
    const at = next === from || initial < 0 ? next : initial;
    score += isWordStart(text, at) ? 3 : positions.at(-1) === at - 1 ? 2 : 0;
    positions.push(at);
    from = at + 1;
  }
  const spread = (positions.at(-1) ?? start) - start + 1 - word.length;
  return { score: score - spread / 4, positions };
}

function nextInitial(text: string, letter: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1))
    if (isWordStart(text, at)) return at;
  return -1;
}
