/**
 * Where a film's original lies: one file anywhere on this machine, or numbered pictures in one folder. Originals are
 * linked, never copied or changed.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '@core/errors';

export const FootagePlace = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file'), path: z.string().min(1) }),
  z.object({
    type: z.literal('sequence'),
    dir: z.string().min(1),
    /** A picture's name is prefix, number, suffix. */
    prefix: z.string(),
    suffix: z.string().min(1),
    first: z.int().min(0),
    count: z.int().min(1).max(1_000_000),
    /** Digits that numbers are filled up to with zeros; 0 = as they are. */
    digits: z.int().min(0).max(20),
  }),
]);
export type FootagePlace = z.infer<typeof FootagePlace>;
export type SequencePlace = Extract<FootagePlace, { type: 'sequence' }>;

export const filmExtensions = [
  ...['mp4', 'm4v', 'mov', 'qt', 'webm', 'mkv', 'avi', 'gif', 'apng', 'mxf'],
  ...['mts', 'm2ts', 'ts', 'mpg', 'mpeg', 'wmv', 'flv', '3gp', 'ogv', 'dv'],
];

export function isFilmName(name: string): boolean {
  return filmExtensions.includes(extname(name).slice(1).toLowerCase());
}

/** Fewer numbered pictures than this are single pictures. */
const SEQUENCE_MIN = 3;
const PICTURE = /^(.*?)(\d{1,15})(\.(?:png|jpe?g|tiff?|bmp|exr|dpx|webp))$/i;

/**
 * Chosen files as films, sequences and the rest. Three or more pictures in one folder whose names differ only in a
 * number that counts on by one are a sequence; where a number is missing, they are not.
 */
export function sortPlaces(paths: readonly string[]): { readonly places: FootagePlace[]; readonly rest: string[] } {
  const groups = new Map<string, { readonly path: string; readonly number: number; readonly digits: string }[]>();
  for (const path of paths) {
    const [, prefix, digits, suffix] = PICTURE.exec(basename(path)) ?? [];
    if (prefix === undefined || digits === undefined || suffix === undefined) continue;
    const key = JSON.stringify([dirname(path), prefix, suffix]);
    groups.set(key, [...(groups.get(key) ?? []), { path, number: Number(digits), digits }]);
  }
  const taken = new Set<string>();
  const places: FootagePlace[] = [];
  for (const [key, pictures] of groups) {
    const [dir, prefix, suffix] = JSON.parse(key) as [string, string, string]; // written just above
    pictures.sort((a, b) => a.number - b.number);
    const [first] = pictures;
    const isPadded = pictures.every(({ digits }) => digits.length === first?.digits.length);
    const isPlain = pictures.every(({ digits, number }) => digits === String(number));
    const countsOn = pictures.every(({ number }, i) => number === (first?.number ?? 0) + i);
    if (first === undefined || pictures.length < SEQUENCE_MIN || !countsOn || !(isPadded || isPlain)) continue;
    for (const { path } of pictures) taken.add(path);
    const digits = isPlain ? 0 : first.digits.length;
    places.push({ type: 'sequence', dir, prefix, suffix, first: first.number, count: pictures.length, digits });
  }
  const rest: string[] = [];
  for (const path of paths) {
    if (taken.has(path)) continue;
    if (isFilmName(basename(path))) places.push({ type: 'file', path });
    else rest.push(path);
  }
  return { places, rest };
}

/** Of a sequence as the trade writes it: `paint_[001-048].png`. */
export function nameOf(place: FootagePlace): string {
  if (place.type === 'file') return basename(place.path);
  const { prefix, suffix, first, count, digits } = place;
  const number = (i: number): string => String(first + i).padStart(digits, '0');
  return `${prefix}[${number(0)}-${number(count - 1)}]${suffix}`;
}

/** Name of the i-th picture. */
export function pictureName({ prefix, suffix, first, digits }: SequencePlace, i: number): string {
  return `${prefix}${String(first + i).padStart(digits, '0')}${suffix}`;
}

export function filesOf(place: FootagePlace): string[] {
  if (place.type === 'file') return [place.path];
  return Array.from({ length: place.count }, (_, i) => join(place.dir, pictureName(place, i)));
}

/** What ffmpeg is given for its input; of pictures one that begins with the `skip`-th. */
export function inputArgs(place: FootagePlace, rate: { num: number; den: number }, skip: number): string[] {
  const safe = ['-protocol_whitelist', 'file,pipe'];
  if (place.type === 'file') return [...safe, '-format_whitelist', FILM_FORMATS, '-i', `file:${place.path}`];
  const literal = (text: string): string => text.replaceAll('%', '%%');
  const number = place.digits === 0 ? '%d' : `%0${place.digits}d`;
  const pattern = `${literal(join(place.dir, place.prefix))}${number}${literal(place.suffix)}`;
  return [
    ...[...safe, '-f', 'image2', '-framerate', `${rate.num}/${rate.den}`],
    ...['-start_number', String(place.first + skip), '-i', `file:${pattern}`],
  ];
}

/** ffmpeg's names of the demuxers that read films; names an older build lacks do no harm. */
export const FILM_FORMATS = [
  ...['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'matroska', 'webm', 'avi', 'gif', 'apng', 'mxf', 'mpegts', 'mpeg'],
  ...['mpegvideo', 'asf', 'flv', 'ogg', 'dv'],
].join(',');

/** @throws AppError media/not-found when one of its files is gone */
export async function assertOnline(place: FootagePlace | null, name: string): Promise<void> {
  const missing = place === null ? name : await firstMissing(place);
  if (missing === null) return;
  throw new AppError('media/not-found', `The original ${missing} is not where it was.`, {
    field: 'file',
    value: name,
    remedy: 'Bring it back, or say where it is now with “Find the original” in the media panel. The film plays on.',
  });
}

async function firstMissing(place: FootagePlace): Promise<string | null> {
  if (place.type === 'file') {
    const info = await stat(place.path).catch(() => null);
    return info?.isFile() === true ? null : basename(place.path);
  }
  const there = new Set(await readdir(place.dir).catch(() => []));
  for (let i = 0; i < place.count; i++) if (!there.has(pictureName(place, i))) return pictureName(place, i);
  return null;
}
