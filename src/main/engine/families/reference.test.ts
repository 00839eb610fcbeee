/**
 * Every family against the runs that Python made over the same weights: final latents within 1e-4 on one thread, decoded
 * frames at least 50 dB. `npm run parity` runs this file and prints its table.
 */
import { afterAll, expect, test } from 'vitest';
import { aTempDir } from '../../../../test/support/pocket';
import { FRAMES_MIN_DB, LATENTS_MAX, measureReference, referenceRuns } from '../../../../test/support/references';
import { Runner } from '../runner';

const runner = new Runner();
const { dir, remove } = aTempDir();
const runs = referenceRuns();
const rows: string[] = [];

afterAll(async () => {
  await runner.close();
  remove();
  if (!process.env['PARITY_TABLE']) return;
  const head = row('family', 'run', 'mode', 'scheduler', 'latents', 'worst frame');
  process.stdout.write(`\n${[head, ...rows].join('\n')}\n\nbars: latents ${LATENTS_MAX}, ${FRAMES_MIN_DB} dB\n`);
});

test('no run is missing', () => {
  const counts: Record<string, number> = {};
  for (const { family } of runs) counts[family] = (counts[family] ?? 0) + 1;
  expect(counts).toEqual({ ltx: 25, animatediff: 23, wan: 25, svd: 3, unet3d: 5, 'text2video-zero': 3 });
});

test.each(runs.map((run) => [`${run.family} ${run.name}`, run] as const))('%s', async (_, run) => {
  const { latents, worstDb } = await measureReference(run, runner, dir);
  rows.push(row(run.family, run.name, run.mode, run.scheduler, latents.toExponential(1), dB(worstDb)));
  expect(latents).toBeLessThanOrEqual(LATENTS_MAX);
  expect(worstDb).toBeGreaterThanOrEqual(FRAMES_MIN_DB);
});

function dB(value: number): string {
  return value === Infinity ? 'equal' : `${value.toFixed(1)} dB`;
}

function row(...cells: [string, string, string, string, string, string]): string {
  const widths = [15, 22, 42, 32, 9, 12];
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd();
}
