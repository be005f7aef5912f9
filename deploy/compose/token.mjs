// Writes the bearer token where modelpulse and Prometheus read it: MODELPULSE_TOKEN, or else one that is made up once.
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';

const [, , file] = process.argv;
const given = process.env.MODELPULSE_TOKEN;
if (given || !existsSync(file)) writeFileSync(file, given || randomBytes(24).toString('base64url'));
