import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { capabilities, dialectFor } from '../../src/checker/ask/dialects.js';
import { picture } from '../../src/checker/ask/picture.js';
import { sound } from '../../src/checker/ask/sound.js';
import { estimateTokens } from '../../src/checker/ask/token-estimate.js';
import { providerFor } from '../../src/config/model/providers.js';
import type { Probe } from '../../src/domain/model.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { completion, listenHttp } from './server.js';

const png = picture().toString('base64');
const wav = sound().toString('base64');
const query = 'What is it?';
const text = { type: 'text', text: query };
const shown = { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } };
const shownLow = { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } };
const played = { type: 'input_audio', input_audio: { data: wav, format: 'wav' } };
const playedBare = { type: 'input_audio', input_audio: wav };
const claudePicture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };

/** What a server at the provider's address gets of a check, and what comes of its answer. */
async function sentBy(provider: string, probe: Probe, vision?: string, answer = 'Yellow.') {
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  const server = listenHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      requests.push({ path: request.url ?? '', body });
      response.end(completion(answer));
    });
  });
  const result = await withServer(server, (port) => {
    const paths = { ...providerFor(provider, { model: 'plain' }).paths, ...(vision && { vision }) };
    const changes = { provider, probe, query, modelName: 'plain', expect: { contains: ['yellow'] } };
    return checkOnce(modelAt(`http://127.0.0.1:${port}`, { ...changes, endpoint: { paths } }));
  });
  return { ...requests[0]!, result };
}

describe('vision and audio probes', () => {
  const limit = { model: 'plain', temperature: 0, max_tokens: 16 };
  const user = (...content: object[]) => [{ role: 'user', content }];
  const gemini = (mimeType: string, data: string) => ({
    contents: [{ role: 'user', parts: [{ text: query }, { inlineData: { mimeType, data } }] }],
    generationConfig: { maxOutputTokens: 16, temperature: 0 },
  });
  const bedrock = (block: object) => ({
    messages: user({ text: query }, block),
    inferenceConfig: { maxTokens: 16 },
  });
  const { max_tokens: maximum, ...unlimited } = limit;
  const newer = { ...unlimited, max_completion_tokens: maximum };

  it.each<[string, Probe, object]>([
    ['openai', 'vision', { ...newer, messages: user(text, shownLow) }],
    ['openai', 'audio', { ...newer, messages: user(text, played) }],
    ['azure_openai', 'vision', { ...newer, messages: user(text, shownLow) }],
    ['groq', 'vision', { ...newer, messages: user(text, shown) }],
    ['openai_compatible', 'vision', { ...limit, messages: user(text, shown) }],
    ['openai_compatible', 'audio', { ...limit, messages: user(text, played) }],
    ['together', 'vision', { ...limit, messages: user(text, shown) }],
    ['together', 'audio', { ...limit, messages: user(text, played) }],
    ['mistral', 'vision', { ...limit, messages: user(text, shown) }],
    ['mistral', 'audio', { ...limit, messages: user(text, playedBare) }],
    ['fireworks', 'vision', { ...limit, messages: user(text, shown) }],
    ['huggingface', 'vision', { ...limit, messages: user(text, shown) }],
    ['alibaba', 'vision', { ...limit, messages: user(text, shown) }],
    ['cohere', 'vision', { ...limit, stream: false, messages: user(text, shown) }],
    ['anthropic', 'vision', { model: 'plain', max_tokens: 16, messages: user(text, claudePicture) }],
    ['gemini', 'vision', gemini('image/png', png)],
    ['gemini', 'audio', gemini('audio/wav', wav)],
    ['bedrock', 'vision', bedrock({ image: { format: 'png', source: { bytes: png } } })],
    ['bedrock', 'audio', bedrock({ audio: { format: 'wav', source: { bytes: wav } } })],
    [
      'ollama',
      'vision',
      {
        model: 'plain',
        messages: [{ role: 'user', content: query, images: [png] }],
        think: false,
        stream: false,
        options: { num_predict: 16, temperature: 0 },
      },
    ],
  ])('are sent to %s, for %s, in the format of its API', async (provider, probe, body) => {
    const sent = await sentBy(provider, probe);
    expect(sent.body).toEqual(body);
    expect(sent.path).toBe(providerFor(provider, { model: 'plain' }).paths.chat);
  });

  it('send plain text in an ordinary chat, to every provider', () => {
    for (const provider of Object.keys(capabilities)) {
      const body = dialectFor(provider, 'chat')!.ask(modelAt('http://a.test', { provider })).body;
      expect(JSON.stringify(body)).not.toMatch(/image|audio|inlineData|"type":"text"/);
    }
  });

  it('are judged by the answer, like a chat', async () => {
    const { result } = await sentBy('openai_compatible', 'vision');
    expect(result).toMatchObject({ outcome: 'healthy', reason: 'ok', response: 'Yellow.' });
    const blind = await sentBy('openai_compatible', 'vision', undefined, 'I see no picture.');
    expect(blind.result).toMatchObject({ outcome: 'degraded', reason: 'unexpected_answer' });
  });

  it('use the separate path for images if there is one, but not for audio', async () => {
    expect((await sentBy('openai_compatible', 'vision', '/see')).path).toBe('/see');
    expect((await sentBy('openai_compatible', 'audio', '/see')).path).toBe('/chat/completions');
    expect((await sentBy('anthropic', 'vision', '/see')).path).toBe('/see');
  });

  it.each([
    ['deepseek', 'vision'],
    ['anthropic', 'audio'],
    ['cohere', 'audio'],
    ['ollama', 'audio'],
    ['custom', 'vision'],
  ] as const)('do not exist for %s, %s, if its API has no such input', async (provider, probe) => {
    expect((await checkOnce(modelAt('http://127.0.0.1:1', { provider, probe }))).reason).toBe(
      'probe_unsupported',
    );
  });

  it('add the tokens of their attachment to the estimate', () => {
    const cost = (probe: Probe, modelName = 'plain') =>
      estimateTokens(modelAt('http://a.test', { probe, modelName })).inputTokens;
    expect(cost('vision')).toBe(cost('chat') + 300);
    expect(cost('audio')).toBe(cost('chat') + 50);
    expect(cost('vision', 'gpt-4o-mini')).toBe(cost('chat') + 3_000);
  });
});

