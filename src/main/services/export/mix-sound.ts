/**
 * Mixes the sound of a film into a file of raw samples (48 kHz, stereo, 32-bit float), a second at a time: each clip's
 * file is decoded by an ffmpeg of its own, which is opened when the clip begins and left when it ends. Where a clip
 * starts is counted in samples here and not asked of a filter, so it is exact with any ffmpeg (ADR 0019).
 */
import { open } from 'node:fs/promises';
import { AppError } from '@core/errors';
import { mixInto, SOUND_CHANNELS, SOUND_RATE, type SoundClip } from '@core/export/sound-plan';
import { soundBlocks, type SoundFile } from '../media/sound-files';
import type { TaskSound } from './messages';

const BLOCK_SAMPLES = SOUND_RATE.num;

/** @throws AppError media/unreadable naming the file, cancelled; what the file system throws */
export async function mixSound(
  { plan, files }: TaskSound,
  outPath: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const waiting = [...plan.clips].sort((a, b) => a.start - b.start);
  let playing: ClipReader[] = [];
  const out = await open(outPath, 'w');
  try {
    for (let start = 0; start < plan.length; start += BLOCK_SAMPLES) {
      const count = Math.min(BLOCK_SAMPLES, plan.length - start);
      const block = { samples: new Float32Array(count * SOUND_CHANNELS), start };
      for (let next = waiting[0]; next !== undefined && next.start < start + count; next = waiting[0]) {
        waiting.shift();
        playing.push(new ClipReader(next, fileOf(files, next.mediaId), options.signal));
      }
      for (const reader of playing) await reader.mixUntil(block, start + count);
      playing = playing.filter((reader) => !reader.isOver);
      await out.write(block.samples);
    }
  } finally {
    for (const reader of playing) await reader.close();
    await out.close();
  }
}

function fileOf(files: TaskSound['files'], mediaId: string): SoundFile {
  const file = files[mediaId];
  if (file !== undefined) return file;
  throw new AppError('media/not-found', 'a sound of this film is not in the library', {
    field: 'mediaId',
    value: mediaId,
    remedy: 'Import it again, or remove its clip.',
  });
}

/** One clip while it sounds. */
class ClipReader {
  readonly #clip: SoundClip;
  readonly #file: SoundFile;
  readonly #blocks: AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined>;
  /** Samples of the file, as it is played, that are not yet mixed; the first is sample #at. */
  #rest: Float32Array<ArrayBuffer> = new Float32Array(0);
  #at = 0;
  #isAtEnd = false;

  constructor(clip: SoundClip, file: SoundFile, signal?: AbortSignal) {
    this.#clip = clip;
    this.#file = file;
    this.#blocks = soundBlocks(file, { speed: clip.speed, ...(signal && { signal }) });
  }

  /** True when nothing of it is still to be heard. A file that ends before its clip leaves silence. */
  isOver = false;

  /** Mixes what it has before sample `end` of the plan. */
  async mixUntil(block: { readonly samples: Float32Array; readonly start: number }, end: number): Promise<void> {
    const clipEnd = Math.min(end - this.#clip.start, this.#clip.length);
    const wanted = this.#clip.sourceStart + clipEnd;
    while (this.#at < wanted && !this.#isAtEnd) {
      if (this.#rest.length === 0) await this.#read();
      const count = Math.min(this.#rest.length / SOUND_CHANNELS, wanted - this.#at);
      const samples = this.#rest.subarray(0, count * SOUND_CHANNELS);
      mixInto(block, this.#clip, { samples, clipSample: this.#at - this.#clip.sourceStart });
      this.#rest = this.#rest.subarray(count * SOUND_CHANNELS);
      this.#at += count;
    }
    if (this.#isAtEnd || clipEnd >= this.#clip.length) {
      this.isOver = true;
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return();
  }

  async #read(): Promise<void> {
    try {
      const next = await this.#blocks.next();
      if (next.done === true) this.#isAtEnd = true;
      else this.#rest = next.value;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'export/ffmpeg-failed') throw error;
      throw new AppError(
        'media/unreadable',
        'a sound of this film cannot be read',
        { field: 'file', value: this.#file.path, remedy: 'Check the library, or import the sound again.' },
        error,
      );
    }
  }
}
