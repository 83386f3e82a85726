import { command } from '../../command.js'
import { UsageError } from '../../errors.js'
import { unitOf } from '../../parse.js'

export const remove = command({
  name: 'mimei remove',
  describe: 'Forgets a unit on this node, with all its versions.',
  args: ['MID'],
  examples: ['leither mimei remove MID --yes'],
  options: { yes: { type: 'boolean', describe: 'really' } },
  async run({ args, options, connect, answer }) {
    const { mid } = unitOf(args[0])
    if (options.yes !== true) {
      throw new UsageError('this forgets the unit and its versions on this node; add --yes')
    }
    const client = await connect()
    await client.mimei.remove({ mid })
    answer({ json: { mid }, text: 'forgotten; leither doctor --collect frees its space' })
  },
})
