/**
 * A key map as text: what the settings keep and what artists pass on. Names only what differs from the studio's own
 * keys, so that a map made for one version still fits the next.
 */
import { z } from 'zod';
import { isChord } from '../../actions/keys';
import type { KeyChanges } from '../../actions/keymap.svelte';
import type { PresetName } from './presets';

const Chord = z.string().max(60).refine(isChord, 'is not a key');
const MAX_ACTIONS = 500;

export const KeyFile = z.object({
  format: z.literal('onionskin-keys'),
  version: z.literal(1),
  preset: z.enum(['default', 'premiere', 'resolve', 'final-cut']) satisfies z.ZodType<PresetName>,
  custom: z
    .record(z.string().max(100), z.array(Chord).max(8))
    .refine((custom) => Object.keys(custom).length <= MAX_ACTIONS, `more than ${String(MAX_ACTIONS)} actions`),
});
export type KeyFile = z.infer<typeof KeyFile>;

export function keyFileOf(preset: PresetName, custom: KeyChanges): KeyFile {
  const sorted = Object.entries(custom).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    format: 'onionskin-keys',
    version: 1,
    preset,
    custom: Object.fromEntries(sorted.map(([id, keys]) => [id, [...keys]])),
  };
}

export function printKeyFile(file: KeyFile): string {
  return JSON.stringify(file, null, 2);
}

export type ReadKeyFile =
  | { readonly ok: true; readonly file: KeyFile; /** Actions this studio does not know. */ readonly unknown: string[] }
  | { readonly ok: false; readonly reason: string };

/** Reads what somebody pasted. What is not a key map is refused with the reason; unknown actions are left out and named. */
export function readKeyFile(text: string, knownIds: ReadonlySet<string>): ReadKeyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, reason: 'This is not JSON.' };
  }
  const parsed = KeyFile.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, reason: `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`.trim() };
  }
  const { preset, custom } = parsed.data;
  const unknown = Object.keys(custom).filter((id) => !knownIds.has(id));
  const known = Object.entries(custom).filter(([id]) => knownIds.has(id));
  return { ok: true, file: keyFileOf(preset, Object.fromEntries(known)), unknown };
}
