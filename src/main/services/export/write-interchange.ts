/**
 * Writes a timeline for other editing programs: a folder with the lists (OTIO, EDL), a film of every shot and still, the
 * sounds as they were imported (at another speed than their own as WAV), and the film itself as a reference to lay beside the interchange. All or nothing, as any export.
 */
import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTENTS_FILE, REFERENCE_FILE } from '@core/interchange/files';
import { MEDIA_FOLDER } from '@core/interchange/plan';
import { AppError } from '@core/errors';
import { SOUND_CHANNELS, SOUND_RATE } from '@core/export/sound-plan';
import { syncDir, syncFile } from '../../platform/fs-atomic';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg';
import { type SoundFile, soundBlocks } from '../media/sound-files';
import type { ExportTask } from './messages';
import { replaceFolder, writeFlushed, type Contents } from './out-path';
import type { WriteFilmOptions, WrittenFilm } from './write-film';

/** One film, by the writer that writes all others. */
export type WriteOne = (film: {
  readonly task: ExportTask;
  readonly options: Pick<WriteFilmOptions, 'onFrame'>;
}) => Promise<WrittenFilm>;

/** Frames of all its films: what there is to wait for. */
export function interchangeFrames({ plan, interchange }: Pick<ExportTask, 'plan' | 'interchange'>): number {
  return plan.frames.length + (interchange?.pictures.reduce((sum, { frames }) => sum + frames.length, 0) ?? 0);
}

export async function writeInterchange(
  task: ExportTask,
  partial: string,
  writeOne: WriteOne,
  { onFrame, signal }: Pick<WriteFilmOptions, 'onFrame' | 'signal'>,
): Promise<WrittenFilm> {
  const { interchange } = task;
  if (interchange === null) throw new TypeError('a timeline without its lists');
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, MEDIA_FOLDER), { recursive: true });
  let frames = 0;
  let bytes = 0;
  const write = async (film: ExportTask) => {
    const before = frames;
    const written = await writeOne({ task: film, options: { onFrame: (done) => onFrame?.(before + done) } });
    frames += written.frames;
    bytes += written.bytes;
  };
  const single = { ...task, preset: 'prores-mov', interchange: null } as const;
  for (const { file, frames: hashes, recipes } of interchange.pictures) {
    const layers = hashes.map((frame) => [{ frame, opacity256: 256 }]);
    const plan = { ...task.plan, from: 0, to: hashes.length, frames: layers, missing: [] };
    await write({ ...single, plan, recipes, sound: null, outPath: join(partial, file) });
  }
  await write({ ...single, outPath: join(partial, REFERENCE_FILE) });
  for (const { file, path, stretch } of interchange.sounds) {
    if (signal?.aborted === true) throw new AppError('cancelled', 'the export was cancelled');
    const to = join(partial, file);
    bytes += await (stretch === undefined
      ? copyFlushed(path, to)
      : writeStretched({ path, channels: stretch.channels }, stretch.speed, to, signal));
  }
  const encoder = new TextEncoder();
  const lists = [...interchange.lists, { file: CONTENTS_FILE, text: `${JSON.stringify(contentsOf(task), null, 1)}\n` }];
  for (const { file, text } of lists) {
    const data = encoder.encode(text);
    await writeFlushed(join(partial, file), data);
    bytes += data.length;
  }
  await syncDir(join(partial, MEDIA_FOLDER));
  await syncDir(partial);
  await replaceFolder(partial, task.outPath);
  return { frames, bytes };
}

function contentsOf({ interchange }: ExportTask): Contents {
  const { pictures = [], sounds = [], lists = [] } = interchange ?? {};
  return { files: [REFERENCE_FILE, ...[...lists, ...pictures, ...sounds].map(({ file }) => file)] };
}

async function writeStretched(
  sound: SoundFile,
  speed: number,
  to: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const abort = signal && { signal };
  const raw = ['-f', 'f32le', '-ar', String(SOUND_RATE.num), '-ac', String(SOUND_CHANNELS)];
  const args = ['-protocol_whitelist', 'file,pipe', ...raw, '-i', 'pipe:0', '-c:a', 'pcm_s24le', '-y', `file:${to}`];
  await runFfmpeg(args, { input: bytesOf(soundBlocks(sound, { speed, ...abort })), ...abort });
  await syncFile(to);
  return (await stat(to)).size;
}

async function* bytesOf(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of blocks) yield new Uint8Array(buffer, byteOffset, byteLength);
}

async function copyFlushed(from: string, to: string): Promise<number> {
  await copyFile(from, to);
  // A linked original may be read-only, and its copy would be.
  await chmod(to, 0o644);
  await syncFile(to);
  return (await stat(to)).size;
}
