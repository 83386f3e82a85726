import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { versionHeading, versionRow } from '../../show.js'
import { table } from '../../terminal.js'

export const log = command({
  name: 'mimei log',
  describe: 'Lists the kept versions of a unit, newest first.',
  args: ['MID'],
  examples: ['leither mimei log MID'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const found = await client.mimei.log({ mid })
    const rows = found.versions.map(versionRow)
    const text = rows.length === 0 ? 'no versions yet; leither mimei backup makes one' : ''
    answer({ json: found, text: text === '' ? table([versionHeading, ...rows]) : text })
  },
})
