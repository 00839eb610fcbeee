/**
 * System packages that Electron's binary links against, and a screen to open a window on.
 * On Debian and Ubuntu as root they are installed; elsewhere the exact command is named.
 */
import { existsSync } from 'node:fs';
import { capture, run, say } from './process.mjs';

const libraries = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libdrm2',
  'libxkbcommon0',
  'libcups2',
];

export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

export function missingLibraries(executable) {
  if (process.platform !== 'linux') return [];
  return capture('ldd', [executable])
    .out.split('\n')
    .filter((line) => line.includes('not found'))
    .map((line) => line.trim().split(' ')[0]);
}

/** Makes sure that Electron can load, and, for tests, that Xvfb is there. @throws Error with the command to run */
export async function ensureSystemPackages(executable, { xvfb }) {
  if (process.platform !== 'linux') return;
  const wanted = [];
  if (missingLibraries(executable).length > 0) wanted.push(...libraries);
  if (xvfb && !existsSync('/usr/bin/Xvfb') && capture('which', ['Xvfb']).code !== 0) wanted.push('xvfb');
  if (wanted.length === 0) return;
  const names = wanted.map(currentName).join(' ');
  const command = `apt-get update && apt-get install -y ${names}`;
  if (process.getuid?.() !== 0 || capture('which', ['apt-get']).code !== 0)
    throw new Error(`system packages are missing. Run:\n\n  sudo sh -c "${command}"\n`);
  say(`installing system packages: ${names}`);
  const code = await run('sh', ['-c', command], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error(`apt-get failed. Run it by hand:\n\n  ${command}\n`);
}

/** Debian 13 and Ubuntu 24.04 renamed libraries for 64-bit time. */
function currentName(name) {
  const renamed = `${name}t64`;
  return capture('apt-cache', ['show', name]).code !== 0 && capture('apt-cache', ['show', renamed]).code === 0
    ? renamed
    : name;
}
