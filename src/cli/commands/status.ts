import { command } from '../command.js'
import { lines, readableTime } from '../show.js'
import { readableBytes } from '../terminal.js'

export const status = command({
  name: 'status',
  describe: 'Tells how the node is.',
  args: [],
  examples: ['leither status', 'leither status --json'],
  options: {},
  async run({ connect, answer }) {
    const client = await connect()
    const now = await client.node.status()
    const text = lines([
      ['node', now.id],
      ['name', now.name],
      ['version', now.version],
      ['desktop', now.address],
      ['since', readableTime(now.started)],
      ['network', `${now.network}, ${now.peers} nodes connected`],
      ['reached at', now.addresses.join('\n            ')],
      ['units', now.units],
      ['disk', `${readableBytes(now.usedBytes)} used, ${readableBytes(now.freeBytes)} free`],
      ['memory', readableBytes(now.memoryBytes)],
    ])
    answer({ json: now, text })
  },
})
