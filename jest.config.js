import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // What takes long and has a quick test of the same behaviour: its modules are not even loaded.
  testMatch: [process.env.MODELPULSE_SLOW === '1' ? '**/*.test.ts' : '**/!(*.full).test.ts'],
  // Many tests wait for a daemon or a clock. The default, one worker fewer than cores, is a single one on two cores.
  maxWorkers: availableParallelism() + 1,
  // Modules of ended test files stay in memory: a worker of 2 GB spends more time to collect than to test.
  workerIdleMemoryLimit: '1GB',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': [
      'ts-jest',
      {
        useESM: true,
        transpilation: true,
        tsconfig: { module: 'ESNext', esModuleInterop: true, verbatimModuleSyntax: true },
      },
    ],
  },
  testTimeout: 90_000,
};
