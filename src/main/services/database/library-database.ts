/**
 * One SQLite connection with the rules of the house: settings that survive a power cut, every statement timed, every
 * failure named, every row parsed. SQL is written only in src/main/services; all values are bound, never spliced.
 */
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { AppError, assert } from '@core/errors';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import { sqliteErrorFrom } from './sqlite-error';

/** 'Onio' in ASCII: marks the file as ours for `file` and for us. */
export const APPLICATION_ID = 0x4f6e696f;
/** Statements slower than this are logged: main runs SQLite, and main must never be late. */
export const SLOW_STATEMENT_MS = 20;
const BUSY_TIMEOUT_MS = 5_000;
/** Pages of 4 KiB copied in one turn of the event loop. */
const BACKUP_PAGES = 100;
/** SQL texts are constants, so this is a guard against a bug, not a working limit. */
const MAX_STATEMENTS = 500;

export type SqlValue = string | number | bigint | null | Uint8Array;

export interface LibraryDatabaseOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Build of the addon to load; the development Electron needs another one than Node does. */
  readonly nativeBinding?: string | undefined;
}

export class LibraryDatabase {
  readonly path: string;
  readonly #db: Database.Database;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #statements = new Map<string, Database.Statement>();

  /** Opens or creates the file. @throws AppError library/* */
  constructor(path: string, options: LibraryDatabaseOptions) {
    this.path = path;
    this.#clock = options.clock;
    this.#log = options.log;
    const db = this.#guard(() => openConnection(path, options.nativeBinding));
    this.#db = db;
    try {
      this.#guard(() => configure(db));
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Runs a statement that returns no rows. Gives the number of rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#timed(sql, () => this.#prepare(sql).run(...values).changes);
  }

  /** The first row, parsed, or null. @throws AppError library/corrupt when the row does not have the schema's shape */
  get<T>(schema: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T | null {
    const row = this.#timed(sql, () => this.#prepare(sql).get(...values));
    return row === undefined ? null : this.#parse(schema, row, sql);
  }

  all<T>(schema: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T[] {
    const rows = this.#timed(sql, () => this.#prepare(sql).all(...values));
    return rows.map((row) => this.#parse(schema, row, sql));
  }

  /** Runs several statements without values (schema changes, BEGIN). */
  execute(sql: string): void {
    this.#timed(sql, () => this.#db.exec(sql));
  }

  pragma(text: string): unknown {
    return this.#timed(`PRAGMA ${text}`, () => this.#db.pragma(text, { simple: true }));
  }

  /**
   * Runs `change` in one BEGIN IMMEDIATE transaction; a throw rolls all of it back. Inside another transaction it
   * joins that one, so a repository can promise atomicity without knowing its caller.
   */
  transaction<T>(change: () => T): T {
    if (this.#db.inTransaction) return change();
    return this.#timed('transaction', () => this.#db.transaction(change).immediate());
  }

  get isInTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /**
   * Copies the database, WAL content included, while it stays usable: some pages in each turn of the event loop.
   * @throws AppError cancelled, library/*
   */
  async backupTo(path: string, signal?: AbortSignal): Promise<void> {
    const stopped = new AppError('cancelled', 'The backup was stopped.');
    try {
      await this.#db.backup(path, {
        progress: () => {
          if (signal?.aborted === true) throw stopped;
          return BACKUP_PAGES;
        },
      });
    } catch (error) {
      throw sqliteErrorFrom(error, path);
    }
  }

  /** Empties the WAL into the database file. */
  checkpoint(): void {
    this.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#statements.clear();
    this.#guard(() => this.#db.close());
  }

  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    assert(this.#statements.size < MAX_STATEMENTS, `more than ${MAX_STATEMENTS} different SQL texts: is one spliced?`);
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #parse<T>(schema: z.ZodType<T>, row: unknown, sql: string): T {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new AppError(
      'library/corrupt',
      `A row of the library does not have the expected form: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
      { field: 'library', value: this.path, remedy: 'Restore the newest backup from the library folder.' },
      new Error(sql, { cause: parsed.error }),
    );
  }

  #timed<T>(sql: string, work: () => T): T {
    const startMs = this.#clock.monotonicMs();
    const result = this.#guard(work);
    const ms = this.#clock.monotonicMs() - startMs;
    if (ms > SLOW_STATEMENT_MS) this.#log.warn('slow statement', { area: 'database', ms: Math.round(ms), sql });
    return result;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sqliteErrorFrom(error, this.path);
    }
  }
}

function openConnection(path: string, nativeBinding: string | undefined): Database.Database {
  return new Database(path, {
    timeout: BUSY_TIMEOUT_MS,
    ...(nativeBinding !== undefined && { nativeBinding }),
  });
}

/** better-sqlite3 is built with synchronous=NORMAL for WAL, where a power cut can lose the last commits: say FULL. */
function configure(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('checkpoint_fullfsync = true');
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
}
