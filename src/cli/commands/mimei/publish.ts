import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { patient } from '../../progress.js'

export const publish = command({
  name: 'mimei publish',
  describe: 'Tells the network of the newest version; nodes that provide the unit pull it.',
  args: ['MID'],
  examples: ['leither mimei publish MID'],
  options: {},
  async run({ args, connect, answer, terminal }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const made = await patient(terminal, 'publish', (how) => client.mimei.publish({ mid }, how))
    answer({ json: made, text: `published version ${made.version}, head ${made.seq}` })
  },
})
