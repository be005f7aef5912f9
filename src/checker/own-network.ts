import { BlockList, isIP, isIPv4 } from 'node:net';

/** Names of the own network, which are found without the rest of the world. */
const near = /^[^.]+$|\.(?:localhost|local|internal|svc|lan|home\.arpa|ts\.net)$/;

/** Networks of an office, a machine, a link and a carrier or tailnet; not of proxies that give every name an address of 198.18.0.0/15. */
const networks = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  networks.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  networks.addSubnet(net, bits, 'ipv6');

/** True for an address of the own network: it is reached, and its names are found, without the rest of the world. */
export const isNear = (address: string): boolean =>
  isIP(address) !== 0 && networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** True for a name of the own network by its ending. */
export const isNearName = (name: string): boolean => isIP(name) === 0 && near.test(name);
