/**
 * `npm run bench [name…]`: measures what the documents claim and prints JSON with machine and commit. Nothing here fails
 * on a slow machine. With no name, everything is run.
 */
import { buildIfStale } from './lib/build.mjs';
import { ensureSystemPackages } from './lib/display.mjs';
import { electronRuntime } from './lib/electron.mjs';
import { installPackages } from './lib/packages.mjs';
import { capture, inRoot, projectEnv, projectNode, run } from './lib/process.mjs';

await installPackages();
await buildIfStale();
const built = capture(
  projectNode(),
  [inRoot('node_modules/vite/bin/vite.js'), 'build', '--config', inRoot('bench/vite.config.ts'), '--logLevel', 'warn'],
  { env: projectEnv() },
);
if (built.code !== 0) {
  process.stderr.write(built.out + built.err);
  process.exit(1);
}
const commit = capture('git', ['rev-parse', '--short', 'HEAD']).out.trim() || 'unknown';
const asked = process.argv.slice(2);
const bench = [projectNode(), '--expose-gc', inRoot('out/bench/main.js'), ...asked];
const env = { ONIONSKIN_COMMIT: commit };
const isInWindow = asked.length === 0 || asked.some((name) => name.split(':')[0] === 'playback');
if (isInWindow) {
  const electron = await electronRuntime();
  await ensureSystemPackages(electron.executable, { xvfb: true });
  Object.assign(env, electron.env, {
    ONIONSKIN_ELECTRON: electron.executable,
    ONIONSKIN_ELECTRON_ARGS: JSON.stringify(electron.args),
  });
}
const onScreen = isInWindow && process.platform === 'linux' ? ['xvfb-run', '-a', '-s', '-screen 0 1680x1050x24'] : [];
const [command, ...args] = [...onScreen, ...bench];
process.exitCode = await run(command, args, { env: projectEnv(env) });
