import { describe, expect, it } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import { createReporter, describeRun, formatSeconds } from './reporter';

const progress: RunProgress = {
  ...{ jobId: 'j', seq: 4, stage: 'denoising', window: 0, windows: 2, step: 7, steps: 24 },
  ...{ stepMs: 154, elapsedMs: 1_200, remainingMs: 6_300, fraction: 0.25 },
};

class Sink {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 60;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe('what a command says', () => {
  it('shows the step, the seconds per step and the time left', () => {
    expect(describeRun(progress)).toBe('step 7/24 · window 1/2 · 0.15 s/step · 6.3 s left');
    expect(describeRun({ ...progress, stage: 'encoding-prompt', windows: 1, stepMs: null, remainingMs: null })).toBe(
      'encoding prompt',
    );
  });

  it('redraws one line on a terminal, never wider than it, and clears it before anything else', () => {
    const [stdout, stderr] = [new Sink(true), new Sink(true)];
    const reporter = createReporter({ json: false, stdout, stderr });
    reporter.generating(progress);
    reporter.generating({ ...progress, fraction: 1 });
    reporter.line('film.mp4: 9 frames');
    const lines = stderr.text.split('\r\u001b[2K');
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
    expect(stdout.text).toBe('film.mp4: 9 frames\n');
  });

  it('keeps quiet about progress in a pipe', () => {
    const [stdout, stderr] = [new Sink(false), new Sink(false)];
    const reporter = createReporter({ json: false, stdout, stderr });
    reporter.generating(progress);
    reporter.exporting({ done: 1, total: 2, framesPerSecond: 3 });
    reporter.note('the prompt is long');
    expect([stdout.text, stderr.text]).toEqual(['', 'note: the prompt is long\n']);
  });

  it('says everything as one JSON line per event with --json', () => {
    const [stdout, stderr] = [new Sink(true), new Sink(true)];
    const reporter = createReporter({ json: true, stdout, stderr });
    reporter.generating(progress);
    reporter.line('not said');
    reporter.event('done', { takeId: 't' });
    expect(
      stdout.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { event: 'progress', ...progress },
      { event: 'done', takeId: 't' },
    ]);
    expect(stderr.text).toBe('');
  });

  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [59.6, '60 s'],
    [125, '2 min 05 s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
