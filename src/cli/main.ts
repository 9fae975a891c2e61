#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { writeFailure } from './atomic-file.ts';
import { asFailure, describeFailure, EXIT, EXIT_HELP, exitCodeOf, failureJson } from './failure.ts';
import { endEarly } from './interruption.ts';
import { printJson, remark } from './printing.ts';
import { productVersion } from './product-version.ts';

/** In the order of the help page. */
const COMMANDS: Readonly<Record<string, () => Promise<() => Command>>> = {
  info: async () => (await import('./info.ts')).infoCommand,
  convert: async () => (await import('./convert.ts')).convertCommand,
  formats: async () => (await import('./formats.ts')).formatsCommand,
  steps: async () => (await import('./steps.ts')).stepsCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  run: async () => (await import('./run.ts')).runCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  simulate: async () => (await import('./simulate.ts')).simulateCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
};

/** The one that is asked for; all of them for whoever asks for help, or for what there is not. */
async function commandsFor([name]: readonly string[]): Promise<Command[]> {
  const wanted = Object.hasOwn(COMMANDS, name ?? '') ? [COMMANDS[name]] : Object.values(COMMANDS);
  return Promise.all(wanted.map(async (load) => (await load())()));
}

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('spectrail')
    .description('From the raw instrument file to a number with an honest error and the trail that led to it.')
    .version(await productVersion())
    .addHelpText('after', `\n${EXIT_HELP}\n\nSPECTRAIL_DEBUG=1 shows where in the code an error arose.`);
  for (const command of await commandsFor(argv)) program.addCommand(command);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  await program.parseAsync(argv as string[], { from: 'user' });
}

function fail(error: unknown): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  if (error instanceof CommanderError && error.code === 'commander.help') {
    process.exitCode = EXIT.input;
    return;
  }
  const failure = asFailure(error);
  process.exitCode = exitCodeOf(failure);
  if (process.argv.includes('--json')) printJson(failureJson(failure));
  else remark(describeFailure(failure));
  if (process.env.SPECTRAIL_DEBUG) remark(causes(error));
}

function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${causes(error.cause)}`;
}

/** A reader that closes the pipe early (`| head`) has seen enough; output that goes nowhere is a failure. */
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {});
  if (error.code === 'EPIPE') return endEarly(Number(process.exitCode ?? EXIT.done));
  remark(describeFailure(writeFailure('standard output', error)));
  endEarly(EXIT.output);
});
/** Remarks that nobody can read are no reason to stop. */
process.stderr.on('error', () => {});

main(process.argv.slice(2)).catch(fail);
