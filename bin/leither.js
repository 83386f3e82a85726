#!/usr/bin/env node
import { loadProgram } from './program.js'

const program = await loadProgram()
if (program === undefined) {
  process.stderr.write('error NOT_BUILT: leither is not built; run npm start or npm run build\n')
  process.exit(1)
}
process.exit(await program.main(process.argv.slice(2)))
