import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

export const unprovide = command({
  name: 'mimei unprovide',
  describe: 'Stops following a unit; what is here stays.',
  args: ['MID'],
  examples: ['leither mimei unprovide MID'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    await client.mimei.unprovide({ mid })
    answer({ json: { mid }, text: 'not provided any more' })
  },
})
