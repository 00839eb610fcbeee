/**
 * Is a database whole? quick_check finds torn and overwritten pages without reading every index.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '@core/errors';
import type { LibraryDatabase } from './library-database';

/** @throws AppError library/corrupt, with what SQLite said as its cause */
export function assertSound(db: LibraryDatabase): void {
  const answer = db.pragma('quick_check(1)');
  if (answer !== 'ok') throw damage(String(answer));
}

/** The same, a table at a time, with a turn for the event loop between them. @throws AppError library/corrupt */
export async function assertSoundByTable(db: LibraryDatabase): Promise<void> {
  const tables =
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name";
  for (const { name } of db.all(Table, tables)) {
    await nextTurn();
    const [line] = db.all(Line, 'SELECT quick_check AS line FROM pragma_quick_check(?)', name);
    if (line?.line !== 'ok') throw damage(line?.line ?? 'no answer');
  }
}

const Table = z.object({ name: z.string() });
const Line = z.object({ line: z.string() });

function damage(answer: string): AppError {
  return new AppError('library/corrupt', 'The database is damaged.', {}, new DamageFound(answer));
}

class DamageFound extends Error {
  override readonly name = 'DamageFound';
}
