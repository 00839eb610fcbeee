// Stands in for Electron's own default app, which the registry's copy lacks: `electron [flags] PATH` opens the app at
// PATH. A module, because Electron waits for a module's top-level await before `ready`, and some calls must come earlier.
import { app } from 'electron';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const target = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!target) {
  console.error('usage: electron [flags] PATH');
  app.exit(2);
} else {
  const root = path.resolve(target);
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  app.setName(manifest.productName ?? manifest.name);
  app.setVersion(manifest.version);
  app.setAppPath(root);
  await import(pathToFileURL(path.join(root, manifest.main)).href);
}
