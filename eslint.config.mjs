// Lint rules: the imports table (docs/architecture.md), file purposes, and the usual TypeScript checks.
import tseslint from 'typescript-eslint';
import { importsTable } from './scripts/lint/rooms.mjs';
import { filePurpose } from './scripts/lint/purpose.mjs';

const convlens = { rules: { 'imports-table': importsTable, 'file-purpose': filePurpose } };

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'media/', 'test/**/fixtures/', '.vscode-test*/'] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-expressions': ['error', { allowTernary: true, allowShortCircuit: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      'no-console': 'off',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    plugins: { convlens },
    rules: { 'convlens/imports-table': 'error', 'convlens/file-purpose': 'error' },
  },
  {
    files: ['test/**/*.ts', 'scripts/**/*.mjs'],
    plugins: { convlens },
    rules: { 'convlens/file-purpose': 'error' },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    // No ignored and no lonely tests: a skipped test hides a wrong answer, `.only` hides all the others.
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['it', 'describe', 'test', 'suite'].flatMap((object) => [
          { object, property: 'only', message: 'Run one test with --grep; do not commit .only.' },
        ]),
      ],
    },
  },
);
