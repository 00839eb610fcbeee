/**
 * Entry of the command line: plain Node, no display. Built to out/main/cli.js beside the children it starts.
 */
import { createHeadlessStudio } from './headless-studio';
import { runCli } from './program';
import { listenForInterrupts } from './terminal-signals';

const interrupts = listenForInterrupts();
// A reader that went away (`onionskin … | head`) is no reason to crash; the command ends when it is done.
process.stdout.on('error', () => undefined);

const code = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupts.signal,
  studio: createHeadlessStudio(import.meta.dirname),
});
interrupts.dispose();
process.exitCode = code;
// Nothing is left to do; should a handle be left open, it must not keep the terminal.
process.stdout.write('', () => process.exit(code));
