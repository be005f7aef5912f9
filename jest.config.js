export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
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
