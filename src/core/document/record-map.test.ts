import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordMap } from './record-map';
import type { ClipRecord, DocumentRecord, RecordId } from './records';
import { shifted, type TrackShift } from './track-shift';

const clip = (id: string, trackId: string, start: number): ClipRecord => ({
  ...{ kind: 'clip', id, trackId, start, name: id, duration: 1, sourceIn: 0 },
  source: { type: 'still', mediaId: 'm' },
});

/** Ten clips on each of two tracks, a thousand frames apart, so that shifts never change their order. */
const film = (): Map<RecordId, DocumentRecord> =>
  new Map(
    ['a', 'b'].flatMap((track) =>
      Array.from({ length: 10 }, (_, i): [RecordId, DocumentRecord] => [
        `${track}${i}`,
        clip(`${track}${i}`, track, 100_000 + 1000 * i),
      ]),
    ),
  );

interface Step {
  readonly track: 'a' | 'b';
  readonly at: number;
  readonly by: number;
  readonly how: 'shift' | 'rename' | 'remove' | 'shiftAndRename';
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  track: fc.constantFrom('a', 'b'),
  at: fc.nat(9),
  by: fc.integer({ min: -3, max: 3 }).filter((by) => by !== 0),
  how: fc.constantFrom('shift', 'shift', 'shift', 'rename', 'remove', 'shiftAndRename'),
});

test('however many ripples and changes follow each other, every record is where a plain map has it', () => {
  fc.assert(
    // More shifts than are kept beside the records.
    fc.property(fc.array(anyStep, { minLength: 100, maxLength: 160 }), (steps) => {
      let plain = film();
      let doc = RecordMap.from(film());
      expect(doc.index.ofTrack('a')).toHaveLength(10);
      for (const { track, at, by, how } of steps) {
        const id = `${track}${at}`;
        const record = plain.get(id);
        if (record?.kind !== 'clip') continue;
        const changes = new Map<RecordId, DocumentRecord | null>();
        const shifts: TrackShift[] = how.startsWith('shift') ? [{ trackId: track, from: record.start, by }] : [];
        if (how === 'remove' && at > 5) changes.set(id, null);
        else if (how !== 'shift') changes.set(id, { ...record, name: `${record.name}'` });
        doc = doc.with(changes, shifts);
        const next = new Map<RecordId, DocumentRecord>();
        for (const [key, one] of plain) {
          const changed = changes.get(key);
          if (changed === null) continue;
          next.set(key, changed ?? shifted(one, shifts));
        }
        plain = next;
        expect(doc.get(id)).toEqual(plain.get(id));
      }
      expect(new Map(doc)).toEqual(plain);
      expect(doc.size).toBe(plain.size);
      for (const [id, record] of plain) expect(doc.get(id)).toEqual(record);
      for (const track of ['a', 'b']) {
        const clips = [...plain.values()].filter((one) => one.kind === 'clip' && one.trackId === track);
        expect(new Set(doc.index.ofTrack(track))).toEqual(new Set(clips));
      }
    }),
    { numRuns: 60 },
  );
});
