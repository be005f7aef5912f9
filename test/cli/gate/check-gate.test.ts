import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { command } from '../../app/process.js';
import { useSite } from '../../app/registry.js';
import { fixedQuestion } from '../../checker/model.js';
import { inFull } from '../../slow.js';

const site = useSite();

/** A server that answers the first requests with 500 and later ones with an answer. */
async function recovering(failures: number) {
  let requests = 0;
  const { port } = await site().serve((_, response) => {
    requests += 1;
    response.writeHead(requests <= failures ? 500 : 200, { 'content-type': 'application/json' });
    const message = { role: 'assistant', content: 'New Delhi' };
    response.end(
      JSON.stringify(
        requests <= failures
          ? { error: { message: 'oops' } }
          : { choices: [{ message, finish_reason: 'stop' }] },
      ),
    );
  });
  return { base_url: `http://127.0.0.1:${port}/v1`, requests: () => requests };
}

describe('modelpulse check as a gate', () => {
  it('reports to GitHub and by JUnit in one run, which fails', async () => {
    const { model, configure, folder } = site();
    const config = configure([model('healthy'), model('quota'), model('wrong')]);
    const [junit, summary] = [`${folder.path}/new/report.xml`, `${folder.path}/summary.md`];
    const environment = { GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: folder.path };
    const args = ['check', '--config', config, '--format', 'github', '--junit', junit];
    const { code, out, err } = await command(args, environment);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const [stop, ...lines] = out.trimEnd().split('\n');
    expect(stop).toMatch(/^::stop-commands::/);
    const [error, warning] = lines.slice(-2);
    // The line of the file where the model stands.
    const at =
      readFileSync(config, 'utf8')
        .split('\n')
        .findIndex((line) => line.includes('id: quota')) + 1;
    expect(error).toMatch(
      new RegExp(
        `^::error file=config\\.yaml,line=${at},title=quota is unhealthy::quota_exhausted, account has to act: HTTP 429, `,
      ),
    );
    expect(warning).toMatch(
      /^::warning file=config\.yaml,line=\d+,title=wrong is degraded::unexpected_answer, /,
    );
    expect(readFileSync(summary, 'utf8')).toContain('### modelpulse: 1 of 3 models fail');
    expect(readFileSync(junit, 'utf8')).toMatch(/tests="3" failures="1" errors="0"/);
  });

  it('checks again what fails, and the last check counts', async () => {
    const { model, configure } = site();
    const [soon, late] = [await recovering(2), await recovering(9)];
    const config = configure([
      model('soon', { base_url: soon.base_url, ...fixedQuestion }),
      model('late', { base_url: late.base_url, ...fixedQuestion }),
    ]);
    const { code, out } = await command(['check', '--retries', '2', '--format', 'json', '--config', config]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { model: 'soon', outcome: 'healthy' },
      { model: 'late', outcome: 'unhealthy', reason: 'server_error' },
    ]);
    expect([soon.requests(), late.requests()]).toEqual([3, 3]);
  });

  it('ends at the time of --timeout, and what has no result then fails', async () => {
    const { model, configure } = site();
    const config = configure([model('healthy'), model('hang')]);
    const { code, out } = await command(['check', '--timeout', '3s', '--json', '--config', config]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { model: 'healthy', outcome: 'healthy' },
      { model: 'hang', outcome: 'unknown', detail: 'not checked within the time of --timeout' },
    ]);
  });

  inFull('does not try again what cannot be sent', async () => {
    const { model, configure } = site();
    const unset = model('healthy', { api_key: '${MISSING}', confirm: { recheck_after: '1h' } });
    const args = ['check', '--retries', '3', '--fail-on', 'unknown', '--format', 'json'];
    const { code, out } = await command([...args, '--config', configure([unset])]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([{ reason: 'secret_missing' }]);
  });

  inFull('keeps the result of before where a further check does not end in time', async () => {
    const { model, configure } = site();
    const config = configure([model('error-500', { confirm: { recheck_after: '1h' } })]);
    const args = ['check', '--retries', '3', '--timeout', '3s', '--json', '--config', config];
    const { code, out } = await command(args);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([{ outcome: 'unhealthy', reason: 'server_error' }]);
  });

  inFull('exits with 2 for a report that cannot be written, and for options without a sense', async () => {
    const { model, configure, folder } = site();
    const config = configure([model('healthy')]);
    const { code, err } = await command(['check', '--config', config, '--junit', `${config}/report.xml`]);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('cannot write') });
    expect(await command(['check', '--config', config, '--junit', ''])).toMatchObject({
      code: 2,
      err: 'the name of the file to write is empty\n',
    });
    for (const option of [
      ['--retries', '-1'],
      ['--retries', '11'],
      ['--timeout', '0s'],
      ['--timeout', 'soon'],
      ['--format', 'xml'],
    ])
      expect(await command(['check', '--config', config, ...option])).toMatchObject({ code: 2 });
    const summary = { GITHUB_STEP_SUMMARY: `${folder.path}/none/summary.md` };
    expect(await command(['check', '--config', config, '--format', 'github'], summary)).toMatchObject({
      code: 0,
      err: expect.stringContaining('cannot write $GITHUB_STEP_SUMMARY'),
    });
  });
});
