import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const release = command({
  name: 'mimei release',
  describe: 'Names a tested version as the release; the newest unless said otherwise.',
  args: ['MID[:VERSION]'],
  examples: ['leither mimei release MID:3'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid, version = 'last' } = unitOf(args[0])
    const client = await connect()
    const made = await client.mimei.release({ mid, version })
    answer({ json: made, text: `released version ${made.version}` })
  },
})
