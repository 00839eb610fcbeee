/**
 * Names of files that any system and any editing program takes: ASCII without spaces, each once whatever the case. What was
 * written otherwise stays the clip's name in the timeline.
 */
const STEM_MAX = 60;
/** Names of devices, which Windows gives to no file. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

export class FileNames {
  readonly #given = new Set<string>();

  /** @param extension with its dot; '' = none */
  give(name: string, extension: string): string {
    const stem = plainStem(name, extension);
    for (let n = 1; ; n++) {
      const file = `${stem}${n === 1 ? '' : `_${n}`}${extension}`;
      if (this.#given.has(file.toLowerCase())) continue;
      this.#given.add(file.toLowerCase());
      return file;
    }
  }
}

/** The name as a file's stem; an ending that it has already is not said twice. */
export function plainStem(name: string, extension = ''): string {
  const ended = extension !== '' && name.toLowerCase().endsWith(extension.toLowerCase());
  const stem = (ended ? name.slice(0, -extension.length) : name)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, STEM_MAX);
  if (stem === '') return 'Clip';
  return RESERVED.test(stem) ? `${stem}_` : stem;
}
