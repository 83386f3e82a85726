#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const entry = new URL('../dist/cli/index.js', import.meta.url)
if (existsSync(fileURLToPath(entry))) {
  const { main } = await import(entry.href)
  process.exit(await main(process.argv.slice(2)))
} else {
  process.stderr.write('error NOT_BUILT: leither is not built; run npm start or npm run build\n')
  process.exit(1)
}
