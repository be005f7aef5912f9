import { Option } from 'commander';

/** In which form a command answers: a table, unless one of these is given. */
export interface FormatOptions {
  readonly json?: true;
  readonly csv?: true;
}

export const jsonOption = (): Option => new Option('--json', 'as JSON');
export const csvOption = (): Option => new Option('--csv', 'as CSV').conflicts('json');
