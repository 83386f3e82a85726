import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { patient } from '../../progress.js'
import { table } from '../../terminal.js'

export const providers = command({
  name: 'mimei providers',
  describe: 'Lists the nodes that hold a unit.',
  args: ['MID'],
  examples: ['leither mimei providers MID --json'],
  options: {},
  async run({ args, connect, answer, terminal }) {
    const { mid } = unitOf(args[0])
    const client = await connect()
    const found = await patient(terminal, 'looking', (how) => client.mimei.providers({ mid }, how))
    const rows = found.providers.map(({ id, version, self, addresses }) => [
      id,
      version === null ? '-' : `${version}`,
      self ? 'this node' : (addresses[0] ?? ''),
    ])
    const text = rows.length === 0 ? 'no node holds it, as far as can be seen' : ''
    answer({
      json: found,
      text: text === '' ? table([['node', 'head', 'address'], ...rows]) : text,
    })
  },
})
