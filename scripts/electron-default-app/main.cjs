// Stands in for Electron's own default app, which the registry's copy lacks: `electron [flags] PATH` opens the app at PATH.
const { app } = require('electron');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

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
  import(pathToFileURL(path.join(root, manifest.main)).href).catch((error) => {
    console.error(error);
    app.exit(1);
  });
}
