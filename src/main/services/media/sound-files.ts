/**
 * Imported sounds, read through ffmpeg: what ffprobe says of them, their samples as every film has them (48 kHz, stereo,
 * float), and the waveform that is kept beside the file. Only audio formats are let in, no protocol but file and pipe.
 */
import { extname } from 'node:path';
import { SPEED_OWN } from '@core/document/clip-speed';
import { SOUND_MINUTES_MOST } from '@core/document/sound';
import { AppError } from '@core/errors';
import { peaksFrom, SOUND_CHANNELS, SOUND_RATE } from '@core/export/sound-plan';
import { TimeStretch } from '@core/sound/time-stretch';
import { probeFile } from '../ffmpeg/probe-file';
import { streamFfmpeg } from '../ffmpeg/run-ffmpeg';

/** Beside the media file, under the same hash. Lost ones are made again. */
export const PEAKS_EXTENSION = '.peaks';

export const soundExtensions = ['wav', 'mp3', 'm4a', 'aac', 'flac', 'ogg', 'oga', 'opus', 'aif', 'aiff'];

const CHANNELS_MAX = 64;

/** ffmpeg's names of the demuxers that read these; names an older build lacks do no harm. */
const SOUND_FORMATS = 'wav,w64,mp3,mov,mp4,m4a,aac,flac,ogg,aiff';

export interface SoundFacts {
  readonly sampleRate: number;
  readonly channels: number;
}

export interface MeasuredSound extends SoundFacts {
  /** At SOUND_RATE. */
  readonly samples: number;
  readonly peaks: Uint8Array;
}

export function isSoundName(name: string): boolean {
  return soundExtensions.includes(extname(name).slice(1).toLowerCase());
}

/**
 * Reads the whole sound once: its length is that of what is decoded, whatever its header claims.
 * @param path a file whose name is ours
 * @param name what the artist calls it, for the sentence
 * @throws AppError media/unreadable, media/unsupported (over 20 minutes), export/ffmpeg-missing, cancelled
 */
export async function measureSound(path: string, name: string, signal?: AbortSignal): Promise<MeasuredSound> {
  const facts = await probeSound(path, name, signal);
  const peaks = peaksFrom();
  try {
    for await (const chunk of soundBlocks({ path, channels: facts.channels }, signal && { signal })) {
      peaks.add(chunk);
      if (peaks.samples > SOUND_MINUTES_MOST * 60 * SOUND_RATE.num) throw tooLong(name);
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'export/ffmpeg-failed')
      throw unreadable(name, 'it is damaged, or it is not the audio its name says', error);
    throw error;
  }
  if (peaks.samples === 0) throw unreadable(name, 'there is no sound in it');
  return { ...facts, samples: peaks.samples, peaks: peaks.finish() };
}

async function probeSound(path: string, name: string, signal?: AbortSignal): Promise<SoundFacts> {
  let streams;
  try {
    ({ streams = [] } = await probeFile(path, { formats: SOUND_FORMATS, ...(signal && { signal }) }));
  } catch (error) {
    if (error instanceof AppError && error.code === 'media/unreadable')
      throw unreadable(name, 'it is damaged, or it is not the audio its name says', error);
    throw error;
  }
  const stream = streams.find(({ codec_type }) => codec_type === 'audio');
  const [sampleRate, channels] = [Number(stream?.sample_rate), Number(stream?.channels)];
  if (stream === undefined || !(sampleRate >= 1) || !(channels >= 1)) throw unreadable(name, 'there is no sound in it');
  if (channels > CHANNELS_MAX) throw unreadable(name, `it has ${channels} channels`);
  return { sampleRate, channels };
}

export interface SoundFile {
  readonly path: string;
  readonly channels: number;
}

export interface SoundReading {
  /** Percent; at its own pitch. Absent = as it is. */
  readonly speed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Its samples from the first on, interleaved stereo at SOUND_RATE, in blocks of whole samples. A mono sound comes on both
 * sides as loud as it is (ffmpeg's own mixing would make it 3 dB quieter).
 * @throws AppError cancelled · export/ffmpeg-failed
 */
export async function* soundBlocks(
  file: SoundFile,
  { speed = SPEED_OWN, signal }: SoundReading = {},
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const decoded = decodedBlocks(file, signal);
  if (speed === SPEED_OWN) return yield* decoded;
  const stretch = new TimeStretch(speed);
  for await (const block of decoded) {
    const played = stretch.add(block);
    if (played.length > 0) yield played;
  }
  yield stretch.finish();
}

async function* decodedBlocks(
  file: SoundFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const stereo = file.channels === 1 ? ['-af', 'pan=stereo|c0=c0|c1=c0'] : ['-ac', String(SOUND_CHANNELS)];
  const args = [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', SOUND_FORMATS, '-i', `file:${file.path}`],
    ...['-map', '0:a:0', '-vn', ...stereo, '-ar', String(SOUND_RATE.num), '-f', 'f32le', '-c:a', 'pcm_f32le', 'pipe:1'],
  ];
  const frameBytes = SOUND_CHANNELS * Float32Array.BYTES_PER_ELEMENT;
  let rest = new Uint8Array(0);
  for await (const chunk of streamFfmpeg(args, signal === undefined ? {} : { signal })) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const whole = bytes.length - (bytes.length % frameBytes);
    rest = bytes.slice(whole);
    if (whole > 0) yield new Float32Array(bytes.buffer, 0, whole / Float32Array.BYTES_PER_ELEMENT);
  }
}

function tooLong(name: string): AppError {
  return new AppError('media/unsupported', `${name} is longer than ${SOUND_MINUTES_MOST} minutes.`, {
    field: 'sound',
    value: name,
    remedy: 'Cut it into shorter files first.',
  });
}

function unreadable(name: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} cannot be heard: ${why}.`,
    {
      field: 'sound',
      value: name,
      remedy: 'Choose a WAV, MP3, M4A, FLAC or Ogg file; or open it in an audio editor and save it as WAV.',
    },
    cause,
  );
}
