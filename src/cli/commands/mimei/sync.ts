import { command } from '../../command.js'
import { unitOf } from '../../parse.js'
import { patient } from '../../progress.js'
import { readableBytes } from '../../terminal.js'

export const sync = command({
  name: 'mimei sync',
  describe: 'Brings the newest version of a unit here, once.',
  args: ['MID'],
  examples: ['leither mimei sync MID', 'leither mimei sync MID --from /ip4/192.168.1.5/tcp/4801'],
  options: {
    from: { type: 'string', value: 'ADDR', describe: 'address of a node to ask first' },
    all: { type: 'boolean', describe: 'content of all kept versions' },
    passport: { type: 'string', describe: 'passport for a unit that is not public' },
  },
  async run({ args, options, connect, answer, terminal }) {
    const { mid } = unitOf(args[0])
    const { from, passport, all = false } = options
    const client = await connect()
    const made = await patient(terminal, 'sync', (how) =>
      client.mimei.sync(
        { mid, all, ...(from ? { from } : {}), ...(passport ? { passport } : {}) },
        how,
      ),
    )
    const amount = `${made.blocks} blocks, ${readableBytes(made.bytes)}`
    answer({ json: made, text: `version ${made.version} is here; ${amount} came over` })
  },
})
