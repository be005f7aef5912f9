import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/', 'coverage/'] },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.cts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-require-imports': ['error', { allowAsImport: true }],
      'max-lines': ['error', 300],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Factories return plain objects whose functions do not know `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Text from outside meets most of these. A pattern that can begin anywhere and whose repetition can fail after it looks
    // from each place anew, so that its time grows with the square of the text. A loop, indexOf or a bound such as {1,20} does not.
    files: ['src/**/*.ts', 'src/**/*.tsx', 'src/**/*.cts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier',
          message:
            'Write "import * as z": the bundle then leaves out what is not used, such as 60 languages of messages.',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(push|unshift)$/] > SpreadElement, CallExpression[callee.object.name="Math"] > SpreadElement',
          message:
            'A long list cannot be the arguments of a call: take addAll, highest or lowest of domain/list.ts.',
        },
        {
          selector: String.raw`Literal[regex.pattern=/^(?!\^).*(?:[+*]|\{\d+,\})\??\)*\$$/]`,
          message: 'A repetition before "$" in a pattern that does not begin with "^" takes quadratic time.',
        },
        {
          selector: String.raw`Literal[regex.pattern=/^(?:\(\?:|\()*(?:\[(?:\\.|[^\]\\])*\]|\\[^bB]|\.|[^\\[(^])(?:[+*]|\{\d+,\})\??\)*[^)|]/]`,
          message: 'A pattern that begins with a repetition and goes on takes quadratic time.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
);
