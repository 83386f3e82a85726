import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const unpublish = command({
  name: 'mimei unpublish',
  describe: 'Stops telling the network of a unit.',
  args: ['MID'],
  examples: ['leither mimei unpublish MID'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    await client.mimei.unpublish({ mid })
    answer({ json: { mid }, text: 'not published any more' })
  },
})
