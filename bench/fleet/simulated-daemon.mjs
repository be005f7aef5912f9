/** The daemon as it is, but for its requests: `createProber` of without-requests.mjs takes the place of the checker's. */
import { register } from 'node:module';
import { setFlagsFromString } from 'node:v8';

// As the entry of the program does.
setFlagsFromString('--heap-growing-percent=40');
const replacement = JSON.stringify(new URL('without-requests.mjs', import.meta.url).href);
register(
  `data:text/javascript,${encodeURIComponent(`export const resolve = (specifier, context, next) =>
    specifier.endsWith('/checker/prober.js') && context.parentURL.endsWith('/dist/app/checking.js')
      ? { url: ${replacement}, shortCircuit: true }
      : next(specifier, context);`)}`,
);
const { main } = await import('../../dist/cli/program.js');
await main(process.argv);
