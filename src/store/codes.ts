import {
  blames,
  outcomes,
  reasons,
  reasonTable,
  unknownCauses,
  unknownCauseTable,
  type Blame,
  type Outcome,
  type Reason,
  type StateReason,
} from '../domain/reason.js';
import { checkKinds, type CheckKind } from '../domain/result.js';
import { states, type State } from '../domain/state.js';
import { tableFrom } from '../domain/table.js';
import { StoreError } from './store-error.js';

/** Words and the small integers that stand for them in the file. */
export interface Codes<Word extends string> {
  toCode(word: Word): number;
  /** Throws StoreError of kind `foreign` for an unknown number. */
  toWord(code: number): Word;
}

function codesOf<Word extends string>(
  what: string,
  pairs: readonly (readonly [Word, number])[],
): Codes<Word> {
  const codes = tableFrom(pairs);
  const words = new Map(pairs.map(([word, code]) => [code, word]));
  return {
    toCode: (word) => codes[word],
    toWord: (code) => {
      const word = words.get(code);
      if (word === undefined)
        throw new StoreError(
          'foreign',
          `${what} ${code} in the database is unknown: the file is damaged, or a newer release wrote it`,
        );
      return word;
    },
  };
}

const byPosition = <Word extends string>(words: readonly Word[]): [Word, number][] =>
  words.map((word, index) => [word, index]);

export const outcomeCodes: Codes<Outcome> = codesOf('outcome', byPosition(outcomes));
export const blameCodes: Codes<Blame> = codesOf('blame', byPosition(blames));
export const stateCodes: Codes<State> = codesOf('state', byPosition(states));
export const kindCodes: Codes<CheckKind> = codesOf('kind', byPosition(checkKinds));
const codedReasons = reasons.map((reason): [Reason, number] => [reason, reasonTable[reason].code]);
export const reasonCodes: Codes<Reason> = codesOf('reason', codedReasons);
/** Reasons of the time line, which also has causes without a result for unknown states. */
export const stateReasonCodes: Codes<StateReason> = codesOf<StateReason>('reason', [
  ...codedReasons,
  ...unknownCauses.map((cause): [StateReason, number] => [cause, unknownCauseTable[cause].code]),
]);
