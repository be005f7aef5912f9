import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from '@jest/globals';
import { essence, ours, recorded } from './recording.js';

const modelId = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const asked = {
  modelId,
  messages: [{ role: 'user' as const, content: [{ text: 'What is the capital of India?' }] }],
  inferenceConfig: { maxTokens: 16 },
};
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
};

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The client's own handler speaks HTTP/2 only. */
const forwarding = (endpoint: string) => ({
  async handle({ method, path, headers, body }: SdkRequest): Promise<never> {
    const others = Object.entries(headers).filter(([name]) => !/^(?:host|content-length)$/.test(name));
    await fetch(endpoint + path, { method, headers: others, body });
    throw new Error('recorded');
  },
});

const theirs = (command: ConverseCommand | ConverseStreamCommand, config: BedrockRuntimeClientConfig) =>
  recorded((endpoint) =>
    new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint,
      maxAttempts: 1,
      requestHandler: forwarding(endpoint),
      ...config,
    }).send(command as ConverseCommand),
  );

/** The credential's scope, without its date, and the algorithm. */
const scopeOf = (authorization = ''): string | undefined =>
  /^(\S+ Credential=[^/]+\/)\d{8}(\/[^,]+)/.exec(authorization)?.slice(1).join('');

describe("Amazon's client sends what the prober sends", () => {
  it.each(['chat', 'chat_stream'])('with a signature, for the probe %s', async (probe) => {
    const Command = probe === 'chat' ? ConverseCommand : ConverseStreamCommand;
    const wanted = await theirs(new Command(asked), { credentials, authSchemePreference: ['sigv4'] });
    const key = `${credentials.accessKeyId}:${credentials.secretAccessKey}`;
    const mine = await ours({ provider: 'bedrock', model: modelId, probe, api_key: key });
    expect(essence(mine, [])).toEqual(essence(wanted, []));
    expect(scopeOf(mine.headers.authorization)).toBe(scopeOf(wanted.headers.authorization));
    expect(scopeOf(mine.headers.authorization)).toMatch(/us-east-1\/bedrock\/aws4_request$/);
  });

  it('with a bearer key', async () => {
    const wanted = await theirs(new ConverseCommand(asked), {
      token: { token: 'test-key' },
      authSchemePreference: ['httpBearerAuth'],
    });
    const mine = await ours({ provider: 'bedrock', model: modelId });
    expect(essence(mine, ['authorization'])).toEqual(essence(wanted, ['authorization']));
  });
});
