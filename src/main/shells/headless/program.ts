/**
 * The command line: which commands there are, what they take, and how their outcome becomes an exit code.
 * Values are strings here; each command checks its own (options.ts).
 */
import { Command, CommanderError } from 'commander';
import { resolve } from 'node:path';
import { AppError } from '@core/errors';
import { wireErrorFrom } from '@contracts/wire-error';
import { appVersion } from '@main/app-version';
import { defaultLibraryDir } from '@main/platform/library-dir';
import type { CommandContext } from './context';
import { fetchCudaLibraries, listDevices, useDevice } from './devices';
import { reportDoctor } from './doctor';
import { demo } from './demo';
import { describeError, exitCodeOf, EXIT_DONE, EXIT_FAILED, stackOf } from './exit-code';
import { exportProject, type ExportOptions } from './export-project';
import { extend, type ExtendOptions } from './extend';
import { generate, type GenerateOptions } from './generate';
import { addModel, listModels, verifyModels } from './models';
import { addLibraryCommands } from './library';
import { createReporter, type Output } from './reporter';
import { makeSample } from './sample';
import type { HeadlessStudio } from './headless-studio';

export interface CliOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
  /** Opens services when, and only when, a command needs them. */
  readonly studio: HeadlessStudio;
}

/** What every command takes. */
interface SharedOptions {
  readonly library?: string;
  readonly json?: boolean;
}

/** Runs one command line (without `node` and the script). Never throws; the failure is on stderr. @returns the exit code */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number> {
  let code = EXIT_DONE;
  const program = createProgram(options, (exitCode) => (code = exitCode));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    reportFailure(error, argv.includes('--json'), options);
    return exitCodeOf(error);
  }
}

function reportFailure(error: unknown, isJson: boolean, { stdout, stderr }: CliOptions): void {
  // commander throws for --help, --version and a missing command too, after it has printed what there is to say.
  if (exitCodeOf(error) === EXIT_DONE || (error instanceof CommanderError && error.code === 'commander.help')) return;
  if (isJson) stdout.write(`${JSON.stringify({ event: 'error', error: wireErrorOf(error) })}\n`);
  stderr.write(`${describeError(error)}\n`);
  const stack = stackOf(error);
  if (stack !== null) stderr.write(`${stack}\n`);
}

function wireErrorOf(error: unknown): unknown {
  const isTyped = exitCodeOf(error) === 2 && !(error instanceof AppError);
  return isTyped
    ? { code: 'input/invalid', message: describeError(error).replace(/^onionskin: /, ''), detail: {} }
    : wireErrorFrom(error);
}

