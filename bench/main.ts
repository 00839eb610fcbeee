/**
 * The benches, one after the other, as one JSON object on stdout; what is running goes to stderr. `engine:wan-tiny` is
 * one case of a bench that has several.
 */
import os from 'node:os';
import { benchCompositor } from './compositor';
import { benchEngine } from './engine';
import { benchGeneration } from './generation';
import { benchLibrary } from './library';
import { benchPlayback } from './playback';
import { benchPng } from './png';
import { benchTimeline } from './timeline';

const benches: Readonly<Record<string, (part?: string) => Promise<unknown>>> = {
  engine: benchEngine,
  generation: benchGeneration,
  compositor: benchCompositor,
  png: benchPng,
  timeline: benchTimeline,
  playback: benchPlayback,
  library: benchLibrary,
};

const asked = process.argv.slice(2);
const parts = new Map(
  asked.map((name): [string, string | undefined] => {
    const [bench = '', part] = name.split(':');
    return [bench, part];
  }),
);
const unknown = [...parts.keys()].filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(`no bench called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

const figures: Record<string, unknown> = {};
for (const [name, measure] of Object.entries(benches)) {
  if (parts.size > 0 && !parts.has(name)) continue;
  process.stderr.write(`bench: ${name}\n`);
  figures[name] = await measure(parts.get(name));
}
const machine = {
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  loadAverage: os.loadavg().map((load) => Number(load.toFixed(2))),
};
process.stdout.write(`${JSON.stringify({ machine, commit: process.env['ONIONSKIN_COMMIT'], figures }, null, 2)}\n`);