describe('probe image', () => {
  interface Chunk {
    readonly type: string;
    readonly data: Buffer;
  }

  function chunksOf(file: Buffer): Chunk[] {
    const chunks: Chunk[] = [];
    for (let at = 8; at < file.length;) {
      const end = at + 8 + file.readUInt32BE(at);
      expect(file.readUInt32BE(end)).toBe(crc32(file.subarray(at + 4, end)));
      chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, end) });
      at = end + 4;
    }
    return chunks;
  }

  it('is a complete PNG of 64 by 64 yellow pixels', () => {
    const file = picture();
    expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    const [header, data, end, ...more] = chunksOf(file);
    expect([header?.type, data?.type, end?.type, more]).toEqual(['IHDR', 'IDAT', 'IEND', []]);
    expect(header!.data.toString('hex')).toBe('00000040' + '00000040' + '0802000000');
    const row = '00' + 'ffff00'.repeat(64);
    expect(inflateSync(data!.data).toString('hex')).toBe(row.repeat(64));
  });

  it('is small', () => {
    expect(picture().length).toBeLessThan(200);
  });
});

describe('probe audio', () => {
  it('is half a second of WAV at 16 kHz with consistent lengths', () => {
    const file = sound();
    expect(file.length).toBe(44 + 16_000);
    expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    const format = [20, 22, 32, 34].map((at) => file.readUInt16LE(at));
    expect(format).toEqual([1, 1, 2, 16]);
    expect([file.readUInt32LE(24), file.readUInt32LE(28)]).toEqual([16_000, 32_000]);
    expect(file.toString('latin1', 36, 40)).toBe('data');
    expect(file.readUInt32LE(40)).toBe(file.length - 44);
  });

  it('contains a loud 440 Hz tone without clipping', () => {
    const file = sound();
    const samples = Array.from({ length: 8_000 }, (_, at) => file.readInt16LE(44 + at * 2));
    const upward = samples.filter((value, at) => at > 0 && value >= 0 && (samples[at - 1] ?? 0) < 0);
    expect(Math.abs(upward.length - 220)).toBeLessThanOrEqual(1);
    expect(Math.max(...samples)).toBe(2 ** 14);
  });
});
