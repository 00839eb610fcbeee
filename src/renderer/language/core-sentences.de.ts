import type { SentenceForm } from './core-sentences';

/** As draft-key.ts names them. */
const parts: Readonly<Record<string, string>> = {
  model: 'Modell',
  'size or length': 'Größe oder Länge',
  steps: 'Schrittzahl',
  guidance: 'Guidance',
  prompt: 'Prompt',
  'negative prompt': 'Negativ-Prompt',
  'pinned images': 'angeheftete Bilder',
  'frames it starts from': 'Bilder, von denen es ausgeht',
  'window or context length': 'Fenster- oder Kontextlänge',
  'prompt strength': 'Promptstärke',
  'hold on given frames': 'Halten der gegebenen Bilder',
  camera: 'Kamera',
};

const listed = (text: string): string =>
  text
    .split(/, | and /)
    .map((part) => part.replace(/^the /i, ''))
    .map((part) => parts[part] ?? part)
    .join(', ');

export const german: readonly SentenceForm[] = [
  [
    /^This model follows the curves of guidance and prompt strength only\.$/,
    () => 'Dieses Modell folgt nur den Kurven von Guidance und Prompt-Stärke.',
  ],
  [
    /^This model follows the curves of guidance and camera only\.$/,
    () => 'Dieses Modell folgt nur den Kurven von Guidance und Kamera.',
  ],
  [
    /^This model does not follow curves: its plain settings are used\.$/,
    () => 'Dieses Modell folgt keinen Kurven: es gelten seine festen Einstellungen.',
  ],
  [
    /^The model has one prompt strength per window: the mean of the curve over its frames\.$/,
    () => 'Das Modell hat eine Promptstärke je Fenster: das Mittel der Kurve über dessen Bilder.',
  ],
  [
    /^The model has one hold per window: the mean of the curve over its frames\.$/,
    () => 'Das Modell hält je Fenster mit einem Wert: dem Mittel der Kurve über dessen Bilder.',
  ],
  [/^It grew from another take of the segment before it\.$/, () => 'Es wuchs aus einem anderen Take des Teils davor.'],
  [
    /^The frames it grew from have changed since\.$/,
    () => 'Die Bilder, aus denen es wuchs, haben sich seitdem geändert.',
  ],
  [/^It was stopped after (\d+) of (\d+) frames\.$/, (made, all) => `Nach ${made} von ${all} Bildern angehalten.`],
  [/^Its settings have changed since\.$/, () => 'Seine Einstellungen haben sich seitdem geändert.'],
  [/^(The .+) (?:has|have) changed since\.$/, (what = '') => `Seitdem geändert: ${listed(what)}.`],
  [
    /^This model keeps pinned images wholly: their strength is not used\.$/,
    () => 'Dieses Modell hält angeheftete Bilder ganz: ihre Stärke gilt nicht.',
  ],
  [
    /^This model has one strength for all images of a window: (\d+) %, the mean of theirs\.$/,
    (percent) => `Dieses Modell hat eine Stärke für alle Bilder eines Fensters: ${percent} %, das Mittel der ihren.`,
  ],
  [
    /^The image pinned to the last frame takes the place of the frame after it\.$/,
    () => 'Das ans letzte Bild geheftete Bild tritt an die Stelle des Bildes danach.',
  ],
  [
    /^A pinned clip begins (\d+) frames? (earlier|later): one of more than (\d+) frames lies on every (\d+)th frame of its window\.$/,
    (by, way, least, step) =>
      `Ein angehefteter Clip beginnt ${by} ${by === '1' ? 'Bild' : 'Bilder'} ${way === 'earlier' ? 'früher' : 'später'}: einer von mehr als ${least} Bildern liegt auf jedem ${step}. Bild seines Fensters.`,
  ],
  [
    /^The model sees (\d+) of the (\d+) frames of a pinned clip\.$/,
    (sees, all) => `Das Modell sieht ${sees} der ${all} Bilder eines angehefteten Clips.`,
  ],
  [
    /^The model sees (\d+) prior frames, not (\d+)\.$/,
    (sees, asked) => `Das Modell sieht ${sees} Bilder davor, nicht ${asked}.`,
  ],
  [
    /^The model makes windows of (\d+) frames: (\d+) more frames? (?:is|are) made and not kept\.$/,
    (counts, more) =>
      `Das Modell macht Fenster von ${counts} Bildern: ${more} mehr entstehen und werden nicht behalten.`,
  ],
  [
    /^The model makes windows of (.+) frames, from (\d+): (\d+) more frames? (?:is|are) made and not kept\.$/,
    (counts, least, more) =>
      `Das Modell macht Fenster von ${counts} Bildern, ab ${least}: ${more} mehr entstehen und werden nicht behalten.`,
  ],
  [
    /^The prompt at frame (-?\d+) covers the smaller part of its window and is not used\.$/,
    (frame) => `Der Prompt bei Bild ${frame} deckt den kleineren Teil seines Fensters und wird nicht verwendet.`,
  ],
  [
    /^The prompt changes at frame (-?\d+) instead of (-?\d+): a window has one prompt\.$/,
    (frame, asked) => `Der Prompt wechselt bei Bild ${frame} statt ${asked}: ein Fenster hat einen Prompt.`,
  ],
  [
    /^The prompts travel at frames (-?\d+) to (-?\d+); the model has one prompt per window, so frames (-?\d+) to (-?\d+) are blended\.$/,
    (from, to, first, last) =>
      `Die Prompts gehen bei Bild ${from} bis ${to} über; das Modell hat einen Prompt je Fenster, also werden die Bilder ${first} bis ${last} gemischt.`,
  ],
  [
    /^This model reads no prompts: the image alone decides what is seen\.$/,
    () => 'Dieses Modell liest keine Prompts: das Bild allein entscheidet, was zu sehen ist.',
  ],
  [
    /^The prompts travel at frames (-?\d+) to (-?\d+), but no window here has room for both: nothing is blended\.$/,
    (from, to) =>
      `Die Prompts gehen bei Bild ${from} bis ${to} über, aber kein Fenster hat hier Platz für beide: nichts wird gemischt.`,
  ],
];
