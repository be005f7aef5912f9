import { expect, it } from '@jest/globals';
import { command } from './process.js';
import { became, useSite } from './registry.js';

const site = useSite();

it('what a vendor says stands beside the incident, and changes no state', async () => {
  const { model, configure, daemon, simulator } = site();
  const page = (name: string, format: string, play: string, models: string[]): object => ({
    ...{ name, format, models, url: `${simulator.url}/status-pages/${format}/${play}` },
  });
  const config = configure(
    [
      model('error-500', { schedule: { every: '1s' }, confirm: { failures: 1 } }),
      model('healthy', { schedule: { every: '1s' } }),
      model('hang', { schedule: { every: '24h' } }),
    ],
    {
      vendor_status: {
        every: '1m',
        pages: [
          page('hanging', 'statuspage', 'hang', ['hang']),
          page('example', 'better_stack', 'incident', ['error-500', 'healthy']),
        ],
      },
    },
  );
  const running = await daemon(config);
  await running.line(became('error-500', 'unhealthy'));
  await running.line(({ msg }) => msg === 'vendor tells of an incident');
  await running.line(became('healthy', 'healthy'));

  const { items } = (await running.get('/api/v1/incidents')).json() as {
    items: {
      id: number;
      opened_at: string;
      vendor: { lead_seconds: number; incidents: { started_at: string }[] };
    }[];
  };
  const [incident] = items;
  expect(incident).toMatchObject({
    vendor: { page: 'example', up: true, incidents: [{ title: 'Elevated error rates', resolved_at: null }] },
  });
  const { opened_at, vendor } = incident!;
  const leadMs = Date.parse(vendor.incidents[0]!.started_at) - Date.parse(opened_at);
  expect(vendor.lead_seconds * 1_000).toBe(leadMs);
  expect((await running.get(`/api/v1/incidents/${incident!.id}`)).json()).toMatchObject({ vendor });

  const vendors = (await running.get('/api/v1/vendors')).json() as { items: { page: string }[] };
  expect(vendors.items.find(({ page: name }) => name === 'example')).toMatchObject({
    ...{ up: true, models: 2, incidents: [{ title: 'Elevated error rates', impact: 'critical' }] },
  });
  const metrics = (await running.get('/metrics')).text;
  expect(metrics).toContain('modelpulse_vendor_status_up{page="example"} 1');
  expect(metrics).toContain('modelpulse_vendor_incident_open{page="example"} 1');
  // It has not answered: nothing is said of it.
  expect(metrics).not.toContain('{page="hanging"} 1');

  for (const path of ['/', '/models/healthy', `/incidents/${incident!.id}`]) {
    const { text } = await running.get(path);
    expect(text).toContain('Elevated error rates');
    expect(text).toMatch(/[Tt]he vendor says/);
  }
  expect((await running.get('/api/v1/models/healthy')).json()).toMatchObject({ state: 'healthy' });
  const { out } = await command(['status', '--config', config]);
  expect(out).toMatch(/The vendor says \(example\): Elevated error rates, since 20/);
  const month = new Date().toISOString().slice(0, 7);
  const report = await command(['report', '--month', month, '--config', config]);
  expect(report.out.replace(/\s+/g, ' ')).toContain(
    'Vendors told of 1 of 1 incidents that were theirs; in the median they were seen here',
  );
});
