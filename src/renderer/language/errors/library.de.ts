/** Errors of projects, files, models, jobs and exports (src/main/services and platform) in German. */
import type { ErrorTable } from './error-table';

export const library: ErrorTable = {
  // dragging out
  'The film of this clip is not made yet.': 'Der Film dieses Clips ist noch nicht erstellt.',
  'Make the file in the inspector first, then drag it.': 'Zuerst im Inspektor die Datei erstellen, dann ziehen.',
  'one of these takes is used, or another take was made from it':
    'einer dieser Takes wird verwendet, oder aus ihm ist ein anderer entstanden',
  'Look at the list again. Nothing was removed.': 'Die Liste noch einmal ansehen. Nichts wurde entfernt.',
  'This take has {} frames, too many to be dragged.': 'Dieser Take hat {1} Bilder, zu viele zum Ziehen.',
  'Export it as numbered pictures, then drag the export from the queue.':
    'Ihn als nummerierte Bilder exportieren und den Export aus der Warteschlange ziehen.',
  'This backup is not in the library.': 'Diese Sicherung ist nicht in der Bibliothek.',
  'Look at the list of backups again.': 'Die Liste der Sicherungen neu ansehen.',
  'The project “{}” has lost its own record.': 'Das Projekt „{1}“ hat seinen eigenen Eintrag verloren.',
  'Restore the newest backup from the library folder.':
    'Die neueste Sicherung aus dem Bibliotheksordner wiederherstellen.',
  'Saving the bundle was cancelled.': 'Das Speichern des Bündels wurde abgebrochen.',
  'This project is not in the library.': 'Dieses Projekt ist nicht in der Bibliothek.',
  'Go back to the list of projects.': 'Zurück zur Liste der Projekte gehen.',
  '{} of this project is {}.': '{1} dieses Projekts ist {2:w}.',
  'This project has {}, and a bundle holds at most 65,000 files and 4 GiB.':
    'Dieses Projekt hat {1}, und ein Bündel fasst höchstens 65.000 Dateien und 4 GiB.',
  'Duplicate the project, delete takes you no longer need, or copy the library folder instead.':
    'Das Projekt duplizieren, unnötige Takes löschen oder stattdessen den Bibliotheksordner kopieren.',
  'The import was cancelled.': 'Der Import wurde abgebrochen.',
  'This file is not an Onionskin bundle.': 'Diese Datei ist kein Onionskin-Bündel.',
  'Choose a file that was saved as .onionskin.': 'Eine Datei wählen, die als .onionskin gespeichert wurde.',
  'The bundle is damaged: {}.': 'Das Bündel ist beschädigt: {1}.',
  'Copy or download the file again, or save the bundle again where it was made.':
    'Die Datei erneut kopieren oder laden oder das Bündel dort erneut speichern, wo es entstand.',
  'A row of the library cannot be read ({}: {}).': 'Eine Zeile der Bibliothek ist nicht lesbar ({1}: {2}).',
  'Restore the newest backup from the folder backups/ of the library.':
    'Die neueste Sicherung aus dem Ordner backups/ der Bibliothek wiederherstellen.',
  'The backup was stopped.': 'Die Sicherung wurde angehalten.',
  'A row of the library does not have the expected form: {} {}.':
    'Eine Zeile der Bibliothek hat nicht die erwartete Form: {1} {2}.',
  'library.sqlite in this folder was not made by Onionskin.':
    'library.sqlite in diesem Ordner ist nicht von Onionskin.',
  'This library was last opened by a newer Onionskin (library version {}, this app knows up to {}).':
    'Diese Bibliothek wurde zuletzt von einem neueren Onionskin geöffnet (Version {1}, dieses kennt bis {2}).',
  'Install the newest Onionskin, or choose another library folder.':
    'Das neueste Onionskin installieren oder einen anderen Bibliotheksordner wählen.',
  "The library's database was damaged. It was moved aside as {}; nothing was deleted.":
    'Die Datenbank der Bibliothek war beschädigt. Sie liegt nun beiseite als {1}; nichts wurde gelöscht.',
  'Open the library again to start with an empty list of projects; frames and media stay in the folder.':
    'Die Bibliothek erneut öffnen, um mit einer leeren Projektliste zu beginnen; Bilder und Medien bleiben im Ordner.',
  'Open the studio, which offers the newest good backup; or run: onionskin library restore {}':
    'Das Studio öffnen: es bietet die neueste gute Sicherung an; oder: onionskin library restore {1}',
  'The database is damaged.': 'Die Datenbank ist beschädigt.',
  'The disk of the library is full.': 'Der Datenträger der Bibliothek ist voll.',
  "The library's database is damaged: {}.": 'Die Datenbank der Bibliothek ist beschädigt: {1}.',
  'Close Onionskin and open the library again; it will check the database and say what to do.':
    'Onionskin schließen und die Bibliothek erneut öffnen; es prüft die Datenbank und sagt, was zu tun ist.',
  'The library folder cannot be written.': 'In den Bibliotheksordner kann nicht geschrieben werden.',
  'The library is open in another Onionskin.': 'Die Bibliothek ist in einem anderen Onionskin offen.',
  'The library could not be read or written: {}.': 'Die Bibliothek konnte nicht gelesen oder geschrieben werden: {1}.',
  'fetching was cancelled': 'das Laden wurde abgebrochen',
  "CUDA's libraries could not be fetched: {}": 'die Bibliotheken von CUDA konnten nicht geladen werden: {1}',
  'Look at the network and try again; or unpack that archive by hand into {}.':
    'Das Netz prüfen und erneut versuchen; oder das Archiv von Hand nach {1} entpacken.',
  '{} does not work here: {}': '{1} geht hier nicht: {2}',
  'Choose “auto”, or another device.': '„auto“ oder ein anderes Gerät wählen.',
  'the export was cancelled': 'der Export wurde abgebrochen',
  'the import was cancelled': 'der Import wurde abgebrochen',
  '{} names {}, which does not run as {}': '{1} nennt {2}, das nicht als {3} läuft',
  'Point {} to a working {}, or unset it to use the one that came with Onionskin.':
    '{1} auf ein funktionierendes {2} zeigen lassen oder weglassen, um das mitgelieferte zu nehmen.',
  '{} was not found on this machine': '{1} wurde auf diesem Rechner nicht gefunden',
  'Install ffmpeg (it brings {}), or set {} to its path.':
    'ffmpeg installieren (es bringt {1} mit) oder {2} auf seinen Pfad setzen.',
  'ffmpeg did not start: {}': 'ffmpeg startete nicht: {1}',
  '{} cannot be read as film or picture: {}': '{1} ist weder als Film noch als Bild lesbar: {2}',
  'Check that the file plays elsewhere.': 'Prüfen, ob die Datei anderswo läuft.',
  'more than {} bytes came out of {}': 'aus {2} kamen mehr als {1} Bytes',
  'ffmpeg could not write: {}': 'ffmpeg konnte nicht schreiben: {1}',
  'Free some space on that disk, or export to another one.':
    'Auf dem Datenträger Platz schaffen oder auf einen anderen exportieren.',
  'ffmpeg failed ({}): {}': 'ffmpeg schlug fehl ({1}): {2}',
  'Run `onionskin doctor`; another ffmpeg can be named in ONIONSKIN_FFMPEG.':
    '`onionskin doctor` ausführen; ein anderes ffmpeg lässt sich in ONIONSKIN_FFMPEG nennen.',
  'Find it again in the media panel, or verify the library, which names the takes to generate again.':
    'Im Medien-Panel wiederfinden oder die Bibliothek prüfen; das nennt die Takes, die neu zu generieren sind.',
  'a project has at most {} named versions, and this merge would give it more':
    'ein Projekt hat höchstens {1} benannte Versionen, und durch dieses Zusammenführen würden es mehr',
  'Remove some names first, or open the bundle as a project of its own.':
    'Zuerst einige Namen entfernen oder das Bündel als eigenes Projekt öffnen.',
  'The check of the database was stopped.': 'Die Prüfung der Datenbank wurde angehalten.',
  'Reading the file was stopped.': 'Das Lesen der Datei wurde angehalten.',
  '{} was changed since it was linked.': '{1} wurde geändert, seit es verknüpft wurde.',
  'Bring the original back, or import the changed file as well. Frames that were made from it stay.':
    'Das Original zurückbringen oder auch die geänderte Datei importieren. Daraus gemachte Bilder bleiben.',
  'CUDA’s libraries are not for this system': 'die Bibliotheken von CUDA sind nicht für dieses System',
  'Use another device.': 'Ein anderes Gerät nehmen.',
  'These files are not one film.': 'Diese Dateien sind nicht ein Film.',
  'Choose one film, or all pictures of one sequence.': 'Einen Film wählen oder alle Bilder einer Folge.',
  'This job writes no file.': 'Dieser Auftrag schreibt keine Datei.',
  'Ask for the path of an export.': 'Nach dem Pfad eines Exports fragen.',
  cancelled: 'abgebrochen',
  'a sound of this film is not in the library': 'ein Ton dieses Films ist nicht in der Bibliothek',
  'Import it again, or remove its clip.': 'Erneut importieren oder seinen Clip entfernen.',
  'a sound of this film cannot be read': 'ein Ton dieses Films ist nicht lesbar',
  'Check the library, or import the sound again.': 'Die Bibliothek prüfen oder den Ton erneut importieren.',
  'the recipe in {} is cut off': 'das Rezept in {1} ist abgeschnitten',
  'Use a whole copy of the film.': 'Eine ganze Kopie des Films nehmen.',
  'The recipe in {} is damaged.': 'Das Rezept in {1} ist beschädigt.',
  'Use a whole copy of the picture.': 'Eine ganze Kopie des Bildes nehmen.',
  'H.264 needs an even width and height, and the film is {}':
    'H.264 braucht gerade Breite und Höhe, und der Film ist {1}',
  'Set the project to {}x{}, or export a GIF or a PNG sequence, which take any size.':
    'Das Projekt auf {1}x{2} setzen oder GIF oder PNG-Folge exportieren, die jede Größe können.',
  'ProRes 422 needs an even width, and the film is {}': 'ProRes 422 braucht eine gerade Breite, und der Film ist {1}',
  'a GIF plays at most {} frames a second, and the film has {}':
    'ein GIF spielt höchstens {1} Bilder je Sekunde, und der Film hat {2}',
  'a timeline for other programs has the frames of the film and no others':
    'eine Zeitleiste für andere Programme hat die Bilder des Films und keine anderen',
  'Export it as it is, and draw frames in between there or in an export of the whole film.':
    'So exportieren, wie sie ist, und Bilder dort oder in einem Export des ganzen Films dazwischen zeichnen.',
  'an EDL counts at most {} cuts, and {} has {}': 'eine EDL zählt höchstens {1} Schnitte, und {2} hat {3}',
  'Export the film in parts, between in and out points.':
    'Den Film in Teilen exportieren, zwischen In- und Out-Punkten.',
  'Export H.264 or a PNG sequence.': 'H.264 oder eine PNG-Folge exportieren.',
  'the {} was cancelled': '{1:w} wurde abgebrochen',
  'the {} process ended unexpectedly ({})': 'der Prozess für {1:w} endete unerwartet ({2})',
  '{} again; run `onionskin doctor` if it happens twice.':
    '{1:w} erneut; kommt es wieder vor, `onionskin doctor` ausführen.',
  'the range to export has no frames': 'der Bereich für den Export hat keine Bilder',
  'Put a clip on the timeline, or clear the in and out points.':
    'Einen Clip auf die Timeline legen oder In- und Out-Punkt löschen.',
  'these clips have no pictures yet: {}': 'diese Clips haben noch keine Bilder: {1}',
  'Generate them first, or export a range without them.':
    'Sie zuerst generieren oder einen Bereich ohne sie exportieren.',
  'ffmpeg made a file with {}': 'ffmpeg machte eine Datei mit {1}',
  '{} could not be written ({})': '{1} konnte nicht geschrieben werden ({2})',
  '{} ends after {} of {} frames: it is damaged, or was cut short.':
    '{1} endet nach {2} von {3} Bildern: beschädigt oder abgeschnitten.',
  'Trim the clip to what is there, or get the file again whole and conform it again.':
    'Den Clip auf das Vorhandene trimmen oder die ganze Datei holen und erneut anpassen.',
  'No picture of {} can be read: it is damaged, or its codec is unknown.':
    'Kein Bild von {1} ist lesbar: beschädigt oder mit unbekanntem Codec.',
  'Open it in a video editor and save it as H.264 MP4 or ProRes, then import that.':
    'In einem Videoprogramm öffnen, als H.264-MP4 oder ProRes sichern und das importieren.',
  '{} is HDR, and the ffmpeg of this machine cannot bring it to SDR.':
    '{1} ist HDR, und das ffmpeg dieses Rechners kann es nicht nach SDR bringen.',
  'Save it as SDR (Rec. 709) in a video editor, or install an ffmpeg with zscale.':
    'In einem Videoprogramm als SDR (Rec. 709) sichern oder ein ffmpeg mit zscale installieren.',
  'The sound of {} cannot be read.': 'Der Ton von {1} ist nicht lesbar.',
  'Place it without its sound, or save it in a video editor as MP4 first.':
    'Ohne Ton platzieren oder zuerst in einem Videoprogramm als MP4 sichern.',
  '{} is not there.': '{1} ist nicht da.',
  'Check the path.': 'Den Pfad prüfen.',
  '{} is no film, image or sound that can be read here':
    '{1} ist kein Film, kein Bild und kein Ton, der hier lesbar ist',
  'Choose a film (MP4, MOV, WebM, MKV, GIF, AVI), an image (PNG, JPEG, WebP, TIFF, BMP) or a sound (WAV, MP3, M4A, FLAC, Ogg).':
    'Einen Film (MP4, MOV, WebM, MKV, GIF, AVI), ein Bild (PNG, JPEG, WebP, TIFF, BMP) oder einen Ton (WAV, MP3, M4A, FLAC, Ogg) wählen.',
  '{} cannot be read: {}.': '{1} ist nicht lesbar: {2}.',
  'The original {} is not where it was.': 'Das Original {1} ist nicht mehr, wo es war.',
  'Bring it back, or say where it is now with “Find the original” in the media panel. The film plays on.':
    'Zurückbringen oder im Medien-Panel mit „Original suchen“ zeigen, wo es ist. Der Film läuft weiter.',
  'This film is not in the library.': 'Dieser Film ist nicht in der Bibliothek.',
  '{} has no sound': '{1} hat keinen Ton',
  'Place it without.': 'Ohne platzieren.',
  '{} is a film': '{1} ist ein Film',
  'Choose numbered pictures.': 'Nummerierte Bilder wählen.',
  'The file that lies there is not the {} that was imported.': 'Die Datei dort ist nicht {1}, das importiert wurde.',
  'Bring the original back, or import the other file as a film of its own.':
    'Das Original zurückbringen oder die andere Datei als eigenen Film importieren.',
  '{} is {} × {}, which is too large.': '{1} ist {2} × {3}, das ist zu groß.',
  'Scale it down to {} pixels a side at most.': 'Auf höchstens {1} Pixel je Seite verkleinern.',
  '{} cannot be used as a film: {}.': '{1} ist als Film nicht brauchbar: {2}.',
  'Choose a film ({}), or open it in a video editor and save it as MP4.':
    'Einen Film wählen ({1}) oder in einem Videoprogramm öffnen und als MP4 sichern.',
  'these takes differ in size': 'diese Takes sind verschieden groß',
  'Compare two of one size.': 'Zwei von gleicher Größe vergleichen.',
  'a note has at most {} characters': 'eine Notiz hat höchstens {1} Zeichen',
  'Shorten it.': 'Kürzen.',
  'This take is not in the library.': 'Dieser Take ist nicht in der Bibliothek.',
  'Look at the history again.': 'Den Verlauf neu ansehen.',
  'This needs about {} free, and there is {}.': 'Dafür müssen etwa {1} frei sein, es sind {2}.',
  'Free some space on this disk, then try again.': 'Auf diesem Datenträger Platz schaffen, dann erneut versuchen.',
  'The lock file of the library is damaged.': 'Die Sperrdatei der Bibliothek ist beschädigt.',
  'Delete the file library.lock (it holds no data) and try again.':
    'Die Datei library.lock löschen (sie enthält keine Daten) und erneut versuchen.',
  'Choose a PNG, JPEG, WebP, TIFF, BMP or GIF; or open it in an image editor and save it as PNG.':
    'PNG, JPEG, WebP, TIFF, BMP oder GIF wählen; oder in einem Bildprogramm öffnen und als PNG sichern.',
  'frame {}… is not in the library': 'Bild {1}… ist nicht in der Bibliothek',
  'Generate the take again, or restore the library folder from a backup.':
    'Den Take neu generieren oder den Bibliotheksordner aus einer Sicherung wiederherstellen.',
  '{} is not a file.': '{1} ist keine Datei.',
  'Choose an image or a sound file.': 'Eine Bild- oder Tondatei wählen.',
  '{} is empty.': '{1} ist leer.',
  'Choose another file.': 'Eine andere Datei wählen.',
  '{} cannot be opened ({}).': '{1} lässt sich nicht öffnen ({2}).',
  'Check that you may read the file, or copy it elsewhere first.':
    'Prüfen, ob die Datei gelesen werden darf, oder sie zuerst woandershin kopieren.',
  '{} is larger than 512 MiB.': '{1} ist größer als 512 MiB.',
  'Save it in a smaller size first.': 'Zuerst kleiner sichern.',
  'it is in this project already, as {}': 'es ist schon in diesem Projekt, als {1}',
  '{} is not of this kind': '{1} ist nicht von dieser Art',
  'Choose a file of the same kind.': 'Eine Datei gleicher Art wählen.',
  '{} is a picture': '{1} ist ein Bild',
  'Choose an imported sound.': 'Einen importierten Ton wählen.',
  'the frame size must be whole pixels': 'die Bildgröße muss in ganzen Pixeln sein',
  'Use 1 to {}.': '1 bis {1} nehmen.',
  '{} is a sound and has no picture': '{1} ist ein Ton und hat kein Bild',
  'Choose an image.': 'Ein Bild wählen.',
  'This file is not in the library.': 'Diese Datei ist nicht in der Bibliothek.',
  'There are more than {} files in there.': 'Darin sind mehr als {1} Dateien.',
  'Choose a folder nearer to the files.': 'Einen Ordner näher an den Dateien wählen.',
  'Choose it again.': 'Erneut wählen.',
  'Looking for the files was stopped.': 'Die Suche nach den Dateien wurde angehalten.',
  '{} is longer than {} minutes.': '{1} ist länger als {2} Minuten.',
  'Cut it into shorter files first.': 'Zuerst in kürzere Dateien schneiden.',
  '{} cannot be heard: {}.': '{1} ist nicht zu hören: {2}.',
  'Choose a WAV, MP3, M4A, FLAC or Ogg file; or open it in an audio editor and save it as WAV.':
    'WAV, MP3, M4A, FLAC oder Ogg wählen; oder in einem Tonprogramm öffnen und als WAV sichern.',
  'there is already a model "{}"': 'es gibt schon ein Modell „{1}“',
  'Give the package another id in its onionskin.json.': 'Dem Paket in seiner onionskin.json eine andere Kennung geben.',
  '{} models are listed already': 'es sind schon {1} Modelle eingetragen',
  'Remove one from the list first.': 'Zuerst eines aus der Liste nehmen.',
  'there is no model "{}" on this machine': 'auf diesem Rechner gibt es kein Modell „{1}“',
  'Add a model package first.': 'Zuerst ein Modellpaket hinzufügen.',
  'Choose one of: {}. Or add its package.': 'Eines wählen: {1}. Oder sein Paket hinzufügen.',
  'the list of added models cannot be read': 'die Liste der hinzugefügten Modelle ist nicht lesbar',
  'Delete the list in the library folder and add the models again; they are not touched.':
    'Die Liste im Bibliotheksordner löschen und die Modelle neu hinzufügen; sie selbst bleiben unberührt.',
  '{} is not told how much motion to make': '{1} nimmt keine Angabe zur Bewegung',
  'Leave the motion out.': 'Die Bewegung weglassen.',
  '{} of the model package has {} bytes, the manifest says {}':
    '{1} des Modellpakets hat {2} Bytes, das Manifest sagt {3}',
  'Copy {} again: it is incomplete or another version.': '{1} erneut kopieren: unvollständig oder andere Version.',
  '{} of the model package is not the file its manifest names':
    '{1} des Modellpakets ist nicht die Datei, die das Manifest nennt',
  'Copy the whole model package again: the file is damaged or another version.':
    'Das ganze Modellpaket erneut kopieren: die Datei ist beschädigt oder eine andere Version.',
  'Copy the package into the models folder again.': 'Das Paket erneut in den Modellordner kopieren.',
  'This change was made on version {} of the project, which is now at {}.':
    'Diese Änderung galt Version {1} des Projekts, das nun bei {2} ist.',
  'Open the project again and repeat the change.': 'Das Projekt erneut öffnen und die Änderung wiederholen.',
  'there is nothing to {}': 'es gibt nichts: {1:w}',
  'Open the project again to see its history.': 'Das Projekt erneut öffnen, um seinen Verlauf zu sehen.',
  'there is no edit to join': 'es gibt keine Änderung, die ergänzt werden kann',
  'a document needs its project record': 'ein Dokument braucht seinen Projekteintrag',
  'Add the record with id `project`.': 'Den Eintrag mit der Kennung `project` hinzufügen.',
  'a project has at most {} named versions': 'ein Projekt hat höchstens {1} benannte Versionen',
  'Remove some names first.': 'Zuerst einige Namen entfernen.',
  'The project has no such version.': 'Diese Version hat das Projekt nicht.',
  'Open the history of the project again.': 'Den Verlauf des Projekts erneut öffnen.',
  'frame {}… of the sample project is not what its name says':
    'Bild {1}… des Beispielprojekts ist nicht, was sein Name sagt',
  'Install Onionskin again, or start with a new project: nothing of yours is affected.':
    'Onionskin neu installieren oder ein neues Projekt beginnen: Eigenes ist nicht betroffen.',
  'The plan of this export is gone.': 'Der Plan dieses Exports ist weg.',
  'Export the film again.': 'Den Film erneut exportieren.',
  'Onionskin is closing.': 'Onionskin wird geschlossen.',
  'Onionskin stopped while this job was running.': 'Onionskin endete, während dieser Auftrag lief.',
  'Run it again; it will make the same frames.': 'Erneut ausführen; es entstehen dieselben Bilder.',
  'This job is not in the queue.': 'Dieser Auftrag ist nicht in der Warteschlange.',
  'Look at the list of jobs again.': 'Die Liste der Aufträge neu ansehen.',
  '{} jobs are waiting already.': 'Es warten schon {1} Aufträge.',
  'Wait for some to finish, or cancel those you no longer need.':
    'Warten, bis einige fertig sind, oder unnötige abbrechen.',
  'This job is {}; that can be done only while it is {}.':
    'Dieser Auftrag ist {1:w}; das geht nur, solange er {2:w} ist.',
  'this part is not imported': 'dieser Teil ist nicht importiert',
  'Generate it instead.': 'Stattdessen generieren.',
  'the file to write needs an absolute path': 'die zu schreibende Datei braucht einen absoluten Pfad',
  'frames {} to {} are not a range': 'die Bilder {1} bis {2} sind kein Bereich',
  'A frame this run starts from is not in the library.':
    'Ein Bild, von dem dieser Lauf ausgeht, ist nicht in der Bibliothek.',
  'Choose another take of the segment before, or generate it again.':
    'Einen anderen Take des Teils davor wählen oder ihn neu generieren.',
  '{} carries no recipe.': '{1} enthält kein Rezept.',
  'Choose a recipe saved as JSON, or an MP4, MOV, GIF or PNG exported with “Write the recipe into the file” on.':
    'Ein als JSON gesichertes Rezept wählen oder MP4, MOV, GIF oder PNG, exportiert mit „Rezept in die Datei schreiben“.',
  'Check the path and that you may read the file.': 'Den Pfad prüfen und ob die Datei gelesen werden darf.',
  '{} is not a recipe that this version reads ({}).': '{1} ist kein Rezept, das diese Version liest ({2}).',
  'Use the file as it was saved; a newer Onionskin may have written it.':
    'Die Datei nehmen, wie sie gesichert wurde; vielleicht schrieb sie ein neueres Onionskin.',
  'this is not the name of a setting': 'das ist kein Name einer Einstellung',
  'Use letters, digits, dots and dashes.': 'Buchstaben, Ziffern, Punkte und Striche nehmen.',
  'this setting is too large to be kept': 'diese Einstellung ist zu groß, um gemerkt zu werden',
  'Keep it under 64 kB.': 'Unter 64 kB bleiben.',
  'there is no room for another setting': 'für eine weitere Einstellung ist kein Platz',
  'Remove one first.': 'Zuerst eine entfernen.',
  'Open the project again; `onionskin` prints the ids of the takes it makes.':
    'Das Projekt erneut öffnen; `onionskin` druckt die Kennungen seiner Takes.',
  'Reclaiming space was stopped.': 'Das Freigeben von Platz wurde angehalten.',
  'The project “{}” goes on from takes of this one.': 'Das Projekt „{1}“ baut auf Takes von diesem auf.',
  'Keep it in the trash, or remove the other project first.':
    'Im Papierkorb lassen oder zuerst das andere Projekt entfernen.',
  'Space cannot be reclaimed while a job runs.': 'Solange ein Auftrag läuft, kann kein Platz freigegeben werden.',
  'Wait for it to finish, or cancel it, then try again.':
    'Warten, bis er fertig ist, oder ihn abbrechen, dann erneut versuchen.',
  'The check was stopped. Nothing was changed.': 'Die Prüfung wurde angehalten. Nichts wurde geändert.',
  'there is no space left to write {}': 'zum Schreiben von {1} ist kein Platz mehr',
  'Free some space on that disk, then run it again. Nothing was damaged.':
    'Auf dem Datenträger Platz schaffen, dann erneut ausführen. Nichts wurde beschädigt.',
  '{} cannot be written: the folder is read-only or belongs to somebody else':
    '{1} kann nicht geschrieben werden: der Ordner ist schreibgeschützt oder gehört jemand anderem',
  'Give yourself write permission for the folder, or choose another library.':
    'Sich Schreibrechte für den Ordner geben oder eine andere Bibliothek wählen.',
  '{} could not be read or written ({})': '{1} konnte nicht gelesen oder geschrieben werden ({2})',
  'Check that the disk is connected and healthy, then try again.':
    'Prüfen, ob der Datenträger verbunden und gesund ist, dann erneut versuchen.',
  '{} is larger than 100 megapixels': '{1} ist größer als 100 Megapixel',
  'Scale it down first.': 'Zuerst verkleinern.',
  '{} is a {}-bit grey PNG': '{1} ist ein graues PNG mit {2} Bit',
  'Save it with 8 bits per channel.': 'Mit 8 Bit je Kanal sichern.',
  '{} cannot be read: {}': '{1} ist nicht lesbar: {2}',
  'Open it in an image editor and save it again, or choose another file.':
    'In einem Bildprogramm öffnen und neu sichern oder eine andere Datei wählen.',
};
