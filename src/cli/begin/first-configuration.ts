import { stringify } from 'yaml';
import type { Choices } from './first-choices.js';

/** A scalar on one line that is no reference. */
const scalar = (text: string): string =>
  stringify(text.replaceAll('${', '$${'), { lineWidth: 0, singleQuote: true }).trimEnd();

/** An id from the name of a model, such as `gpt-oss-20b` of `openai/gpt-oss-20b`. */
export function idOf(model: string): string {
  const [last = ''] = model.split('/').slice(-1);
  const id = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return id === '' ? 'model' : id;
}

/** The text of a commented configuration with one model. */
export function firstConfiguration({ provider, model, baseUrl, keyEnv }: Choices): string {
  const entry = [
    `  - id: ${scalar(idOf(model))} # its name in lists, metrics and addresses`,
    `    provider: ${provider}`,
    ...(baseUrl === null ? [] : [`    base_url: ${scalar(baseUrl)}`]),
    `    model: ${scalar(model)}`,
    keyEnv === null
      ? "    # api_key: '${LLM_KEY}' # the key is in a variable, or in a file: '${file:/run/secrets/key}'"
      : `    api_key: '\${${keyEnv}}' # the variable is read at the start; '\${file:/run/secrets/key}' reads a file`,
    '    # slo: 0.995 # the objective that reports and alerts compare with',
    '    # probe: chat_stream # measures the first token too; docs/providers.md lists the probes',
  ];
  return `# Configuration of modelpulse. docs/configuration.md describes every key.
#   modelpulse validate   says what is wrong here
#   modelpulse check      checks each model once
#   modelpulse run        starts the daemon; it reads this file again when it changes
# Durations: 500ms, 30s, 5m, 2h, 30d. References: \${NAME}, \${NAME:-default}, \${file:PATH}.

server:
  listen: 127.0.0.1:9464 # pages, API and metrics; any other than a loopback address needs bearer_token
  # bearer_token: '\${MODELPULSE_TOKEN}'

# storage:
#   path: data/modelpulse.db # the history, in SQLite

# What holds for every model unless it says otherwise.
defaults:
  schedule: { every: 60s }
  timeout: 30s
  confirm: { failures: 2, recheck_after: 10s, successes: 2 } # a failure counts when it is confirmed
  query: challenge # a fresh question in each check, so that no cache answers

models:
${entry.join('\n')}
`;
}
