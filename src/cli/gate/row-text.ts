import { plainText } from '../../domain/plain-text.js';
import { blameFor } from '../../domain/reason.js';
import type { GateRow } from './gate.js';

/** What happened to a model in one line: `quota_exhausted, account has to act: HTTP 429, ...`. */
export function rowText({ result, attempts, ended }: GateRow): string {
  const { reason, detail, httpStatus } = result;
  if (!ended) return detail ?? 'not checked';
  const blame = blameFor(reason);
  const said = plainText(detail ?? '');
  const parts = [
    ...(httpStatus === null ? [] : [`HTTP ${httpStatus}`]),
    ...(said === '' ? [] : [said]),
    ...(attempts > 1 ? [`after ${attempts} checks`] : []),
  ];
  const head = `${reason}${blame === null ? '' : `, ${blame} has to act`}`;
  return parts.length === 0 ? head : `${head}: ${parts.join(', ')}`;
}
