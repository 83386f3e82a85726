/** Writes docs/reference/cli.md from the commands. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allCommands, referencePage } from '../dist/cli/index.js'

const file = fileURLToPath(new URL('../docs/reference/cli.md', import.meta.url))
mkdirSync(new URL('../docs/reference/', import.meta.url), { recursive: true })
writeFileSync(file, `${referencePage(await allCommands())}\n`)
