import { createReadStream, statSync } from 'node:fs'
import { command } from '../../command.js'
import { FileUnusable } from '../../errors.js'
import { unitOf } from '../../parse.js'

/** A file to be sent, with what is known of it. @throws FileUnusable */
function open(file: string) {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) throw new Error('it is no file')
    const { size, mtimeMs } = stat
    return { content: createReadStream(file), known: { size, modified: Math.round(mtimeMs) } }
  } catch (error) {
    throw new FileUnusable(file, error)
  }
}

export const put = command({
  name: 'mimei put',
  describe: 'Writes one file of a unit, from a file or from what comes in on stdin.',
  args: ['MID', 'PATH', '[FILE]'],
  examples: [
    'leither mimei put MID notes/today.txt today.txt',
    'date | leither mimei put MID now.txt',
  ],
  options: {},
  async run({ args, connect, answer, terminal }) {
    const [unit, path, file = '-'] = args
    const { mid } = unitOf(unit)
    const { uploadOne } = await import('../../transfer/upload.js')
    const { content, known } = file === '-' ? { content: terminal.stdin, known: {} } : open(file)
    const client = await connect()
    const entry = await uploadOne(client, { mid, path }, content, known)
    const cid = entry.cid?.toString() ?? null
    answer({ json: { mid, path, cid, size: entry.size }, text: `${cid} ${entry.size} bytes` })
  },
})
