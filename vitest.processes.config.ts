import { defineConfig } from 'vitest/config'

/** Real processes on the built program, one file at a time: two cores are soon busy. */
export default defineConfig({
  test: {
    include: ['test/processes/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
})
