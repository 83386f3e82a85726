import { randomBytes } from 'node:crypto'
import { wireContract } from '../../world/wire.contract.js'
import { memoryLog } from '#world'
import { openWire } from './open.js'

wireContract('libp2p', async (records) => {
  const open = () =>
    openWire({
      seed: randomBytes(32),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      records,
      log: memoryLog(),
    })
  const wires = await Promise.all([open(), open(), open()])
  return {
    wires: [wires[0], wires[1], wires[2]],
    close: async () => void (await Promise.all(wires.map((wire) => wire.close()))),
  }
})
