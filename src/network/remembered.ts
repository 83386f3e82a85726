import { afterPrefix, concat, decodeCbor, encodeCbor, fromText, type Mid, toText } from '#base'
import { type Disk, keyspace } from '#world'

/** What this node has promised for a unit. */
export interface Promised {
  readonly published: boolean
  readonly provided: boolean
}

const prefix = Uint8Array.of(keyspace.network, 0x01)
const nothing: Promised = { published: false, provided: false }

/** Promises outlive a restart: the node goes on publishing and providing what it did before. */
export class Remembered {
  private constructor(
    private readonly disk: Pick<Disk, 'write'>,
    private readonly units: Map<Mid, Promised>,
  ) {}

  static async load(disk: Pick<Disk, 'scan' | 'write'>): Promise<Remembered> {
    const units = new Map<Mid, Promised>()
    for await (const [key, value] of disk.scan({ from: prefix, to: afterPrefix(prefix) })) {
      units.set(toText(key.subarray(prefix.length)) as Mid, decodeCbor<Promised>(value))
    }
    return new Remembered(disk, units)
  }

  of(mid: Mid): Promised {
    return this.units.get(mid) ?? nothing
  }

  all(): readonly (readonly [Mid, Promised])[] {
    return [...this.units]
  }

  /** Durable when it resolves. */
  async set(mid: Mid, change: Partial<Promised>): Promise<void> {
    const promised = { ...this.of(mid), ...change }
    const isAny = promised.published || promised.provided
    const key = concat(prefix, fromText(mid))
    await this.disk.write([{ key, value: isAny ? encodeCbor({ ...promised }) : undefined }])
    if (isAny) this.units.set(mid, promised)
    else this.units.delete(mid)
  }
}
