// The gallery's window: the page from out/gallery on the studio's own scheme and origin, in the Electron the studio runs in.
// Frames are pictures of the sample film, so that clips and viewer show something.
import { app, BrowserWindow, net, protocol } from 'electron';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');
const frames = readdirSync(path.join(root, 'resources/sample/frames'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name))
  .sort();

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

// Not awaited here: Electron is ready only when this module has been read to its end.
void app.whenReady().then(open);

async function open() {
  protocol.handle('app', respond);
  const window = new BrowserWindow({
    width: 1440,
    height: 920,
    backgroundColor: '#101113',
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, backgroundThrottling: false },
  });
  await window.loadURL('app://studio/index.html?scene=start-empty');
}

function respond(request) {
  const { pathname } = new URL(request.url);
  const [, area, name = ''] = pathname.split('/');
  if (area === 'frames') return file(frames[Number.parseInt(name.slice(56, 64), 16) % frames.length]);
  if (area === 'media' || area === 'posters') return file(frames[0]);
  if (area === 'peaks') return new Response(peaks());
  if (area === 'sounds') return new Response(new Float32Array(96_000).buffer);
  return file(path.join(root, 'out/gallery', pathname));
}

function file(name) {
  return net.fetch(pathToFileURL(name).href);
}

/** A swelling tone. */
function peaks() {
  return Uint8Array.from({ length: 4_000 }, (_, i) => 128 + 127 * Math.sin(i / 40) * Math.sin(i / 7));
}
