#!/usr/bin/env node
/**
 * `onionskin …`: runs the built command line with a Node that is new enough, whichever Node started this file.
 * Builds once when out/ is missing; `npm start` rebuilds when sources change.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot, projectNode } from '../scripts/lib/process.mjs';

const cli = inRoot('out/main/cli.js');

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`onionskin: ${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  if (!existsSync(inRoot('node_modules/.package-lock.json')))
    throw new Error('nothing is installed yet. Run: npm run setup');
  const node = projectNode();
  if (!existsSync(cli)) {
    // Results go to stdout, so the build speaks on stderr.
    process.stderr.write('onionskin: building (once)\n');
    const electronVite = inRoot('node_modules/electron-vite/bin/electron-vite.js');
    const code = await runQuietly(node, [electronVite, 'build', '--logLevel', 'warn']);
    if (code !== 0) throw new Error('the build failed; its messages above say where. Run: npm run setup');
  }
  return runCommand(node, [cli, ...process.argv.slice(2)]);
}

function runQuietly(command, args) {
  return ended(spawn(command, args, { cwd: inRoot(), stdio: ['ignore', 'ignore', 'inherit'] }));
}

/** Ctrl+C reaches the child by itself; this process only waits, so that the child's exit code is ours. */
function runCommand(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  const wait = () => undefined;
  process.on('SIGINT', wait);
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  return ended(child);
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
