import { describe, expect, it } from 'vitest';
import { recordsOf } from '@core/document/access';
import type { CurveKey } from '@core/document/records';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import { changeSentence } from '@core/prompt/draft-key';
import { planSegment } from '@core/prompt/plan';
import { ltxLimits, pocketLimits } from '@core/prompt/test-limits';
import { setCurve } from '@core/timeline/curves';
import { extendForward } from '@core/timeline/grow-segment';
import { setPromptText, setTravel, splitBlock } from '@core/timeline/prompt-blocks';
import { setSampling } from '@core/timeline/shot-settings';
import { aShot, aTake, after, anEmptyFilm } from '@core/timeline/test-films';
import { german } from './core-sentences.de';
import { translated } from './core-sentences';

/** Words that a German sentence does not have. */
const ENGLISH = /\b(the|has|have|its|it|frames?|not|since|from|of)\b/i;

describe('core’s sentences in German', () => {
  it('leaves a sentence it does not know as it is', () => {
    expect(translated('Something new.', german)).toBe('Something new.');
  });

  it('says every change of settings', () => {
    const all = ['model', 'shape', 'steps', 'guidance', 'prompt', 'negative', 'images', 'frames', 'windows'] as const;
    for (const part of [...all, 'strength', 'hold', 'camera'] as const)
      expect(translated(changeSentence([part]), german)).not.toMatch(ENGLISH);
    expect(translated(changeSentence(['steps', 'prompt', 'model']), german)).toBe(
      'Seitdem geändert: Schrittzahl, Prompt, Modell.',
    );
  });

  it('says why a take is stale, as film.ts says it', () => {
    const grown = after(anEmptyFilm(), aShot('a'), (doc) =>
      extendForward(doc, 'a-clip', { segmentId: 'f', blockId: null, frameCount: 4, text: null }),
    );
    const takes = takeIndexFrom([
      aTake(grown, 'short', 'a-first', { kept: 3 }),
      aTake(grown, 'f', 'f', { parentTakeId: 'x' }),
    ]);
    const reasons = resolveShot(grown, 'a-shot', takes).spans.flatMap(({ staleReason }) => staleReason ?? []);
    expect(reasons).toHaveLength(2);
    for (const reason of reasons) expect(translated(reason, german)).not.toMatch(ENGLISH);
  });

  it('says where a plan differs, as plan.ts says it', () => {
    const rising: CurveKey[] = [
      { frame: 0, value: 0, ease: 'linear' },
      { frame: 19, value: 1, ease: 'linear' },
    ];
    const film = after(
      anEmptyFilm(),
      aShot('a', { frameCount: 20 }),
      (doc) => splitBlock(doc, 'a-block', 8, 'second'),
      (doc) => setPromptText(doc, 'second', 'other'),
      (doc) => splitBlock(doc, 'second', 16, 'third'),
      (doc) => setPromptText(doc, 'third', 'last'),
      (doc) => setTravel(doc, 'third', { kind: 'linear', frames: 3 }),
      (doc) => setSampling(doc, 'a-shot', { contextFrames: 9 }),
      (doc) => setCurve(doc, { shotId: 'a-shot', parameter: 'hold' }, rising),
      (doc) => setCurve(doc, { shotId: 'a-shot', parameter: 'promptStrength' }, rising),
    );
    const notes = [pocketLimits, ltxLimits, { ...pocketLimits, family: 'other' }].flatMap((limits) => {
      const [segment] = recordsOf(film, 'segment');
      return planSegment({ doc: film, segmentId: segment?.id ?? '', takes: takeIndexFrom([]), limits, seed: 0 }).notes;
    });
    expect(notes.length).toBeGreaterThan(2);
    for (const { text } of notes) expect(translated(text, german)).not.toMatch(ENGLISH);
  });
});
