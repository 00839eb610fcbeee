import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '@contracts/library';
import { verifyWords } from './verify-words';

const sound: VerifyReport = {
  isSound: true,
  framesChecked: 1,
  mediaChecked: 0,
  bytesRead: 12_345,
  database: [],
  missingFrames: [],
  damagedFrames: [],
  missingMedia: [],
  damagedMedia: [],
  affectedTakes: [],
  unnamedFiles: 0,
  unnamedBytes: 0,
};

describe('a check of the library in words', () => {
  it('says that all is well and what was read', () => {
    expect(verifyWords(sound)).toEqual({
      headline: 'Everything is as it should be.',
      facts: ['1 frame and 0 images read, 12 kB.'],
      problems: [],
    });
  });

  it('mentions files without a row, which are no problem', () => {
    const { facts, problems } = verifyWords({ ...sound, unnamedFiles: 2, unnamedBytes: 4_000 });
    expect(facts[1]).toContain('2 files belong to nothing any more (4.0 kB)');
    expect(problems).toEqual([]);
  });

  it('says what is wrong, where it shows and what to do', () => {
    const words = verifyWords({
      ...sound,
      isSound: false,
      missingFrames: ['a'.repeat(64)],
      damagedMedia: ['1.png', '2.png', '3.png', '4.png', '5.png', '6.png', '7.png'],
      database: ['row 3 missing from index jobs_by_state'],
      affectedTakes: [
        { takeId: 't1', projectId: 'p' },
        { takeId: 't2', projectId: 'p' },
      ],
    });
    expect(words.headline).toBe('3 things are wrong.');
    expect(words.problems).toEqual([
      {
        text: '1 frame is gone. This shows in 2 takes of 1 film.',
        remedy: 'Run those takes again from their recipe: the same recipe makes the same frames.',
      },
      {
        text: 'Images that have changed on disk: 1.png, 2.png, 3.png, 4.png, 5.png, and 2 more.',
        remedy: 'Import those images again.',
      },
      { text: 'Database: row 3 missing from index jobs_by_state', remedy: 'Go back to a backup below.' },
    ]);
  });
});
