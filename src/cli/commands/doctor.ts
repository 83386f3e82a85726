import { command } from '../command.js'
import { patient } from '../progress.js'
import type { Report } from '../check-store.js'

function text({ blocks, corrupt, problems, collected }: Report): string {
  const lines = [`${blocks} blocks checked, ${corrupt.length} damaged`]
  for (const cid of corrupt) lines.push(`damaged: ${cid}`)
  for (const { mid, problem, repaired } of problems) {
    lines.push(`${mid}: ${problem}${repaired ? ' (repaired)' : ''}`)
  }
  if (collected !== undefined) {
    const { freedBlocks, freedBytes } = collected
    lines.push(`freed ${freedBlocks} blocks, ${freedBytes} bytes`)
  }
  if (corrupt.length === 0 && problems.length === 0) lines.push('all is well')
  return lines.join('\n')
}

export const doctor = command({
  name: 'doctor',
  describe: 'Checks every block and unit and repairs what can be; it works on a stopped node, too.',
  args: [],
  examples: ['leither doctor', 'leither doctor --collect'],
  options: {
    collect: { type: 'boolean', describe: 'also free blocks that nothing needs any more' },
    repair: { type: 'boolean', describe: 'repair what can be; the default' },
  },
  async run({ home, options, connect, answer, terminal }) {
    const { isAlive, readNote } = await import('../home.js')
    const collect = options.collect === true
    const note = readNote(home)
    const remote = options.node !== undefined
    let report: Report
    if (remote || (note !== undefined && isAlive(note.pid))) {
      const client = await connect()
      const found = await patient(terminal, 'doctor', (how) => client.node.doctor({}, how))
      const collected = collect ? await client.node.collect({}, { timeout: 0 }) : undefined
      report = { ...found, collected }
    } else {
      const { checkStore } = await import('../check-store.js')
      report = await checkStore(home, collect)
    }
    answer({ json: report, text: text(report) })
    // What is left damaged is for the caller's script to notice.
    const left = report.problems.filter(({ repaired }) => !repaired)
    if (report.corrupt.length + left.length > 0) process.exitCode = 1
  },
})
