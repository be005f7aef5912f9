import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { junitReport } from '../../../src/cli/gate/junit.js';
import { createFolder } from '../../app/process.js';
import { amount } from '../../slow.js';
import { row, terms } from './rows.js';

const folder = createFolder();
afterAll(() => folder.clean());

/** Reads reports as a line of JSON each: what a program in Python with the package junitparser sees. */
const reader = `
import json, sys
from junitparser import JUnitXml
for path in sys.argv[1:]:
    xml = JUnitXml.fromfile(path)
    cases = []
    for suite in xml:
        for case in suite:
            found = [[type(one).__name__, one.message, one.type, one.text] for one in case.result]
            cases.append([case.classname, case.name, case.time, found, case.system_out])
    print(json.dumps([xml.tests, xml.failures, xml.errors, cases]))
`;

const python = '/usr/bin/python3';
const lacks = spawnSync(python, ['-c', 'import junitparser']).status !== 0 && process.env.CI !== 'true';
if (lacks)
  process.stderr.write('SKIPPED: junitparser of Python is not installed, so no report of JUnit was read\n');

function read(reports: readonly string[]): unknown[] {
  const paths = reports.map((report, index) => folder.write(`${index}.xml`, report));
  const { stdout, stderr, status } = spawnSync(python, ['-c', reader, ...paths], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const withParser = lacks ? it.skip : it;

describe('JUnit report', () => {
  withParser('says what each model did, to a parser of such reports', () => {
    const rows = [
      row('fine', 'ok'),
      row('dear', 'quota_exhausted', 'no credit', { attempts: 3 }),
      row('odd', 'unexpected_answer', 'Mumbai'),
      row('unset', 'secret_missing', 'variable X is not set'),
      row('late', 'internal_error', 'not checked within the time of --timeout', {
        ended: false,
        attempts: 0,
      }),
    ];
    const quota = 'quota_exhausted, account has to act: HTTP 429, no credit, after 3 checks';
    const unset = 'secret_missing, config has to act: HTTP 429, variable X is not set';
    const late = 'not checked within the time of --timeout';
    const report = junitReport(rows, terms, Date.UTC(2026, 10, 30), 4_000);
    expect(read([report])).toEqual([
      [
        5,
        1,
        1,
        [
          ['modelpulse.openai_compatible', 'fine', 1.25, [], null],
          [
            'modelpulse.openai_compatible',
            'dear',
            1.25,
            [['Failure', `unhealthy: ${quota}`, 'quota_exhausted', quota]],
            null,
          ],
          [
            'modelpulse.openai_compatible',
            'odd',
            1.25,
            [],
            'degraded: unexpected_answer, provider has to act: HTTP 429, Mumbai',
          ],
          ['modelpulse.openai_compatible', 'unset', 1.25, [['Skipped', unset, null, null]], null],
          [
            'modelpulse.openai_compatible',
            'late',
            1.25,
            [['Error', `unknown: ${late}`, 'internal_error', late]],
            null,
          ],
        ],
      ],
    ]);
    expect(report).toContain('timestamp="2026-11-30T00:00:00"');
  });

  withParser('is well-formed whatever a provider and an operator write', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ']]>',
        '<![CDATA[',
        '&amp;',
        '<!--',
        '\u0000',
        '\u001b',
        '\ufffe',
        '\uffff',
        '\ud800',
        '\udc00x',
        '😀',
        '"',
        "'",
        '\r\n',
        '</testcase>',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
    const given = fc.sample(fc.tuple(text, text), amount(500, 50));
    const reports = given.map(([id, detail]) =>
      junitReport([row(id, 'server_error', detail), row(id, 'slow', detail)], terms, 0, 0),
    );
    const cases = read(reports) as [number, number, number, [string, string][]][];
    expect(cases.map(([tests, failures]) => [tests, failures])).toEqual(given.map(() => [2, 1]));
    const plain = given
      .map(([id], index) => [id, cases[index]?.[3][0]?.[1]])
      .filter(([id]) => /^[\x20-\x7e]*$/.test(id ?? ''));
    for (const [id, name] of plain) expect(name).toBe(id);
  });
});
