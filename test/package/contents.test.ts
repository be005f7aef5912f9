import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What `npm pack` would put into the archive; some releases of npm list packages by name. */
function packed(): Packed {
  const command = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const told = JSON.parse(
    execFileSync('npm', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as Packed[] | Record<string, Packed>;
  return Object.values(told)[0]!;
}

it('the package holds what it needs to run, and nothing else', () => {
  const { files, size, unpackedSize } = packed();
  const paths = files.map(({ path }) => path).filter((path) => !/^dist\/chunks\/[\w-]+\.js$/.test(path));
  expect(paths.filter((path) => !/^migrations\/(?:postgres\/)?\d{4}-[\w-]+\.sql$/.test(path)).sort()).toEqual(
    [
      ...['LICENSE', 'README.md', 'package.json'],
      ...['config/demo.yaml', 'config/modelpulse.schema.json', 'config/modelpulse.yaml'],
      ...[
        'dist/app/beside-thread.js',
        'dist/app/otlp-thread.js',
        'dist/cli/daemon-program.js',
        'dist/cli/program.js',
        'dist/library/modelpulse.js',
        'dist/main.cjs',
      ],
      ...['dist/page/assets/page.css', 'dist/page/assets/page.js', 'dist/page/assets/receiver.css'],
      'dist/store/sqlite/thread/store-thread.js',
      ...['domain/reason', 'library/modelpulse', 'library/public-types'].map(
        (name) => `dist/types/${name}.d.ts`,
      ),
      'migrations/schema.sql',
    ].sort(),
  );
  expect(size).toBeLessThan(2_500_000);
  expect(unpackedSize).toBeLessThan(10_000_000);
});

it('the package can be published', () => {
  const it = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  expect(it.private).toBeUndefined();
  expect(it).toMatchObject({
    license: 'MIT',
    sideEffects: false,
    publishConfig: { access: 'public', provenance: true },
    repository: { type: 'git' },
    bin: { modelpulse: 'dist/main.cjs' },
  });
});
