import { randomBytes } from 'node:crypto'
import { openWire, systemClock } from '#host'
import { memoryLog } from '#world'
import { flowContract } from './flow.contract.js'

flowContract('libp2p', () => ({
  clock: systemClock(),
  join: (records) =>
    openWire({
      seed: randomBytes(32),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      records,
      log: memoryLog(),
    }),
}))
