/**
 * What each export preset can hold, and the ffmpeg arguments that make it. Nothing runs here.
 * Arguments are kept to what ffmpeg 4 and ffmpeg 9 both know. Every film enters as rgb24 on standard input.
 *
 * Odd sizes: H.264 with 4:2:0 chroma needs even width and height. Editors that crop or pad by a pixel on their own make
 * a file that no longer lies over the original, which is noticed in the conform and nowhere else; so an odd size is
 * refused by name, and the presets that can hold it are offered.
 */
import { invalidInput } from '@core/errors';
import { SOUND_CHANNELS, SOUND_RATE } from '@core/export/sound-plan';
import { formatRate, framesPerSecond, type Rate } from '@core/time/rate';
import { MAX_GIF_RATE, type ExportPreset } from '@contracts/job';

export interface FilmFormat {
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  readonly frameCount: number;
}

/** Visually lossless for drawn pictures, and what LTX's own editor uses. */
const CRF = '16';

/** @throws AppError input/invalid when the preset cannot hold the film as it is */
export function assertPresetHolds(preset: ExportPreset, film: FilmFormat): void {
  const size = `${film.width}x${film.height}`;
  switch (preset) {
    case 'h264-mp4':
      if (film.width % 2 !== 0 || film.height % 2 !== 0)
        throw invalidInput(
          'size',
          size,
          `H.264 needs an even width and height, and the film is ${size}`,
          `Set the project to ${film.width + (film.width % 2)}x${film.height + (film.height % 2)}, or export a GIF or a PNG sequence, which take any size.`,
        );
      return;
    case 'prores-mov':
    case 'timeline':
      if (film.width % 2 !== 0)
        throw invalidInput(
          'size',
          size,
          `ProRes 422 needs an even width, and the film is ${size}`,
          `Set the project to ${film.width + 1}x${film.height}, or export a GIF or a PNG sequence, which take any size.`,
        );
      return;
    case 'gif':
      if (framesPerSecond(film.rate) > MAX_GIF_RATE)
        throw invalidInput(
          'rate',
          formatRate(film.rate),
          `a GIF plays at most ${MAX_GIF_RATE} frames a second, and the film has ${formatRate(film.rate)}`,
          'Export H.264 or a PNG sequence.',
        );
      return;
    case 'png-sequence':
      return;
    default:
      preset satisfies never;
  }
}

/** The encoder of ffmpeg each preset stands on; null where none is needed. */
export const ENCODER_OF_PRESET = {
  'h264-mp4': 'libx264',
  'prores-mov': 'prores_ks',
  gif: 'gif',
  'png-sequence': null,
  timeline: 'prores_ks',
} as const satisfies Record<ExportPreset, string | null>;

/** Presets whose file carries the film's sound. */
export const HAS_SOUND: Readonly<Record<ExportPreset, boolean>> = {
  'h264-mp4': true,
  'prores-mov': true,
  gif: false,
  'png-sequence': false,
  timeline: true,
};

function filmInput(film: FilmFormat): string[] {
  return [
    ...['-protocol_whitelist', 'file,pipe', '-f', 'rawvideo', '-pixel_format', 'rgb24'],
    ...['-video_size', `${film.width}x${film.height}`, '-framerate', formatRate(film.rate), '-i', 'pipe:0'],
  ];
}

/**
 * H.264 in MP4, with the film's sound where it has any: yuv420p, converted to and tagged as BT.709 limited range, index at the front.
 * The tags are set on the frames (setparams) and on the encoder: which of the two wins depends on ffmpeg's version.
 */
export function h264Args(film: FilmFormat, outPath: string, soundPath: string | null = null): string[] {
  return [
    ...filmInput(film),
    ...soundInput(soundPath, ['-c:a', 'aac', '-b:a', '256k']),
    ...['-map_metadata', '-1', '-vf', videoFilters('yuv420p')],
    ...['-c:v', 'libx264', '-preset', 'medium', '-crf', CRF, '-pix_fmt', 'yuv420p'],
    ...BT709,
    ...['-r', formatRate(film.rate), '-movflags', '+faststart', '-f', 'mp4', '-y', `file:${outPath}`],
  ];
}

/** ProRes 422 HQ in QuickTime, ten bits, with its sound as 24-bit PCM: for an editing program. */
export function proresArgs(film: FilmFormat, outPath: string, soundPath: string | null = null): string[] {
  return [
    ...filmInput(film),
    ...soundInput(soundPath, ['-c:a', 'pcm_s24le']),
    ...['-map_metadata', '-1', '-vf', videoFilters('yuv422p10le')],
    // The vendor is what some editors look at before they believe that it is ProRes.
    ...['-c:v', 'prores_ks', '-profile:v', '3', '-vendor', 'apl0', '-pix_fmt', 'yuv422p10le'],
    ...BT709,
    // Older encoders leave the colours out of the frames: the container says them.
    ...['-r', formatRate(film.rate), '-movflags', '+faststart+write_colr', '-f', 'mov', '-y', `file:${outPath}`],
  ];
}

const BT709 = ['-color_range', 'tv', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'];

function videoFilters(pixelFormat: string): string {
  return [
    'scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int',
    `format=${pixelFormat}`,
    'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
  ].join(',');
}

/**
 * The mix (mix-sound.ts), packed by `codec`; null: no sound. AAC's priming samples are signalled by the file's edit list,
 * so nothing is late.
 */
function soundInput(path: string | null, codec: readonly string[]): string[] {
  if (path === null) return ['-map', '0:v:0', '-an'];
  return [
    ...[
      '-protocol_whitelist',
      'file,pipe',
      '-f',
      'f32le',
      '-ar',
      String(SOUND_RATE.num),
      '-ac',
      String(SOUND_CHANNELS),
    ],
    ...['-i', `file:${path}`, '-map', '0:v:0', '-map', '1:a:0', ...codec],
  ];
}

/**
 * A GIF takes two passes over the film: one for the palette, one for the pictures. ffmpeg can do both in one with a
 * `split`, but then keeps the whole film in memory until the palette is known.
 */
export function gifPaletteArgs(film: FilmFormat, palettePath: string): string[] {
  // No transparent entry: films are opaque, and the palette has a colour more without it.
  const filter = 'palettegen=reserve_transparent=0:stats_mode=full';
  return [
    ...filmInput(film),
    '-vf',
    filter,
    '-frames:v',
    '1',
    '-f',
    'image2',
    '-c:v',
    'png',
    '-y',
    `file:${palettePath}`,
  ];
}

export function gifArgs(film: FilmFormat, palettePath: string, outPath: string): string[] {
  return [
    ...filmInput(film),
    ...['-protocol_whitelist', 'file,pipe', '-f', 'image2', '-i', `file:${palettePath}`],
    ...['-filter_complex', '[0:v][1:v]paletteuse=dither=sierra2_4a'],
    ...['-an', '-r', formatRate(film.rate), '-loop', '0', '-f', 'gif', '-y', `file:${outPath}`],
  ];
}

/** The mark before the recipes in a GIF's comment. */
export const RECIPE_KEY = 'onionskin';

/**
 * A GIF89a comment extension, which ffmpeg does not write: it goes before the file's last byte, the trailer 0x3B.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt section 24
 */
export function gifComment(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const blocks: number[] = [0x21, 0xfe];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255);
    blocks.push(block.length, ...block);
  }
  blocks.push(0);
  return Uint8Array.from(blocks);
}
