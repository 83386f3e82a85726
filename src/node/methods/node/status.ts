import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

type Used = Pick<Parts, 'self' | 'units' | 'disk' | 'network'>

export const nodeStatus =
  ({ self, units, disk, network }: Used): Handler<'node.status'> =>
  async () => {
    const { usedBytes, freeBytes } = await disk.usage()
    const wire = network.now()?.wire
    const peer = wire?.self()
    return {
      id: self.key.id,
      peer: peer?.name ?? null,
      name: self.name,
      version: self.version,
      address: self.address(),
      addresses: [...(peer?.addresses ?? [])],
      started: self.started,
      peers: wire?.peers().length ?? 0,
      units: units.all().length,
      usedBytes,
      // A disk without limits has no number for it.
      freeBytes: Math.min(freeBytes, Number.MAX_SAFE_INTEGER),
      memoryBytes: self.memoryBytes(),
      network: network.state(),
    }
  }
