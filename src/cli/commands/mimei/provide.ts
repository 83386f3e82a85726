import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { patient } from '../../progress.js'

export const provide = command({
  name: 'mimei provide',
  describe: 'Holds a unit from now on: brings it here and pulls each new version.',
  args: ['MID'],
  examples: [
    'leither mimei provide MID',
    'leither mimei provide MID --from /ip4/192.168.1.5/tcp/4801',
  ],
  options: {
    from: { type: 'string', value: 'ADDR', describe: 'address of a node to ask first' },
    passport: { type: 'string', describe: 'passport for a unit that is not public' },
  },
  async run({ args, options, connect, answer, terminal }) {
    const { mid } = unitOf(args[0])
    const { from, passport } = options
    const client = await connect()
    const made = await patient(terminal, 'provide', (how) =>
      client.mimei.provide(
        { mid, ...(from ? { from } : {}), ...(passport ? { passport } : {}) },
        how,
      ),
    )
    answer({ json: made, text: `providing version ${made.version}` })
  },
})
