/**
 * `onionskin doctor`: what the studio stands on, line by line. Works without a library that can be opened, since that
 * may be the very thing that is broken.
 */
import type { DoctorLine } from '@contracts/ipc';
import type { Reporter } from './reporter';

/** @returns whether every line is in order */
export function reportDoctor(lines: readonly DoctorLine[], reporter: Reporter): boolean {
  const width = Math.max(...lines.map(({ area }) => area.length));
  for (const line of lines) {
    const mark = line.ok ? '✓' : '✗';
    const wanted =
      line.ok && line.wanted !== 'optional' ? '' : ` (${line.ok ? line.wanted : `wanted: ${line.wanted}`})`;
    reporter.line(`${mark} ${line.area.padEnd(width)}  ${line.found}${wanted}`);
    if (!line.ok && line.fix !== '') reporter.line(`  ${' '.repeat(width)}  → ${line.fix}`);
    reporter.event('check', { ...line });
  }
  const ok = lines.every((line) => line.ok);
  reporter.event('done', { ok });
  return ok;
}
