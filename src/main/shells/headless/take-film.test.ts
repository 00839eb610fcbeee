import { describe, expect, it } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { filmOfTake, type StoredTake } from './take-film';

interface Grown {
  readonly parent?: string;
  readonly role?: Recipe['role'];
  readonly frames: string;
  readonly frameCount?: number;
  /** Known frames by index. */
  readonly known?: Readonly<Record<number, string>>;
}

/** One letter is one frame. */
function library(takes: Readonly<Record<string, Grown>>): (id: string) => StoredTake {
  return (id) => {
    const {
      parent = null,
      role = 'first',
      frames,
      frameCount = frames.length,
      known = {},
    } = takes[id] ?? expect.fail(`no take ${id}`);
    const view = {
      id,
      shotId: 's',
      segmentId: 'g',
      parentTakeId: parent,
      seed: 1,
      frames: [...frames],
      recipeHash: '',
      draftKey: null,
      createdAt: 0,
    };
    const recipe = {
      role,
      frameCount,
      known: Object.entries(known).map(([index, frame]) => ({ index: Number(index), frame })),
    };
    // Only what the film is put together from is filled in.
    return { view, recipe: recipe as unknown as Recipe };
  };
}

const film = (takes: Readonly<Record<string, Grown>>, id: string): string =>
  filmOfTake(id, library(takes)).frames.join('');

describe('filmOfTake', () => {
  const first = { frames: 'abcde' };

  it('is the take’s own frames where it grew from nothing', () => {
    expect(film({ first }, 'first')).toBe('abcde');
  });

  it('puts a forward extension after the frames it grew from, at the end or earlier', () => {
    const takes = {
      first,
      end: { parent: 'first', role: 'forward', frames: 'fg', known: { [-1]: 'e', [-2]: 'd' } },
      earlier: { parent: 'first', role: 'forward', frames: 'xyz', known: { [-1]: 'b', [-2]: 'a' } },
      further: { parent: 'end', role: 'forward', frames: 'h', known: { [-1]: 'g' } },
    } as const;
    expect(film(takes, 'end')).toBe('abcdefg');
    expect(film(takes, 'earlier')).toBe('abxyz');
    expect(film(takes, 'further')).toBe('abcdefgh');
    expect(filmOfTake('further', library(takes)).takes.map(({ view }) => view.id)).toEqual(['first', 'end', 'further']);
  });

  it('tells a frame that comes twice by the frames before it', () => {
    const takes = {
      first: { frames: 'abcaba' },
      then: { parent: 'first', role: 'forward', frames: 'x', known: { [-1]: 'a', [-2]: 'c' } },
    } as const;
    expect(film(takes, 'then')).toBe('abcax');
  });

  it('puts a backward extension before the frame it leads to', () => {
    const takes = { first, back: { parent: 'first', role: 'backward', frames: 'xy', known: { 2: 'b' } } } as const;
    expect(film(takes, 'back')).toBe('xybcde');
  });

  it('puts a retake between the frames that stay', () => {
    const takes = {
      first,
      middle: { parent: 'first', role: 'retake', frames: 'XY', known: { [-1]: 'b', 2: 'e' } },
      start: { parent: 'first', role: 'retake', frames: 'X', known: { 1: 'b' } },
      end: { parent: 'first', role: 'retake', frames: 'XY', known: { [-1]: 'c' } },
    } as const;
    expect(film(takes, 'middle')).toBe('abXYe');
    expect(film(takes, 'start')).toBe('Xbcde');
    expect(film(takes, 'end')).toBe('abcXY');
  });

  it('refuses a chain that does not fit together, and one without an end', () => {
    const torn = { first, then: { parent: 'first', role: 'forward', frames: 'x', known: { [-1]: '?' } } } as const;
    expect(() => film(torn, 'then')).toThrow('the frames it grew from are not in its parent');
    expect(() => film({ a: { parent: 'a', frames: 'x' } }, 'a')).toThrow('its chain of parents has no end');
  });
});
