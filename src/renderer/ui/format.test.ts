import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatFps, formatFrames, formatSeconds } from './format';

describe('printing numbers', () => {
  it('prints seconds the way an artist would say them', () => {
    const shown = [0, 0.44, 0.97, 9.96, 12.4, 60, 190, 3_900].map(formatSeconds);
    expect(shown).toEqual(['0.0 s', '0.4 s', '1 s', '10 s', '12 s', '1 min', '3 min 10 s', '1 h 05 min']);
  });

  it('prints frames with their seconds at an odd rate', () => {
    expect(formatFrames(1, { num: 24_000, den: 1_001 })).toBe('1 frame · 0.0 s');
    expect(formatFrames(16, { num: 8, den: 1 })).toBe('16 frames · 2.0 s');
    expect(formatFps({ num: 24_000, den: 1_001 })).toBe('23.976 fps');
  });

  it('prints bytes in decimal units', () => {
    expect([0, 999, 1_000, 12_345, 44_000_000].map(formatBytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '12 kB',
      '44 MB',
    ]);
  });

  it('says how long ago something was', () => {
    const now = 1_000_000_000_000;
    expect(formatAgo(now - 59_000, now)).toBe('just now');
    expect(formatAgo(now - 2 * 3_600_000, now)).toBe('2 hours ago');
    expect(formatAgo(now - 61_000, now, 'short')).toBe('1 min. ago');
    expect(formatAgo(now - 25 * 3_600_000, now)).toBe('yesterday');
  });
});
