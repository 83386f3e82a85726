#!/usr/bin/env node
import { programUrl } from './program.js'

const program = programUrl()
if (program === undefined) {
  process.stderr.write('error NOT_BUILT: leither is not built; run npm start or npm run build\n')
  process.exit(1)
}
const { main } = await import(program)
process.exit(await main(process.argv.slice(2)))
