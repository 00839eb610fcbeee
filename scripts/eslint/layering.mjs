/**
 * ESLint rule: the direction of imports of ARCHITECTURE.md, checked on every import.
 * core ← contracts ← { main/services, main/engine, renderer, preload }; shells depend on everything, nothing on shells.
 */
import path from 'node:path';

/** What each area may import from inside src/, and which packages are closed to it. */
const areas = {
  core: { from: ['core'], closed: [/^node:/, /^electron/, /^zod/, /^svelte/, /^better-sqlite3/, /^onnxruntime/] },
  contracts: { from: ['core', 'contracts'], closed: [/^node:/, /^electron/, /^svelte/] },
  'main/platform': { from: ['core', 'contracts', 'main/platform'], closed: [/^electron/, /^svelte/] },
  // The frame store and the name of a recipe are what the engine's own process needs of the services.
  'main/engine': {
    from: [
      ...['core', 'contracts', 'main/engine', 'main/platform'],
      ...['main/services/media/frame-store', 'main/services/takes/recipe-hash'],
    ],
    closed: [/^electron/, /^svelte/, /^better-sqlite3/],
  },
  'main/services': {
    from: ['core', 'contracts', 'main/services', 'main/platform', 'main/engine', 'main/studio'],
    closed: [/^electron/, /^svelte/],
  },
  'main/shells/headless': { from: ['core', 'contracts', 'main'], closed: [/^electron/, /^svelte/] },
  'main/shells/electron': { from: ['core', 'contracts', 'main'], closed: [/^svelte/] },
  main: { from: ['core', 'contracts', 'main'], closed: [/^svelte/] },
  preload: { from: ['core', 'contracts', 'preload'], closed: [/^node:/, /^svelte/] },
  renderer: {
    from: ['core', 'contracts', 'renderer'],
    closed: [/^node:/, /^electron/, /^better-sqlite3/, /^onnxruntime/],
  },
};

const within = (location, area) => location === area || location.startsWith(`${area}/`);
const areaOf = (location) =>
  Object.keys(areas)
    .filter((area) => within(location, area))
    .sort((a, b) => b.length - a.length)[0];

export const layering = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      layer: 'Bad layering: {{area}} may not import {{target}}. Allowed from src/: {{allowed}}. See ARCHITECTURE.md.',
      closed: 'Bad layering: {{area}} may not import the package {{target}}: it would not run where this code runs.',
    },
  },
  create(context) {
    const src = path.join(context.cwd, 'src');
    const here = path.relative(src, context.filename).replaceAll(path.sep, '/');
    const area = areaOf(here);
    if (!area || /\.test\.ts$/.test(here)) return {};
    const { from, closed } = areas[area];
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string') return;
      const alias = /^@(core|contracts|main)\/(.*)$/.exec(source);
      const inside = alias
        ? `${alias[1]}/${alias[2]}`
        : source.startsWith('.')
          ? path.relative(src, path.resolve(path.dirname(context.filename), source)).replaceAll(path.sep, '/')
          : null;
      if (inside !== null && !inside.startsWith('..')) {
        if (!from.some((allowed) => within(inside, allowed)))
          context.report({ node, messageId: 'layer', data: { area, target: inside, allowed: from.join(', ') } });
      } else if (closed.some((pattern) => pattern.test(source))) {
        context.report({ node, messageId: 'closed', data: { area, target: source } });
      }
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
