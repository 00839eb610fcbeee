import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { layering } from './scripts/eslint/layering.mjs';

const testFiles = ['**/*.test.ts', 'e2e/**', 'test/**', 'bench/**'];

export default ts.config(
  {
    ignores: [
      'out/**',
      'node_modules/**',
      'models/**',
      'resources/**',
      'test/fixtures/**',
      'test-results/**',
      '.dev/**',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    plugins: { onionskin: { rules: { layering } } },
    rules: {
      'onionskin/layering': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['**/*.config.{js,ts}'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['src/renderer/**'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    rules: {
      // Svelte's compiler knows what is used in markup; props are read through $props().
      'prefer-const': 'off',
      'svelte/prefer-const': [
        'error',
        { destructuring: 'all', excludedRunes: ['$props', '$state', '$derived', '$bindable'] },
      ],
      'no-undef': 'off',
      // Documents, takes and selections are immutable values behind $state.raw: a fresh Map or Set is the change.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },
  {
    // Whole numbers of a fixture and non-null picks are clearer in tests than guards that cannot fail.
    files: testFiles,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
