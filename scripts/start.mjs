/**
 * `npm start`: installs what is missing, builds, and opens the studio. Where there is no display it says so and runs
 * the demo on the command line instead. `--demo` asks for the demo; other arguments go to the studio.
 */
import { buildIfStale } from './lib/build.mjs';
import { ensureSystemPackages, hasDisplay } from './lib/display.mjs';
import { electronRuntime } from './lib/electron.mjs';
import { installPackages } from './lib/packages.mjs';
import { inRoot, projectEnv, projectNode, root, run, say } from './lib/process.mjs';

const args = process.argv.slice(2);

try {
  await installPackages();
  await buildIfStale();
  process.exitCode = args.includes('--demo') || !hasDisplay() ? await demo() : await studio();
} catch (error) {
  process.stderr.write(`onionskin: ${error.message}\n`);
  process.exitCode = 1;
}

async function demo() {
  if (!hasDisplay()) say('there is no display here (DISPLAY is not set), so this runs the demo without a window');
  return run(projectNode(), [inRoot('out/main/cli.js'), 'demo', ...args.filter((a) => a !== '--demo')], {
    env: projectEnv(),
  });
}

async function studio() {
  const electron = await electronRuntime();
  await ensureSystemPackages(electron.executable, { xvfb: false });
  return run(electron.executable, [...electron.args, root, ...args], { env: projectEnv(electron.env) });
}
