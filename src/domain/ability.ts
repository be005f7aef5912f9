/** The function that the probe `tools` offers. */
export const offeredTool = {
  name: 'report_capital',
  description: 'Reports the capital of a country.',
  /** The member that a call must have. */
  member: 'capital',
  parameters: {
    type: 'object',
    properties: { capital: { type: 'string', description: 'Name of the capital.' } },
    required: ['capital'],
  },
} as const;

/** The schema that the probe `structured` requests. */
export const requestedSchema = {
  type: 'object',
  properties: { capital: { type: 'string' }, country: { type: 'string' } },
  required: ['capital', 'country'],
  additionalProperties: false,
} as const;

/** Name of the schema, which some APIs require. */
export const schemaName = 'capital_of_country';

/** A call of a tool, as an API has it. */
export interface ToolCall {
  readonly name: string;
  /** A text that should be JSON, or the parsed value. */
  readonly arguments: unknown;
}
