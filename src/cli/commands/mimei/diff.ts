import { command } from '../../command.js'
import { unitOf } from '../../parse.js'

const signs = { added: '+', removed: '-', changed: '~' } as const

export const diff = command({
  name: 'mimei diff',
  describe: 'Says what changed between two versions; from the newest to the working copy if none.',
  args: ['MID', '[FROM]', '[TO]'],
  examples: ['leither mimei diff MID 2 3', 'leither mimei diff MID'],
  options: {},
  async run({ args, connect, answer }) {
    const { mid } = unitOf(args[0])
    const [, from = 'last', to = 'cur'] = args
    const client = await connect()
    const { changes, more } = await client.mimei.diff({
      mid,
      from,
      to,
    })
    const rows = changes.map(({ path, change }) => `${signs[change]} ${path}`)
    answer({
      json: { mid, from, to, changes, more },
      text: [...rows, ...(more ? ['and more'] : [])].join('\n') || 'no difference',
    })
  },
})
