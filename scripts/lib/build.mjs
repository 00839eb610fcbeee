/**
 * Builds out/ when a source is newer than the last build.
 */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, runTool, say } from './process.mjs';

const stamp = inRoot('out/.built');

export async function buildIfStale() {
  if (
    existsSync(stamp) &&
    newest(['src', 'package.json', 'electron.vite.config.ts', 'package-lock.json']) <= statSync(stamp).mtimeMs
  )
    return;
  say('building');
  const code = await runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error('the build failed; its messages above say where.');
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

function newest(names) {
  let time = 0;
  const visit = (file) => {
    const info = statSync(file);
    if (info.isDirectory()) for (const entry of readdirSync(file)) visit(path.join(file, entry));
    else time = Math.max(time, info.mtimeMs);
  };
  for (const name of names) if (existsSync(inRoot(name))) visit(inRoot(name));
  return time;
}
