// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Where .ci/run wants to count results.
const report = process.env['VITEST_REPORT'];

// The longest suites: begun last, each would end alone, with the other cores left idle.
const LONG = /\/(?:kill|fault-sequences|costly-workspace|manifest-properties)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For what hangs: no test is measured by it, on however slow a machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    retry: 0,
    sequence: { sequencer: LongestFirst },
    // One for each core, also where there are two: by default one core would be left idle.
    maxWorkers: availableParallelism(),
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    coverage: {
      // Also in the run of `npm test` in which .ci/run wants it.
      enabled: process.env['BLOBS_TEST_COVERAGE'] === '1',
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/generated/**', 'src/**/*.d.ts'],
      reporter: ['text-summary', 'html'],
      // Of what runs in the tests' own processes. The program's runs as a whole are not seen.
      thresholds: { statements: 75, branches: 70, functions: 70, lines: 75 },
    },
  },
});
