import { keyId, type KeyId, type Mid } from '#base'
import type { Wire } from '#world'
import { NotBackedUp } from '../../errors.js'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { newest } from '../../shown.js'
import { reportSync } from '../../sync-report.js'

/** Node ids of peers that were just spoken with. */
function idsOf(wire: Pick<Wire, 'peers'>, names: readonly string[]): KeyId[] {
  const known = new Map(wire.peers().map(({ name, publicKey }) => [name, keyId(publicKey)]))
  return names.flatMap((name) => known.get(name) ?? [])
}

export const mimeiSync =
  ({ units, network }: Pick<Parts, 'units' | 'network'>): Handler<'mimei.sync'> =>
  async ({ mid, from, all, passport }, { progress, signal }) => {
    const { flow, wire } = await network.ready()
    const onProgress = reportSync(progress)
    const synced = await flow.sync(mid as Mid, { from, all, passport, onProgress, signal })
    const last = newest(units.get(mid))
    if (last === undefined) throw new NotBackedUp(mid)
    return {
      mid,
      version: last.number,
      cid: last.cid.toString(),
      root: last.root.toString(),
      blocks: synced.blocks,
      bytes: synced.bytes,
      providers: idsOf(wire, synced.providers),
    }
  }
