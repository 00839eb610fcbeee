import { decimal } from '../../ui/format';
import type { Strings } from './strings';

export const de: Strings = {
  title: 'Rezept',
  text: 'Alles, was diese Bilder bestimmt. Dasselbe Rezept ergibt auf demselben Rechner dieselben Bytes.',
  loading: 'Wird gelesen …',
  copy: 'Kopieren',
  save: 'Als JSON sichern …',
  close: 'Schließen',
  json: 'Alles',
  facts: {
    model: 'Modell',
    seed: 'Seed',
    frames: 'Bilder',
    sampling: 'Sampling',
    scheduler: 'Scheduler',
    provider: 'Läuft auf',
    versions: 'Gemacht mit',
  },
  model: (name, version) => `${name}, Version ${version}`,
  frames: (count, width, height, fps) =>
    `${count} von ${width} × ${height}, ${decimal(Number(fps.toFixed(3)))} je Sekunde`,
  sampling: (steps, guidance) => `${steps} Schritte, Guidance ${decimal(guidance)}`,
  provider: (provider, threads) => `${provider}, ${threads === 1 ? 'ein Thread' : `${threads} Threads`}`,
  versions: (app, onnxruntime) => `Onionskin ${app}, ONNX-Runtime ${onnxruntime}`,
  noPrompt: 'Kein Prompt',

  fileTitle: (name) => `Rezept in ${name}`,
  fileText: (count) =>
    count === 1
      ? 'Was die Bilder bestimmt hat, wie die Datei es sagt.'
      : `Die Datei trägt ${count} Rezepte, eines für jeden Lauf darin.`,
  which: 'Welches Rezept',
  choice: (place, prompt, seed) => `${place}. ${prompt.slice(0, 80)} · Seed ${seed}`,
  here: 'Diese Bibliothek hat einen Take mit genau diesem Rezept.',
  notHere: 'Kein Take dieser Bibliothek kommt von ihm. Als Einstellung geplant entsteht er hier.',
  plan: 'Einstellung planen',
  planTip: 'Am Abspielkopf, mit diesen Prompts, diesem Sampling und diesem Seed',
  openAProject: 'Zuerst ein Projekt öffnen.',
  modelMissing: (id) => `Das Modell ${id} ist hier nicht installiert.`,
  showRecipe: 'Rezept zeigen',
  carries: (name) => `${name} trägt sein Rezept`,

  rerenderTitle: 'Noch dasselbe?',
  rerenderText:
    'Führt das Rezept mit dem, was jetzt installiert ist, noch einmal aus und vergleicht jedes Bild. Der Film bleibt unberührt.',
  rerender: 'Neu rendern und vergleichen',
  rerenderAgain: 'Noch einmal',
  stop: 'Anhalten',
  waiting: 'Wartet in der Schlange …',
  running: (step, steps) => `Rendert, Schritt ${step} von ${steps}`,
  starting: 'Rendert …',
  comparing: 'Vergleicht …',
  stopped: 'Der Lauf wurde vor seinem Ende angehalten; es gibt nichts zu vergleichen.',
  paused: 'Der Lauf ist in der Warteschlange pausiert. Dort geht er weiter.',
  identical: (frames) =>
    frames === 1
      ? 'Identisch: das Bild ist Byte für Byte gleich.'
      : `Identisch: alle ${frames} Bilder sind Byte für Byte gleich.`,
  different: ({ differingFrames, framesCompared, worstPsnrDb }) =>
    `Nicht identisch: ${differingFrames} von ${framesCompared} Bildern weichen ab` +
    (worstPsnrDb === null ? '.' : `; das fernste hat ein PSNR von ${decimal(Number(worstPsnrDb.toFixed(1)))} dB.`),
  inputs: 'Diese Eingaben sind nicht mehr, was sie waren:',
  noInputs: 'Jede Eingabe ist, was sie war.',
  noCause:
    'Jede Eingabe ist, was sie war; die Ursache liegt außerhalb des Rezepts: ein anderer Prozessor oder Treiber.',
  was: 'war',
  now: 'ist jetzt',
  nothing: 'nichts',
  resultToast: 'Der neu gerenderte Take wurde verglichen',
  show: 'Zeigen',
};
