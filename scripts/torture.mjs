/**
 * `npm run torture [-- --rounds N --seed S --real K]`: kills a working studio N times (25 if not said) and looks at the
 * library after each kill. The log is kept in test-results/torture.log. Exit code 1 when anything was lost.
 */
import { buildIfStale } from './lib/build.mjs';
import { installPackages } from './lib/packages.mjs';
import { capture, inRoot, projectEnv, projectNode, run } from './lib/process.mjs';

await installPackages();
await buildIfStale();
const built = capture(
  projectNode(),
  [
    inRoot('node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    inRoot('test/torture/vite.config.ts'),
    '--logLevel',
    'warn',
  ],
  { env: projectEnv() },
);
if (built.code !== 0) {
  process.stderr.write(built.out + built.err);
  process.exit(1);
}
process.exitCode = await run(projectNode(), [inRoot('out/torture/main.js'), ...process.argv.slice(2)], {
  env: projectEnv(),
});
