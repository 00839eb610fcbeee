import { describe, expect, test } from 'vitest';
import { recordOf } from '../document/access';
import { applyDiff } from '../document/apply-diff';
import { resolveShot, takeIndexFrom } from '../document/film';
import type { DocumentDiff } from '../document/diff';
import type { Document } from '../document/records';
import type { TakeView } from '../document/takes';
import { pinAnchor } from '../timeline/anchors';
import { extendForward } from '../timeline/grow-segment';
import { setPromptText } from '../timeline/prompt-blocks';
import { setSegment } from '../timeline/segments';
import { setSampling } from '../timeline/shot-settings';
import { after, anEmptyFilm, aShot, aTake } from '../timeline/test-films';
import { draftChanges } from './draft-changes';
import { draftKey } from './draft-key';
import type { ModelLimits } from './model-limits';
import { planSegment } from './plan';
import { pocketLimits } from './test-limits';

const limitsOf = (modelId: string): ModelLimits | null => (modelId === 'pocket' ? pocketLimits : null);

/** A take of the segment as a run now would leave it. */
function madeNow(doc: Document, id: string, segmentId: string, others: readonly TakeView[] = []): TakeView {
  const takes = takeIndexFrom(others);
  const { draft, parentTakeId } = planSegment({ doc, segmentId, takes, limits: pocketLimits, seed: 7 });
  return aTake(doc, id, segmentId, { parentTakeId, draftKey: draftKey(draft) });
}

function reasons(doc: Document, takes: readonly TakeView[]): (string | null)[] {
  const index = takeIndexFrom(takes);
  const changeOf = draftChanges({ doc, takes: index, limitsOf });
  return resolveShot(doc, 'a-shot', index, { changeOf }).spans.map(({ staleReason }) => staleReason);
}

describe('a take that was planned from what is there', () => {
  const doc = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 100 }));
  const takes = [madeNow(doc, 't', 'a-first')];
  const change = (...edits: readonly ((doc: Document) => DocumentDiff)[]) => reasons(after(doc, ...edits), takes);

  test('is fresh, also after changes to other shots and to the seed', () => {
    expect(change()).toEqual([null]);
    expect(change((now) => setPromptText(now, 'b-block', 'else'))).toEqual([null]);
    expect(change((now) => setSegment(now, 'a-first', { seed: 99 }))).toEqual([null]);
  });

  test('is stale after a change, with what has changed', () => {
    expect(change((now) => setPromptText(now, 'a-block', 'else'))).toEqual(['The prompt has changed since.']);
    expect(change((now) => setSampling(now, 'a-shot', { steps: 2 }))).toEqual(['The steps have changed since.']);
    expect(change((now) => setSampling(now, 'a-shot', { guidance: 1, negative: 'blur' }))).toEqual([
      'The guidance and the negative prompt have changed since.',
    ]);
    expect(change((now) => setSampling(now, 'a-shot', { guidanceRule: { rescale: 0.5 } }))).toEqual([
      'The guidance has changed since.',
    ]);
    const stepReuse = { threshold: 0.1, warmUpSteps: 3 };
    expect(change((now) => setSampling(now, 'a-shot', { stepReuse }))).toEqual(['The steps have changed since.']);
    // Rules that ask for nothing change no pixel.
    const guidanceRule = { rescale: 0, interval: { start: 0, stop: 1 } };
    expect(change((now) => setSampling(now, 'a-shot', { guidanceRule }))).toEqual([null]);
    expect(change((now) => pinAnchor(now, { id: 'p', shotId: 'a-shot', frame: 0, mediaId: 'm' }))).toEqual([
      'The pinned images have changed since.',
    ]);
  });

  test('is fresh again when the change is taken back', () => {
    const there = setPromptText(doc, 'a-block', 'else');
    const back = setPromptText(applyDiff(doc, there), 'a-block', 'a prompt');
    expect(
      reasons(
        after(
          doc,
          () => there,
          () => back,
        ),
        takes,
      ),
    ).toEqual([null]);
  });

  test('is stale when what it was planned from can no longer be planned', () => {
    const odd = new Map(doc).set('a-shot', { ...recordOf(doc, 'shot', 'a-shot'), width: 65 });
    expect(reasons(odd, takes)).toEqual(['Its settings have changed since.']);
  });

  test('is not judged without a key, or without its model', () => {
    const changed = after(doc, (now) => setPromptText(now, 'a-block', 'else'));
    expect(reasons(changed, [aTake(doc, 't', 'a-first')])).toEqual([null]);
    const foreign = new Map(changed).set('a-shot', { ...recordOf(doc, 'shot', 'a-shot'), modelId: 'elsewhere' });
    expect(reasons(foreign, takes)).toEqual([null]);
  });
});

describe('a part grown from another', () => {
  const doc = after(anEmptyFilm(), aShot('a'), (now) =>
    extendForward(now, 'a-clip', { segmentId: 'f', blockId: 'f-block', frameCount: 5, text: 'then' }),
  );
  const first = madeNow(doc, 't', 'a-first');
  const takes = [first, madeNow(doc, 'u', 'f', [first])];

  test('stays fresh when only the part before it has another prompt, and is judged by its own', () => {
    expect(reasons(doc, takes)).toEqual([null, null]);
    expect(
      reasons(
        after(doc, (now) => setPromptText(now, 'a-block', 'else')),
        takes,
      ),
    ).toEqual(['The prompt has changed since.', null]);
    expect(
      reasons(
        after(doc, (now) => setPromptText(now, 'f-block', 'else')),
        takes,
      ),
    ).toEqual([null, 'The prompt has changed since.']);
  });

  test('says first that it grew from another take', () => {
    const again = { ...madeNow(doc, 'v', 'a-first'), createdAt: 5 };
    expect(
      reasons(
        after(doc, (now) => setPromptText(now, 'f-block', 'else')),
        [...takes, again],
      ),
    ).toEqual([null, 'It grew from another take of the segment before it.']);
  });

  test('sees fewer prior frames: the windows have changed', () => {
    expect(
      reasons(
        after(doc, (now) => setSampling(now, 'a-shot', { contextFrames: 2 })),
        takes,
      ),
    ).toEqual([null, 'The frames it starts from have changed since.']);
  });
});
