/**
 * `onionskin sample DIR`: makes the sample project that a new library opens with, for resources/sample. For developers:
 * run it again when the embedded model changes.
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedMove } from '@core/curve/camera-moves';
import { writeFileAtomic } from '@main/platform/fs-atomic';
import type { SampleFile } from '@main/services/projects/sample-project';
import { chooseModel, type CommandContext } from './context';
import { FilmMaker } from './film-maker';

interface SampleShot {
  readonly name: string;
  readonly prompt: string;
  readonly seed: number;
  /** A second take of the same shot, so that there is something to choose between. */
  readonly otherSeed: number | null;
  readonly camera: NamedMove | null;
  /** What happens next. */
  readonly then: { readonly text: string | null; readonly frames: number; readonly seed: number } | null;
}

const SHOTS: readonly SampleShot[] = [
  {
    name: 'Ball',
    prompt: 'a red ball bouncing on a blue background',
    seed: 3,
    otherSeed: 4,
    camera: null,
    then: { text: 'a green ball bouncing on a blue background', frames: 10, seed: 13 },
  },
  { name: 'Balloon', prompt: 'a red balloon rising in a blue sky', seed: 3, otherSeed: null, camera: null, then: null },
  {
    name: 'Heart',
    prompt: 'a purple heart growing on a white background',
    seed: 3,
    otherSeed: null,
    camera: null,
    then: { text: null, frames: 5, seed: 6 },
  },
  {
    name: 'Meadow',
    prompt: 'a big red tree over a green meadow',
    seed: 3,
    otherSeed: null,
    camera: { name: 'panRight', pace: 'medium' },
    then: { text: null, frames: 10, seed: 4 },
  },
];
const DISSOLVE_FRAMES = 4;

export async function makeSample(context: CommandContext, dir: string): Promise<void> {
  const { studio, reporter } = context;
  const film = new FilmMaker(context, chooseModel(studio, undefined), 'Welcome to Onionskin');
  const clipIds: string[] = [];
  for (const { name, prompt, seed, otherSeed, camera, then } of SHOTS) {
    const { clipId, shotId, segmentId } = film.addShot(name, prompt, seed);
    clipIds.push(clipId);
    if (camera !== null) film.moveCamera(shotId, camera);
    // The other take first: a segment without a choice shows its newest.
    if (otherSeed !== null) await film.generate(shotId, otherSeed);
    await film.generate(shotId);
    if (otherSeed !== null) film.choose(segmentId, studio.takes.list(film.projectId)[0]?.id ?? null);
    if (then === null) continue;
    film.extend(clipId, then.frames, then.seed, then.text);
    await film.generate(shotId);
  }
  const [left, right] = clipIds;
  if (left !== undefined && right !== undefined) film.dissolve(left, right, DISSOLVE_FRAMES);

  const takes = studio.takes.list(film.projectId).toReversed();
  const sample: SampleFile = {
    schema: 1,
    records: [...film.doc.values()],
    takes: takes.map(({ id }) => {
      const { view, recipe } = studio.takes.get(id);
      return { view, recipe };
    }),
  };
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'frames'), { recursive: true });
  const hashes = new Set(takes.flatMap(({ frames }) => frames));
  for (const hash of hashes) await cp(studio.frames.pathOf(hash), join(dir, 'frames', `${hash}.png`));
  await writeFileAtomic(join(dir, 'sample.json'), JSON.stringify(sample, null, 1));
  reporter.line(`${dir}: ${takes.length} takes, ${hashes.size} frames`);
}
