/**
 * `npm run bench [name…]`: measures what the documents claim and prints JSON with machine and commit. Nothing here fails
 * on a slow machine. With no name, everything is run.
 */
import { buildIfStale } from './lib/build.mjs';
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
process.exitCode = await run(projectNode(), ['--expose-gc', inRoot('out/bench/main.js'), ...process.argv.slice(2)], {
  env: projectEnv({ ONIONSKIN_COMMIT: commit }),
});
