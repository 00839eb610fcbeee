import { decimal } from '../../ui/format';
import type { Strings } from './strings';

export const de: Strings = {
  title: 'Guidance und Tempo',
  plain: 'schlicht',
  brief: {
    steady: (percent) => `ruhig ${percent}`,
    contrast: (percent) => `Kontrast −${percent}`,
    guided: (from, to) => `geführt ${from} bis ${to}`,
    reuse: (percent) => `wiederverwendet ${percent}`,
  },
  method: 'Art der Guidance',
  methods: { plain: 'Schlicht', apg: 'Projiziert (APG)', 'zero-star': 'Null-Stern' },
  methodHelp: {
    plain: 'Drückt jeden Schritt vom Negativ-Prompt weg. Hohe Werte lassen Farben ausbrennen.',
    apg: 'Lässt den Teil des Drucks weg, der nur Farben ausbrennt; die Guidance darf dann höher sein.',
    'zero-star': 'Passt den Druck zuerst dem Bild an und hält in den ersten Schritten still, in denen er irreführt.',
  },
  eta: 'Sättigung behalten',
  etaTip: '0 % lässt alles weg, was nur sättigt; 100 % ist schlichte Guidance.',
  silent: 'Stille Schritte',
  silentTip:
    'Erste Schritte, die nicht gerechnet werden. 1 ist üblich; Modelle, die Rauschen vorhersagen, erlauben keine.',
  steady: 'Ruhe',
  steadyTip:
    'Wie viel der Guidance nur ist, was benachbarte Bilder teilen. 100 % flackert am wenigsten; schnelle, kleine Bewegungen behalten bei weniger mehr.',
  rescale: 'Kontrast beruhigen',
  rescaleTip: 'Nimmt den Kontrast zurück, den Guidance hinzufügt. 0 % ist aus, 70 % ist üblich.',
  from: 'Geführt ab',
  fromTip: 'Vor diesem Teil des Laufs entscheidet der Prompt allein, und ein Schritt kostet die Hälfte.',
  to: 'Geführt bis',
  toTip:
    'Nach diesem Teil des Laufs entscheidet der Prompt allein. Die letzten Schritte zeichnen Details und brauchen kaum Guidance.',
  reuse: 'Schritte sparen',
  reuseTip:
    'Schritte, deren Antwort so genau vorherzusehen ist, werden nicht gerechnet. 0 % ist aus, 5 bis 15 % sind üblich.',
  reuseHelp: (percent) =>
    `Ein Schritt entfällt, solange er auf ${percent} genau vorherzusehen ist. Wie viele es waren und wie weit sie daneben liegen können, steht beim Take.`,
  percent: '%',
  saves: (seconds) => `spart etwa ${seconds}`,
  edit: (what) => `${what} ändern`,
  cost: {
    range: (low, high) => `${low} bis ${high}`,
    memory: (bytes) => `${bytes} Speicher`,
    disk: (bytes) => `${bytes} Platte`,
    memoryTip: 'Der meiste Speicher, den der Lauf auf einmal hält.',
    tooMuchMemory: (needed, free) =>
      `Er kann ${needed} Speicher brauchen, frei sind ${free}. Andere Programme schließen oder weniger Bilder auf einmal machen.`,
    tooMuchDisk: (needed, free) => `Seine Bilder brauchen ${needed}, auf der Platte sind ${free} frei.`,
  },
  details: {
    show: 'Wie er entstand',
    time: 'Zeit',
    memory: 'Speicher',
    disk: 'Bilder auf der Platte',
    device: 'Lief auf',
    steps: 'Schritte',
    guidance: 'Guidance',
    scales: (first, second) => `${decimal(first)}, zweiter Experte ${decimal(second)}`,
    model: 'Modellläufe',
    reuse: 'Gesparte Schritte',
    none: 'Was dieser Lauf gekostet hat, wurde nicht notiert.',
    promised: (text) => `versprochen ${text}`,
    unmeasured: 'nicht gemessen: ein früherer Lauf hatte mehr gehalten',
    reused: (count, steps, error) =>
      count === 0 ? `keiner von ${steps}` : `${count} von ${steps}, Fehler auf höchstens ${error} geschätzt`,
    passes: (passes, steps) => `${passes} für ${steps} Schritte`,
    noReason: (provider) => `${provider} konnte ihn nicht ausführen`,
    fellBack: (graph, reason) => `${graph} auf dem Prozessor: ${reason.slice(0, 160)}`,
    threads: (threads) => (threads === 1 ? 'ein Thread' : `${threads} Threads`),
  },
  providers: {
    cpu: 'Prozessor',
    webgpu: 'Grafikkarte (WebGPU)',
    cuda: 'NVIDIA-Karte (CUDA)',
    dml: 'Grafikkarte (DirectML)',
    coreml: 'Apple-Chip (Core ML)',
  },
};
