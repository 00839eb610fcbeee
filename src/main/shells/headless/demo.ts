/**
 * `onionskin demo`: what the studio does, without a window. Two shots are generated, the first one is extended, both lie
 * on a timeline with a dissolve between them, and the film is exported.
 */
import { stat } from 'node:fs/promises';
import { assert } from '@core/errors';
import { filmEnd } from '@core/document/access';
import { formatRate } from '@core/time/rate';
import type { SeamMeasure } from '@core/quality/seam';
import { chooseModel, type CommandContext } from './context';
import { FilmMaker } from './film-maker';
import { formatSeconds } from './reporter';

/** Prompts from the vocabulary the embedded model was taught; fixed seeds, so that the demo is the same film everywhere. */
const SHOTS = [
  { name: 'Ball', prompt: 'a red ball bouncing on a blue background', seed: 4, then: { frames: 10, seed: 13 } },
  { name: 'Boat', prompt: 'a yellow boat moving right on the sea', seed: 3, then: null },
] as const;
const DISSOLVE_FRAMES = 4;

interface Row {
  readonly what: string;
  readonly frames: number;
  readonly seconds: number;
}

export async function demo(context: CommandContext, outPath: string): Promise<void> {
  const { studio, reporter, signal } = context;
  const manifest = chooseModel(studio, undefined);
  const film = new FilmMaker(context, manifest, 'Demo');
  const rows: Row[] = [];
  const timed = async (what: string, frames: number, work: () => Promise<void>): Promise<void> => {
    reporter.note(what);
    const startMs = performance.now();
    await work();
    rows.push({ what, frames, seconds: (performance.now() - startMs) / 1000 });
  };

  const clipIds: string[] = [];
  let seam: SeamMeasure | null = null;
  for (const { name, prompt, seed, then } of SHOTS) {
    const { clipId, shotId } = film.addShot(name, prompt, seed);
    clipIds.push(clipId);
    await timed(`generate “${prompt}”`, manifest.nativeFrames, () => film.generate(shotId));
    if (then === null) continue;
    film.extend(clipId, then.frames, then.seed);
    await timed(`extend “${name}” by ${then.frames} frames`, then.frames, () => film.generate(shotId));
    seam = await film.seamAt(shotId, manifest.nativeFrames);
  }
  const [left, right] = clipIds;
  assert(left !== undefined && right !== undefined, 'the demo has two clips');
  film.dissolve(left, right, DISSOLVE_FRAMES);
  const frameCount = filmEnd(film.doc);
  await timed('export H.264', frameCount, () => film.export(outPath, signal));

  const bytes = (await stat(outPath)).size;
  for (const text of table(rows)) reporter.line(text);
  const rate = formatRate(manifest.nativeRate);
  reporter.line('');
  reporter.line(
    `${outPath}: ${frameCount} frames at ${rate} a second, ${manifest.nativeSize.join('x')}, ${(bytes / 1024).toFixed(0)} KiB`,
  );
  if (seam !== null) reporter.line(describeSeam(seam));
  reporter.line(`library: ${studio.libraryDir}`);
  reporter.event('done', { path: outPath, projectId: film.projectId, frameCount, bytes, seam, steps: rows });
}

function describeSeam({ seam, neighbours, ratio }: SeamMeasure): string {
  const around = neighbours === null ? '' : `; median of its neighbours ${neighbours.toFixed(2)}`;
  const factor = ratio === null ? '' : ` (${ratio.toFixed(2)} ×)`;
  return `seam of the extension: mean frame difference ${seam.toFixed(2)} of 255${around}${factor}`;
}

function table(rows: readonly Row[]): string[] {
  const whole = { what: 'together', frames: 0, seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0) };
  const width = Math.max(...rows.map(({ what }) => what.length));
  const line = ({ what, frames, seconds }: Row): string =>
    `${what.padEnd(width)}  ${(frames === 0 ? '' : `${frames} frames`).padStart(10)}  ${formatSeconds(seconds).padStart(9)}`;
  return [...rows.map(line), line(whole)];
}
