import { readFileSync } from 'node:fs';

interface Instruction {
  /** Such as RUN, in capitals. */
  readonly name: string;
  /** What follows, continued lines joined. */
  readonly text: string;
}

export interface Stage {
  /** Such as `debian:13.7-slim`. */
  readonly base: string;
  /** What `AS` says; empty without. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile in their order; only what it uses of the language is understood. */
export function readDockerfile(): readonly Stage[] {
  const lines = readFileSync('Dockerfile', 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not understood: ${line}`);
    const [base = '', as = '', stage = ''] = text.split(' ');
    if (name === 'FROM') stages.push({ base, name: as === 'AS' ? stage : '', instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

/** The texts of all instructions of this name. */
export function textsOf(stage: Stage, name: string): readonly string[] {
  return stage.instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** `KEY=value` pairs of ENV and LABEL, with or without quotes. */
export function pairsOf(stage: Stage, name: 'ENV' | 'LABEL'): Readonly<Record<string, string>> {
  const pairs = textsOf(stage, name).flatMap((text) => [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, key = '', quoted, plain]) => [key, quoted ?? plain ?? '']));
}

/** A command in its exec form: the list in the last instruction of this name, after whatever options it has. */
export function commandOf(stage: Stage, name: 'ENTRYPOINT' | 'CMD' | 'HEALTHCHECK'): readonly string[] {
  const text = textsOf(stage, name).at(-1) ?? '';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

interface Copy {
  /** The stage copied from; empty for the build context. */
  readonly from: string;
  readonly sources: readonly string[];
  readonly target: string;
}

export function parseCopy(text: string): Copy {
  const words = text.split(/\s+/);
  const from = words[0]?.startsWith('--from=') === true ? words.shift()!.slice('--from='.length) : '';
  return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}
