import { describe, expect, it } from 'vitest';
import { fuzzyMatch } from './fuzzy';

/** The names that match, best first. */
function ranked(query: string, ...names: string[]): string[] {
  return names
    .map((name) => ({ name, match: fuzzyMatch(query, name) }))
    .filter(({ match }) => match !== null)
    .sort((a, b) => b.match!.score - a.match!.score)
    .map(({ name }) => name);
}

describe('fuzzyMatch', () => {
  it('matches everything with nothing, and nothing with what is not there', () => {
    expect(fuzzyMatch('  ', 'Undo')).toEqual({ score: 0, positions: [] });
    expect(fuzzyMatch('undoo', 'Undo')).toBeNull();
  });

  it('puts the start of a name before the start of a word, that before its inside, and letters last', () => {
    expect(ranked('in', 'Nudge right into it', 'Trim the lines', 'In point', 'Import sound')).toEqual([
      'In point',
      'Nudge right into it',
      'Trim the lines',
      'Import sound',
    ]);
  });

  it('takes words in any order', () => {
    expect(fuzzyMatch('playhead split', 'Split at the playhead')?.positions).toEqual([
      0, 1, 2, 3, 4, 13, 14, 15, 16, 17, 18, 19, 20,
    ]);
  });

  it('finds initials', () => {
    expect(ranked('npb', 'Nudge up by', 'New prompt block')[0]).toBe('New prompt block');
    expect(fuzzyMatch('npb', 'New prompt block')?.positions).toEqual([0, 4, 11]);
  });

  it('does not care for case or accents, and counts emoji as they stand in the text', () => {
    expect(fuzzyMatch('CAFÉ', 'Café au lait')?.positions).toEqual([0, 1, 2, 3]);
    expect(fuzzyMatch('x', '🎞x')?.positions).toEqual([2]);
  });

  it('is not slowed down by a very long query', () => {
    expect(fuzzyMatch('a'.repeat(100_000), 'a')).toBeNull();
  });
});
