import * as z from 'zod';
import { duration, extraHeaderName, headerValue, httpAddress, minute, second } from './fields.js';

export const otlpProtocols = ['http/protobuf', 'http/json'] as const;
/** Versions of the conventions whose names are sent. */
export const genAiVersions = ['1.41'] as const;

/** Push of the metrics by the OpenTelemetry protocol. */
export const otlpSchema = z.strictObject({
  endpoint: httpAddress().describe(
    'Address of the receiver for metrics with its path, such as `http://collector:4318/v1/metrics`; for Prometheus `http://prometheus:9090/api/v1/otlp/v1/metrics`.',
  ),
  headers: z
    .record(extraHeaderName(), headerValue())
    .prefault({})
    .describe('Headers of each request, such as `authorization`. Their values are secrets.'),
  every: duration(second, 60 * minute)
    .prefault('1m')
    .describe(
      'Interval between two pushes. Prometheus takes series for ended that are not pushed for 5 minutes.',
    ),
  timeout: duration(second, 60 * second)
    .prefault('10s')
    .describe('Time for one request; a whole push ends within `every`.'),
  protocol: z.enum(otlpProtocols).prefault('http/protobuf').describe('How the metrics are written.'),
  gen_ai: z
    .enum(genAiVersions)
    .optional()
    .describe(
      "Also sends what checks show by the names of OpenTelemetry's conventions for generative AI (`gen_ai.client.*`) of this version, since they still change; default: none.",
    ),
});

export type OtlpEntry = z.output<typeof otlpSchema>;
