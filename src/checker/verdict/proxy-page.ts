import type { ProxyOnWay } from '../transport/proxy-fault.js';
import type { Reply } from '../transport/exchange.js';
import type { Verdict } from './judge.js';

/** Words of the pages with which proxies of ProxySG, Fortinet, Palo Alto and McAfee refuse an address. */
const policy =
  /\b(?:policy_denied|content_filter_denied|web page blocked|web filter violation|fortiguard|mcafee web gateway)\b/i;

/**
 * A page that refuses by the policy of a proxy is the proxy's. Another page of a proxy that forwards cannot be told from one of the
 * target, so the detail names the proxy.
 */
export function withProxy(found: Verdict, reply: Reply | null, proxy: ProxyOnWay | null): Verdict {
  if (reply === null || proxy === null || reply.status < 400) return found;
  const text = reply.body.toString('latin1', 0, 4_096);
  if (!/^\s*</.test(text)) return found;
  const page = found.detail ?? 'HTML page';
  if (reply.status === 403 && policy.test(text))
    return {
      ...found,
      reason: 'connect_error',
      detail: `the proxy ${proxy.name} answered ${reply.status}: ${page}`,
    };
  return proxy.forwards ? { ...found, detail: `${page} through the proxy ${proxy.name}` } : found;
}
