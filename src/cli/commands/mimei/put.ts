import { statSync } from 'node:fs'
import { command } from '../../command.js'
import { FileUnusable } from '../../errors.js'
import { unitOf } from '../../parse.js'

/** Size and time of a file to be sent. @throws FileUnusable */
function look(file: string): { size: number; modified: number } {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) throw new Error('it is no file')
    return { size: stat.size, modified: Math.round(stat.mtimeMs) }
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
    const { contentOf, uploadOne } = await import('../../transfer/upload.js')
    const known = file === '-' ? undefined : look(file)
    const content = known === undefined ? () => terminal.stdin : contentOf(file, known.size)
    const client = await connect()
    const entry = await uploadOne(client, { mid, path }, content, known ?? {})
    const cid = entry.cid?.toString() ?? null
    answer({ json: { mid, path, cid, size: entry.size }, text: `${cid} ${entry.size} bytes` })
  },
})
