import { RE2JS } from 're2js';
import { z } from 'zod';
import { freeMap, someText, texts, wholeNumber } from './fields.js';
import { compileJsonSchema } from './json-schema-compiler.js';

function regexProblem(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace('error parsing regexp: ', '') : 'unreadable';
    return `must be a regular expression in RE2 syntax: ${reason}`;
  }
}

function jsonSchemaProblem(schema: Record<string, unknown>): string | null {
  try {
    compileJsonSchema(schema);
    return null;
  } catch (error) {
    return `must be true or a JSON Schema of draft 7: ${error instanceof Error ? error.message : 'unreadable'}`;
  }
}

const longestAnswer = 2 ** 20;

/** What the answer must be; `{}` expects any text. */
export const expectation = z
  .strictObject({
    contains: texts()
      .optional()
      .describe(
        'Each of these texts is in it, whatever the case, the width of letters and marks of emphasis.',
      ),
    not_contains: texts()
      .optional()
      .describe(
        'None of these texts is in it, whatever the case, the width of letters and marks of emphasis.',
      ),
    equals: texts().optional().describe('It is one of these texts, whatever the case.'),
    regex: someText()
      .superRefine((pattern, context) => {
        const problem = regexProblem(pattern);
        if (problem !== null) context.addIssue(problem);
      })
      .optional()
      .describe('It matches this pattern, in the syntax of RE2.'),
    json: z
      .union([z.literal(true), freeMap()], 'must be true or a JSON Schema')
      .superRefine((schema, context) => {
        const problem = schema === true ? null : jsonSchemaProblem(schema);
        if (problem !== null) context.addIssue(problem);
      })
      .optional()
      .describe(
        'true: it parses as JSON; a map: it also fits this JSON Schema of draft 7, whose patterns are in the syntax of RE2.',
      ),
    min_length: wholeNumber(0, longestAnswer).optional().describe('Least characters.'),
    max_length: wholeNumber(0, longestAnswer).optional().describe('Most characters.'),
    model: texts().optional().describe('Names that the reply may give its model, whatever the case.'),
  })
  .superRefine(({ min_length: least, max_length: most }, context) => {
    if (least !== undefined && most !== undefined && least > most) {
      context.addIssue({
        code: 'custom',
        path: ['max_length'],
        message: `must be at least min_length, ${least}`,
      });
    }
  });

export type ExpectationEntry = z.output<typeof expectation>;
