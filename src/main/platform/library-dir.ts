/**
 * Where a person's library is when nothing else was said: the system's folder for application data. The window and the
 * command line open the same one.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface LibraryDirSource {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/** ONIONSKIN_LIBRARY, else the platform's convention (XDG on Linux, Application Support, LocalAppData). */
export function defaultLibraryDir({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: LibraryDirSource = {}): string {
  const chosen = env['ONIONSKIN_LIBRARY'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Onionskin', 'library');
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Onionskin', 'library');
    default: {
      const data = env['XDG_DATA_HOME'];
      // The XDG specification asks to ignore a relative path.
      return join(data?.startsWith('/') === true ? data : join(home, '.local', 'share'), 'onionskin', 'library');
    }
  }
}
