// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Where .ci/run wants to count results.
const report = process.env['VITEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    // One for each core, also where there are two: by default one core would be left idle.
    maxWorkers: availableParallelism(),
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/generated/**', 'src/**/*.d.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
