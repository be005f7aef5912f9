import * as z from 'zod';
import { freeMap, someText, texts, wholeNumber } from './fields.js';
import { compileJsonSchema } from './json-schema-compiler.js';
import { compilePattern, PatternSizeError } from './pattern.js';

function regexProblem(pattern: string): string | null {
  try {
    compilePattern(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternSizeError) return error.message;
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

/** Condition on the answer; `{}` accepts any text. */
export const expectation = z
  .strictObject({
    contains: texts()
      .optional()
      .describe(
        'The answer contains each of these texts; case, letter width, emphasis marks and the form of hyphens and quotes are ignored.',
      ),
    not_contains: texts()
      .optional()
      .describe(
        'The answer contains none of these texts; case, letter width, emphasis marks and the form of hyphens and quotes are ignored.',
      ),
    equals: texts().optional().describe('The answer equals one of these texts; case is ignored.'),
    regex: someText()
      .superRefine((pattern, context) => {
        const problem = regexProblem(pattern);
        if (problem !== null) context.addIssue(problem);
      })
      .optional()
      .describe('The answer matches this pattern (RE2 syntax).'),
    json: z
      .union([z.literal(true), freeMap()], 'must be true or a JSON Schema')
      .superRefine((schema, context) => {
        const problem = schema === true ? null : jsonSchemaProblem(schema);
        if (problem !== null) context.addIssue(problem);
      })
      .optional()
      .describe(
        'true: the answer is valid JSON. A map: it also matches this JSON Schema (draft 7, with patterns in RE2 syntax).',
      ),
    min_length: wholeNumber(0, longestAnswer)
      .optional()
      .describe('Minimum length of the answer in characters.'),
    max_length: wholeNumber(0, longestAnswer)
      .optional()
      .describe('Maximum length of the answer in characters.'),
    model: texts().optional().describe('Accepted model names in the reply; case is ignored.'),
    dimensions: wholeNumber(1, 1_000_000)
      .optional()
      .describe('How many numbers the vector of probe `embeddings` has.'),
    norm: z
      .number()
      .gt(0, 'must be a length over 0, such as 1')
      .max(1e12)
      .optional()
      .describe('Length of the vector of probe `embeddings`, within a hundredth; 1 for normalized ones.'),
    similar_to_first: z
      .number()
      .gt(0, 'must be a cosine over 0 and up to 1, such as 0.99')
      .max(1, 'must be a cosine over 0 and up to 1, such as 0.99')
      .optional()
      .describe(
        'Least cosine of the vector of probe `embeddings` to the first one for the same text; below it, another version answers, which is told as a change of version and is no failure.',
      ),
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
