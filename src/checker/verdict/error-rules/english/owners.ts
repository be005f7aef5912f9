import { any, is4xx, isLasting, type TextRule } from '../text-rule.js';

const owner = '(?:organi[sz]ation|project|workspace|tenant|team|folder|account|subscription)';

/** A name in quotes or brackets, an id, and words such as "with id". */
const name = `(?:[ :(]{1,2}(?:with (?:the )?)?(?:id |name )?[\\w.:@/'"\`()-]{1,80})?`;

/** Refusals of whom a key belongs to, where it is used from, and who pays for it. Clouds tell them with 400, too. */
export const owners: readonly TextRule[] = [
  {
    reason: 'quota_exhausted',
    pattern: any(
      '\\bcard (?:was |is |has been |has )?(?:declined|rejected|refused|expired)\\b',
      '\\bupdate your (?:payment|billing) (?:method|details|information)\\b',
    ),
    on: (status) => is4xx(status) && isLasting(status),
  },
  {
    reason: 'permission_denied',
    pattern: any(
      `\\b${owner}${name} (?:is|was|has been) (?:archived|deleted|closed|removed|inactive|not active|pending deletion)\\b`,
      `\\b${owner}${name} (?:is|are) not (?:currently )?(?:allowed|permitted|authori[sz]ed|entitled|eligible|approved) to (?:use|access|call|invoke)\\b`,
      `\\b(?:tenant|workspace|organi[sz]ation|project)${name} (?:is |was |does |could )?not (?:be )?(?:found|exist)\\b`,
      `\\b(?:${owner}|key|token|credentials?)\\b.{0,60}\\b(?:do|does|did)(?: not|n't) (?:match|belong to)\\b.{0,40}\\b(?:${owner}|key)\\b`,
      '\\b(?:ip|address|origin|referr?er|domain)\\b.{0,60}\\bnot (?:in|on|part of) .{0,24}\\b(?:allow|white)[- ]?list',
    ),
    on: (status) => status === 400 || status === 401 || status === 403 || status === 422,
  },
];
