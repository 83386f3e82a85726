import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const { imports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  imports: Record<string, string | { default: string }>
}

/** Unit tests read the sources, not `dist`: every door is pointed at its TypeScript file. */
const doors = Object.entries(imports).map(([door, target]) => ({
  find: new RegExp(`^${door}$`),
  replacement: (typeof target === 'string' ? target : target.default)
    .replace('./dist/', `${root}src/`)
    .replace(/\.js$/, '.ts'),
}))

export default defineConfig({
  resolve: { alias: doors },
  test: {
    include: [
      'src/**/*.test.ts',
      'console/src/**/*.test.ts',
      'test/tidy.test.ts',
      'test/mutations/*.test.ts',
    ],
    testTimeout: 20_000,
    maxWorkers: 2,
    minWorkers: 1,
  },
})
