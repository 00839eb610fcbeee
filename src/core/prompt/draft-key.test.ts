import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedParts, changeSentence, draftKey, type KeyedDraft } from './draft-key';
import { planDirect, type DirectRequest } from './plan';
import { pocketLimits } from './test-limits';

const frame = (digit: string) => ({ frame: digit.repeat(64) });

function draft(over: Partial<DirectRequest> = {}): KeyedDraft {
  return planDirect({
    modelId: 'pocket',
    limits: pocketLimits,
    width: 64,
    height: 32,
    rate: { num: 8, den: 1 },
    frameCount: 14,
    prompt: 'a red ball',
    seed: 1,
    prior: [frame('a'), frame('b'), frame('c'), frame('d')],
    ...over,
  }).draft;
}

const changes = (over: Partial<DirectRequest>) => changedParts(draftKey(draft()), draftKey(draft(over)));

describe('the key of a draft', () => {
  test('is the same everywhere and at any time, as it is kept with takes', () => {
    expect(draftKey(draft())).toBe(
      [
        '1',
        '66a21fc9d80f8a7d',
        'aeebd73914689453',
        '6d7edb10b83f151d',
        'e9a278212a097bb8',
        '48ebeb78470f3c40',
        'd1b3a153334109c9',
        'ec35c3659743dc6b',
        '6e30d09d48da6583',
        '865d52269c3079c5',
      ].join('-'),
    );
  });

  test('does not count seeds', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (seed) => {
        expect(draftKey(draft({ seed }))).toBe(draftKey(draft()));
      }),
    );
  });

  test('does not depend on the order of fields or of known pictures', () => {
    const reversed = Object.fromEntries(Object.entries(draft()).reverse()) as unknown as KeyedDraft; // the same fields
    expect(draftKey({ ...reversed, known: [...draft().known].reverse() })).toBe(draftKey(draft()));
  });

  test('says which part was changed', () => {
    expect(changes({})).toEqual([]);
    expect(changes({ modelId: 'other' })).toEqual(['model']);
    expect(changes({ width: 96 })).toEqual(['shape']);
    expect(changes({ steps: 25 })).toEqual(['steps']);
    expect(changes({ guidance: 3.5 })).toEqual(['guidance']);
    expect(changes({ prompt: 'a blue ball' })).toEqual(['prompt']);
    expect(changes({ negative: 'blur' })).toEqual(['negative']);
    expect(changes({ framesPerWindow: 2 })).toEqual(['windows']);
    expect(changes({ prior: [frame('a'), frame('b'), frame('c'), frame('e')] })).toEqual(['frames']);
  });

  test('a newly pinned image is one change, though it also cuts the windows anew', () => {
    expect(changes({ anchors: [{ index: 6, image: { mediaId: 'm' } }] })).toEqual(['images']);
  });

  test('one text is one text, in however many windows', () => {
    expect(changes({ framesPerWindow: 3, steps: 2 })).toEqual(['steps', 'windows']);
  });

  test('a text that holds elsewhere is a change of prompt', () => {
    const over = (at: number) => ({ prompt: (from: number) => (from < at ? 'before' : 'after') });
    expect(changedParts(draftKey(draft(over(5))), draftKey(draft(over(10))))).toEqual(['prompt']);
  });

  test('any two texts that differ have different keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(draftKey(draft({ prompt: one })) === draftKey(draft({ prompt: other }))).toBe(one === other);
      }),
    );
  });

  test('keys of another version cannot be compared', () => {
    expect(changedParts('0-abc', draftKey(draft()))).toBeNull();
    expect(changedParts('', draftKey(draft()))).toBeNull();
  });
});

test('changes are told as a sentence', () => {
  expect(changeSentence(['prompt'])).toBe('The prompt has changed since.');
  expect(changeSentence(['steps'])).toBe('The steps have changed since.');
  expect(changeSentence(['steps', 'guidance', 'prompt'])).toBe(
    'The steps, the guidance and the prompt have changed since.',
  );
});
