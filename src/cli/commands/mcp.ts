import { once } from 'node:events';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Command } from 'commander';
import { messageOf } from '../../domain/thrown.js';
import { DaemonError, UsageError } from '../failure.js';
import { loadFor } from '../load.js';
import { openReader } from '../open-reader.js';
import { globalOptions } from '../options.js';
import { packageVersion } from '../package-files.js';

/** Variable with the token for `--url`: an argument could be read by other users of the machine. */
const tokenVariable = 'MODELPULSE_TOKEN';

interface Options {
  readonly url?: string;
}

/** What goes wrong beside the protocol, which has the output for itself. */
const complain = (error: unknown): void => {
  process.stderr.write(`modelpulse mcp: ${messageOf(error)}\n`);
};

/** Adds `modelpulse mcp`: tools over standard input and output. */
export function mcpCommand(program: Command): void {
  program
    .command('mcp')
    .description('serve tools for language models (Model Context Protocol) over standard input and output')
    .option(
      '--url <url>',
      `ask the daemon at this address, with the token in ${tokenVariable}; default: read the database of the configuration`,
    )
    .action(async ({ url }: Options, command: Command) => {
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
      const stdio = new StdioServerTransport();
      const ended = once(process.stdin, 'end');
      if (url === undefined) await serveHistory(globalOptions(command).config, stdio);
      else await passOn(url, stdio);
      await ended;
      await stdio.close();
    });
}

async function serveHistory(config: string, stdio: Transport): Promise<void> {
  const { settings } = await loadFor(config);
  const { createToolServer } = await import('../../http/mcp/server.js');
  const { historySource } = await import('../mcp-source.js');
  const { explainReply } = await import('../../app/explain-reply.js');
  const source = historySource(
    settings,
    async (read) => {
      const { store } = await openReader(settings.storage.place);
      try {
        return await read(store);
      } finally {
        await store.close();
      }
    },
    (reply) => Promise.resolve(explainReply(reply)),
  );
  const server = createToolServer(source, { version: packageVersion(), report: complain });
  await server.connect(stdio);
}

/** Passes messages between a client and the /mcp of a daemon. */
async function passOn(url: string, stdio: Transport): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`--url: ${url} is no address such as http://127.0.0.1:9464`);
  const address = new URL(url);
  if (!address.pathname.endsWith('/mcp'))
    address.pathname = `${address.pathname.replace(/\/{1,9}$/, '')}/mcp`;
  const { StreamableHTTPClientTransport } =
    await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const token = process.env[tokenVariable];
  const headers = token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
  const daemon: Transport = new StreamableHTTPClientTransport(address, {
    requestInit: { headers, redirect: 'error' },
  });
  daemon.onmessage = (message) => {
    if ('result' in message && isRecord(message.result) && typeof message.result.protocolVersion === 'string')
      daemon.setProtocolVersion?.(message.result.protocolVersion);
    stdio.send(message).catch(complain);
  };
  // Its errors also reject what was sent.
  daemon.onerror = () => undefined;
  stdio.onmessage = (message) => {
    daemon.send(message).catch((error: unknown) => {
      const why = new DaemonError(`the daemon at ${address.origin} gives no answer: ${messageOf(error)}`);
      complain(why);
      if (!('id' in message) || !('method' in message)) return;
      const refusal = { code: -32_000, message: why.message };
      stdio.send({ jsonrpc: '2.0', id: message.id, error: refusal }).catch(complain);
    });
  };
  await daemon.start();
  await stdio.start();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
