/**
 * Settings of the studio in its library: JSON by name. Few and small; a value that is null is not kept.
 */
import { z } from 'zod';
import { invalidInput } from '@core/errors';
import { SettingKey, SettingValue } from '@contracts/settings';
import type { Clock } from '../../platform/clock';
import { parseJson } from '../database/json-column';
import type { LibraryDatabase } from '../database/library-database';

const Row = z.object({ value: z.string() });
const Count = z.object({ count: z.int() });
/** Names are the app's own constants; more than this is a bug in whoever makes them up. */
const MAX_SETTINGS = 200;

export class SettingStore {
  readonly #db: LibraryDatabase;
  readonly #clock: Clock;

  constructor(db: LibraryDatabase, { clock }: { readonly clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  /** null when nothing was set. @throws AppError library/corrupt */
  get(key: string): SettingValue {
    const row = this.#db.get(Row, 'SELECT value FROM app_settings WHERE key = ?', key);
    return row === null ? null : parseJson(SettingValue, row.value, `app_settings.${key}`);
  }

  /** @throws AppError input/invalid for a bad name, a value above 64 kB, or too many settings */
  set(key: string, value: SettingValue): void {
    if (!SettingKey.safeParse(key).success)
      throw invalidInput('key', key, 'this is not the name of a setting', 'Use letters, digits, dots and dashes.');
    if (value === null) {
      this.#db.run('DELETE FROM app_settings WHERE key = ?', key);
      return;
    }
    const checked = SettingValue.safeParse(value);
    if (!checked.success)
      throw invalidInput(key, typeof value, 'this setting is too large to be kept', 'Keep it under 64 kB.');
    this.#db.transaction(() => {
      this.#assertRoom(key);
      this.#db.run(
        `INSERT INTO app_settings (key, value, updated_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
        key,
        JSON.stringify(checked.data),
        this.#clock.now(),
      );
    });
  }

  #assertRoom(key: string): void {
    const others = this.#db.get(Count, 'SELECT count(*) AS count FROM app_settings WHERE key <> ?', key);
    if ((others?.count ?? 0) >= MAX_SETTINGS)
      throw invalidInput('key', key, 'there is no room for another setting', 'Remove one first.');
  }
}