function createProgram(options: CliOptions, setExitCode: (code: number) => void): Command {
  const { stdout, stderr, signal, studio: headless } = options;
  const program = new Command('onionskin')
    .description('Grows film on a timeline: local video diffusion on ONNX Runtime.')
    .version(appVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // Said once, by reportFailure.
      outputError: () => undefined,
    });

  const withStudio = async (
    shared: SharedOptions,
    work: (context: CommandContext) => Promise<void> | void,
  ): Promise<void> => {
    const reporter = createReporter({ json: shared.json === true, stdout, stderr });
    const libraryDir = shared.library === undefined ? defaultLibraryDir() : resolve(shared.library);
    const { studio, exporter } = await headless.open(libraryDir);
    try {
      await work({ studio, exporter, reporter, signal });
    } finally {
      reporter.clear();
      await studio.close();
    }
  };
  const shared = (command: Command): Command =>
    command
      .option('--library <dir>', 'library folder (default: yours; or ONIONSKIN_LIBRARY)')
      .option('--json', 'one JSON line per event')
      .allowExcessArguments(false);
  const sampling = (command: Command): Command =>
    command
      .option('--prompt <text>', 'what is to be seen')
      .option('--negative <text>', 'what is not to be seen')
      .option('--model <id>', 'model package (default: the embedded one)')
      .option('--seed <n>', '0 to 4294967295 (default: a fresh one)')
      .option('--frames <n>', 'number of frames to make')
      .option('--size <WxH>', 'frame size in pixels')
      .option('--steps <n>', 'denoising steps')
      .option('--guidance <g>', 'how closely the prompt is followed')
      .option('--second-guidance <g>', 'the same for the second expert, of models that have two')
      .option('--guidance-method <name>', 'apg[:ETA] or zero-star[:SILENT STEPS] (default: plain)')
      .option('--steady <n>', '0 to 1: how much of guidance is only what neighbouring frames share')
      .option('--rescale <n>', '0 to 1: takes back the contrast that guidance adds')
      .option('--guided <from-to>', 'part of the run that is guided, as fractions (default: 0-1)')
      .option('--reuse <error>', '0 to 1: steps foreseen this closely are not computed (default: 0, off)')
      .option('--motion <n>', '1 to 255: how much moves, for a model that is told it (default: 127 or as it says)')
      .option('--device <name>', 'auto, cpu, webgpu, cuda, dml or coreml (default: as set by “devices use”)')
      .option('--out <path>', 'FILE.mp4, FILE.gif, or DIR/ for PNGs');

  shared(sampling(program.command('generate').description('makes a film from a prompt, and images if given')))
    .option('--then <frame=prompt>', 'what is to be seen from that frame on (may be repeated)', collected)
    .option(
      '--camera <move>',
      'pan-left, pan-right, tilt-up, tilt-down, zoom-in, zoom-out, turn-left or turn-right[:slow, :fast]',
    )
    .option('--first <image>', 'image of the first frame')
    .option('--last <image>', 'image of the last frame')
    .option('--keyframe <frame=image>', 'image of any frame (may be repeated)', collected)
    .option('--mask <frame=image>', "white where that frame's image is made anew (may be repeated)", collected)
    .option('--clip <frame=film>', 'film or folder of PNGs that it passes through (may be repeated)', collected)
    .option('--reference <image>', 'what the film shows somewhere (may be repeated)', collected)
    .action((given: GenerateOptions & SharedOptions) => withStudio(given, (context) => generate(context, given)));

  shared(sampling(program.command('extend').description('goes on from a film or a take')))
    .argument('<FILE|TAKE>', 'a film, a GIF, a folder of PNGs, or a take id')
    .option('--from <frame>', 'frame at which the new frames take over')
    .option('--backward', 'grow the beginning instead of the end')
    .action((source: string, given: ExtendOptions & SharedOptions) =>
      withStudio(given, (context) => extend(context, source, given)),
    );

  shared(program.command('export').description('writes the film of a project'))
    .argument('<PROJECT>', 'id or name')
    .option('--preset <name>', 'h264-mp4, prores-mov, gif, png-sequence or timeline')
    .option('--smooth <times>', '2, 3 or 4 times the rate, with frames drawn in between')
    .option('--out <path>', 'file, or folder for a PNG sequence')
    .option('--no-recipe', 'leave the recipes out of the file')
    .action((project: string, given: ExportOptions & SharedOptions) =>
      withStudio(given, (context) => exportProject(context, project, given)),
    );

  const models = program.command('models').description('the model packages that are installed');
  shared(models.command('list').description('shows them')).action((given: SharedOptions) =>
    withStudio(given, listModels),
  );
  shared(models.command('verify').description('hashes their files'))
    .argument('[id]', 'one model (default: all)')
    .action((id: string | undefined, given: SharedOptions) =>
      withStudio(given, (context) => verifyModels(context, id)),
    );
  shared(models.command('add').description('registers a package folder on this machine'))
    .argument('<DIR>', 'folder with an onionskin.json')
    .action((dir: string, given: SharedOptions) => withStudio(given, (context) => addModel(context, dir)));

  const devices = program.command('devices').description('where runs are computed');
  shared(devices.command('list').description('tries them, and says why not')).action((given: SharedOptions) =>
    withStudio(given, listDevices),
  );
  shared(devices.command('use').description('sets the device for new runs'))
    .argument('<DEVICE>', 'auto, cpu, webgpu, cuda, dml or coreml')
    .action((name: string, given: SharedOptions) => withStudio(given, (context) => useDevice(context, name)));
  shared(devices.command('fetch-cuda').description('says what CUDA lacks and how large it is; --yes fetches it'))
    .option('--yes', 'fetch it')
    .action((given: SharedOptions & { yes?: boolean }) =>
      withStudio(given, (context) => fetchCudaLibraries(context, given)),
    );

  addLibraryCommands(program, { shared, withStudio });

  shared(program.command('doctor').description('checks everything the studio stands on')).action(
    async (given: SharedOptions) => {
      const reporter = createReporter({ json: given.json === true, stdout, stderr });
      const libraryDir = given.library === undefined ? defaultLibraryDir() : resolve(given.library);
      const isWell = reportDoctor(await headless.doctor(libraryDir), reporter);
      if (!isWell) setExitCode(EXIT_FAILED);
    },
  );

  shared(program.command('demo').description('generates two shots, extends one, exports the film')).action(
    async (given: SharedOptions) => {
      const { libraryDir, outPath } = await headless.prepareDemo();
      await withStudio({ ...given, library: given.library ?? libraryDir }, (context) => demo(context, outPath));
    },
  );
  shared(
    program.command('sample <dir>', { hidden: true }).description('makes resources/sample (for developers)'),
  ).action(async (dir: string, given: SharedOptions) => {
    const { libraryDir } = await headless.prepareDemo();
    await withStudio({ ...given, library: given.library ?? libraryDir }, (context) =>
      makeSample(context, resolve(dir)),
    );
  });
  return program;
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}
