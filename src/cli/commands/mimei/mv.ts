import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const mv = command({
  name: 'mimei mv',
  describe: 'Moves a file or folder inside a unit.',
  args: ['MID', 'FROM', 'TO'],
  examples: ['leither mimei mv MID draft.md final.md'],
  options: {},
  async run({ args, connect, answer }) {
    const [unit, from, to] = args
    const { mid } = unitOf(unit)
    const client = await connect()
    await client.files.rename({ mid, from, to })
    answer({ json: { mid, from, to }, text: '' })
  },
})
