/**
 * The one logger: JSON lines with fields. Levels by what they mean to a reader:
 * error = could not do it · warn = did something else · info = rare and of interest to the user ·
 * debug = high-level operations · trace = per frame. Prompts and paths of user files do not belong in `info` and above.
 */
import type { Clock } from './clock';

export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** The same log with fields added to every line. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  /** Receives one line without its newline. */
  readonly write: (line: string) => void;
  readonly level: LogLevel;
  readonly clock: Clock;
}

export function createLog(options: LogOptions, fields: LogFields = {}): Log {
  const most = logLevels.indexOf(options.level);
  const at =
    (level: LogLevel) =>
    (message: string, more: LogFields = {}) => {
      if (logLevels.indexOf(level) > most) return;
      const time = new Date(options.clock.now()).toISOString();
      options.write(JSON.stringify({ time, level, message, ...fields, ...more }, printable));
    };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    child: (more) => createLog(options, { ...fields, ...more }),
  };
}

/** Drops everything: for tests that do not look at the log. */
export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  child: () => silentLog,
};

/** JSON shows an Error as {}; a log line shows its sentence, stack and causes. */
function printable(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return {
    name: value.name,
    message: value.message,
    stack: value.stack,
    ...('code' in value && { code: value.code }),
    ...(value.cause !== undefined && { cause: value.cause }),
  };
}
