/** Errors of the engine (src/main/engine) in German. */
import type { ErrorTable } from './error-table';

export const engine: ErrorTable = {
  'the engine did not start': 'die Engine startete nicht',
  'Try again; if it happens again, run `onionskin doctor`.':
    'Erneut versuchen; kommt es wieder vor, `onionskin doctor` ausführen.',
  'the engine process ended unexpectedly ({})': 'der Prozess der Engine endete unerwartet ({1})',
  'Run it again. If it happens again, use a smaller size or fewer frames: memory may be short.':
    'Erneut ausführen. Kommt es wieder vor, kleiner oder mit weniger Bildern: vielleicht fehlt Speicher.',
  'the run was cancelled': 'der Lauf wurde abgebrochen',
  'the engine stopped answering in the middle of a step': 'die Engine antwortete mitten in einem Schritt nicht mehr',
  'Run it again; it goes on from the last step that was written. If it happens again, run `onionskin doctor`.':
    'Erneut ausführen; es geht beim letzten geschriebenen Schritt weiter. Kommt es wieder vor, `onionskin doctor` ausführen.',
  'the recipe is for {} ({}), the package is {} ({})': 'das Rezept ist für {1} ({2}), das Paket ist {3} ({4})',
  'Choose the model the recipe was made with.': 'Das Modell wählen, mit dem das Rezept gemacht wurde.',
  'the transformer of {} reads one prompt per window': 'der Transformer von {1} liest einen Prompt je Fenster',
  'Export it with encoder_attention_mask[B,S,L], or say false in its onionskin.json.':
    'Mit encoder_attention_mask[B,S,L] exportieren oder in seiner onionskin.json false angeben.',
  '{} is not the file this recipe was made with': '{1} ist nicht die Datei, mit der dieses Rezept gemacht wurde',
  'Install the version of the model that the recipe names, or make a new take.':
    'Die Version des Modells installieren, die das Rezept nennt, oder einen neuen Take machen.',
  'the autoencoder works in blocks of {} pixels': 'der Autoencoder arbeitet in Blöcken von {1} Pixeln',
  'Use a size that is a multiple of {}.': 'Eine Größe nehmen, die ein Vielfaches von {1} ist.',
  'Scale the image to the size of the run first.': 'Das Bild zuerst auf die Größe des Laufs bringen.',
  '{} gave values that are not numbers': '{1} gab Werte, die keine Zahlen sind',
  'Lower the guidance, or use a native size and length of the model.':
    'Die Guidance senken oder eine native Größe und Länge des Modells nehmen.',
  "the later image is {} frames from the window's first, the model makes {}":
    'das spätere Bild liegt {1} Bilder vom ersten des Fensters, das Modell macht {2}',
  'Pin the image to an earlier frame.': 'Das Bild an ein früheres heften.',
  '{} makes films from an image, and none is given': '{1} macht Filme aus einem Bild, und keines ist gegeben',
  'Give a first image, or choose a model that starts from text.':
    'Ein erstes Bild angeben oder ein Modell wählen, das von Text ausgeht.',
  '{} is told how much motion to make': '{1} braucht eine Angabe zur Bewegung',
  'Make a new take.': 'Einen neuen Take machen.',
  '{} draws the last {} steps with all frames; {} are too few':
    '{1} zeichnet die letzten {2} Schritte mit allen Bildern; {3} sind zu wenige',
  'Use {} steps or more.': '{1} Schritte oder mehr nehmen.',
  '{} of the model package cannot be used: {}': '{1} des Modellpakets ist nicht brauchbar: {2}',
  'Export the model again.': 'Das Modell erneut exportieren.',
  "the model's {} failed: {}": '{1} des Modells schlug fehl: {2}',
  'Try a native size and length of the model, or export it again.':
    'Eine native Größe und Länge des Modells versuchen oder es erneut exportieren.',
  "there is not enough memory for the model's {}": 'für {1} des Modells reicht der Speicher nicht',
  'Close other programs, or use a smaller size or fewer frames.':
    'Andere Programme schließen oder kleiner oder mit weniger Bildern arbeiten.',
  "the model's {} could not be loaded on {}: {}": '{1} des Modells konnte auf {2} nicht geladen werden: {3}',
  'Verify the model package; copy it again if a file is damaged.':
    'Das Modellpaket prüfen; erneut kopieren, wenn eine Datei beschädigt ist.',
  'Use the CPU provider.': 'Die CPU nehmen.',
  "the model's {} does not fit its family: {}": '{1} des Modells passt nicht zu seiner Familie: {2}',
  'Export the model again with the exporter of this version.':
    'Das Modell mit dem Exporter dieser Version erneut exportieren.',
  'the model package lacks {}': 'dem Modellpaket fehlt {1}',
  'The model that draws frames in between is damaged.': 'Das Modell, das Bilder dazwischen zeichnet, ist beschädigt.',
  'Install Onionskin again.': 'Onionskin neu installieren.',
  'Restore the file, or copy the whole model package again.':
    'Die Datei zurückholen oder das ganze Modellpaket erneut kopieren.',
  'Copy the whole model package again, or export it again.': 'Das ganze Modellpaket erneut kopieren oder exportieren.',
  '{} of the model package cannot be read ({})': '{1} des Modellpakets ist nicht lesbar ({2})',
  'Check the permissions of the model folder.': 'Die Rechte des Modellordners prüfen.',
  "the model's tokenizer cannot be used: {}": 'der Tokenizer des Modells ist nicht brauchbar: {1}',
  'Export the model again with a fast tokenizer (tokenizer.json).':
    'Das Modell mit einem schnellen Tokenizer (tokenizer.json) erneut exportieren.',
  '{} knows frames whole or not at all': '{1} kennt Bilder ganz oder gar nicht',
  'Leave the mask out, or choose a model that takes masks.':
    'Die Maske weglassen oder ein Modell wählen, das Masken nimmt.',
  '{} takes no reference images': '{1} nimmt keine Referenzbilder',
  '{} takes up to {} reference images': '{1} nimmt bis zu {2} Referenzbilder',
  'Leave them out, or choose another model.': 'Weglassen oder ein anderes Modell wählen.',
  '{} has one expert, which is guided by the guidance': '{1} hat nur einen Experten, und den führt die Guidance',
  'Leave the second guidance out.': 'Die zweite Guidance weglassen.',
  'a guidance of {} guides neither of the experts of {}': 'eine Guidance von {1} führt keinen der Experten von {2}',
  'Set the guidance above 1, or leave the second one out.': 'Die Guidance über 1 setzen oder die zweite weglassen.',
  'Use fewer.': 'Weniger nehmen.',
  '{} is {}×{}, the run is {}×{}': '{1} ist {2}×{3}, der Lauf ist {4}×{5}',
  '{} makes films between two images, and no later one is given':
    '{1} macht Filme zwischen zwei Bildern, und kein späteres ist gegeben',
  'Give a last image, or choose a model that goes on from one.':
    'Ein letztes Bild angeben oder ein Modell wählen, das von einem aus weitergeht.',
  '{} holds known frames wholly; a mask holds them in part':
    '{1} hält bekannte Bilder ganz; eine Maske hält sie zum Teil',
  'Set the hold back to 1.': 'Halten auf 1 zurücksetzen.',
  '{} takes no images in the middle of a window': '{1} nimmt keine Bilder mitten in einem Fenster',
  'Pin the image to another frame, or choose another model.':
    'Das Bild an ein anderes heften oder ein anderes Modell wählen.',
};
