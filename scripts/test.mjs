/**
 * `npm test [suite…]`: installs what is missing, builds, and runs lint, types, unit, engine and e2e in that order.
 * Goes on after a failing suite, so that one run shows everything. Last line: `N passed, N failed`, summing all suites;
 * lint and types count as one test each.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { buildIfStale } from './lib/build.mjs';
import { ensureSystemPackages } from './lib/display.mjs';
import { electronRuntime } from './lib/electron.mjs';
import { installPackages } from './lib/packages.mjs';
import { inRoot, projectEnv, projectNode, run, runTool, say } from './lib/process.mjs';

const results = inRoot('test-results');
const suites = {
  lint: () => asOneTest(runTool('eslint/bin/eslint.js', ['.', '--max-warnings', '0'])),
  types: () => asOneTest(run(projectNode(), [inRoot('scripts/typecheck.mjs')], { env: projectEnv() })),
  unit: () => vitest('unit'),
  engine: () => vitest('engine'),
  e2e: () => playwright(),
};

async function asOneTest(exit) {
  const code = await exit;
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function vitest(project) {
  const report = inRoot(`test-results/${project}.json`);
  rmSync(report, { force: true });
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const json = readReport(report);
  if (!json) return { passed: 0, failed: 1, skipped: 0 };
  // A file that fails to load has no failed tests, but vitest exits with 1.
  const failed = Math.max(json.numFailedTests, code === 0 ? 0 : 1);
  return { passed: json.numPassedTests, failed, skipped: json.numPendingTests + json.numTodoTests };
}

async function playwright() {
  const electron = await electronRuntime();
  await ensureSystemPackages(electron.executable, { xvfb: true });
  const report = inRoot('test-results/e2e.json');
  rmSync(report, { force: true });
  const env = projectEnv({
    ...electron.env,
    ONIONSKIN_ELECTRON: electron.executable,
    ONIONSKIN_ELECTRON_ARGS: JSON.stringify(electron.args),
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  const args = [inRoot('node_modules/@playwright/test/cli.js'), 'test', '--config', 'e2e/playwright.config.ts'];
  // A screen of its own, also where there is one: tests must not fight with the person at the machine over focus.
  const code =
    process.platform === 'linux'
      ? await run('xvfb-run', ['-a', '-s', '-screen 0 1680x1050x24', projectNode(), ...args], { env })
      : await run(projectNode(), args, { env });
  const json = readReport(report);
  if (!json) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = json.stats;
  for (const title of flakyTitles(json.suites)) say(`passed only when it was run again: ${title}`);
  return { passed: expected + flaky, failed: Math.max(unexpected, code === 0 ? 0 : 1), skipped };
}

/** Playwright's suites are nested: a file, and the groups in it. */
function flakyTitles(suites) {
  return (suites ?? []).flatMap((suite) => [
    ...(suite.specs ?? [])
      .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
      .map(({ title }) => title),
    ...flakyTitles(suite.suites),
  ]);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suites));
if (unknown.length > 0) {
  process.stderr.write(
    `onionskin: no suite called ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}\n`,
  );
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const lines = [];
try {
  await installPackages();
  mkdirSync(results, { recursive: true });
  await buildIfStale();
  for (const name of asked.length > 0 ? asked : Object.keys(suites)) {
    say(`── ${name} ──`);
    const start = Date.now();
    const one = await suites[name]();
    for (const key of Object.keys(total)) total[key] += one[key];
    lines.push(
      `${name.padEnd(8)} ${one.passed} passed, ${one.failed} failed, ${one.skipped} skipped in ${Math.round((Date.now() - start) / 1000)} s`,
    );
  }
} catch (error) {
  process.stderr.write(`onionskin: ${error.message}\n`);
  total.failed += 1;
}
process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`);
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
