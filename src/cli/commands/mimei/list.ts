import { command } from '../../command.js'
import { readableTime } from '../../show.js'
import { readableBytes, table } from '../../terminal.js'

export const list = command({
  name: 'mimei list',
  describe: 'Lists the units on the node.',
  args: [],
  examples: ['leither mimei list', 'leither mimei list --ext app --json'],
  options: { ext: { type: 'string', describe: 'only those with this ext' } },
  async run({ options, connect, answer }) {
    const client = await connect()
    const { ext } = options
    const { units } = await client.mimei.list(ext === undefined ? {} : { ext })
    const rows = units.map((unit) => [
      unit.mid,
      unit.kind,
      `${unit.version}${unit.changed ? '+' : ''}`,
      readableBytes(unit.size),
      readableTime(unit.modified),
      unit.mark,
    ])
    const heading = ['mid', 'kind', 'version', 'size', 'changed', 'mark']
    const text = rows.length === 0 ? 'no units yet; leither mimei create makes one' : ''
    answer({ json: { units }, text: text === '' ? table([heading, ...rows]) : text })
  },
})
