/** The doctor's work on a node that is stopped: the store is opened here. */
import { openDisk, systemClock, systemRandom } from '#host'
import type { Result } from '#client'
import { createNode } from '#node'
import { silentLog } from '#host'
import { nodeKey } from './home.js'
import { signPassport } from '#identity'
import { version } from './version.js'

export interface Report extends Result<'node.doctor'> {
  readonly collected: Result<'node.collect'> | undefined
}

const passportMillis = 60_000

/**
 * @param collect whether to free what nothing needs
 * @throws NoNodeHere, DiskLocked where a node runs after all
 */
export async function checkStore(home: string, collect: boolean): Promise<Report> {
  const key = nodeKey(home)
  const clock = systemClock()
  const disk = await openDisk({ home })
  try {
    const world = { clock, random: systemRandom(), disk, log: silentLog(), wire: undefined }
    const config = { key, name: '', version, address: 'http://localhost', network: false }
    const node = await createNode(config, world)
    const guest = { sid: undefined, address: '', local: false, origin: undefined }
    const now = clock.now()
    const passport = signPassport(key, {
      certFor: 'self',
      node: key.id,
      bearer: null,
      units: [],
      signed: now,
      expires: now + passportMillis,
    })
    const { sid } = await node.call('session.passport', { passport }, { caller: guest })
    const caller = { ...guest, sid }
    const found = await node.call('node.doctor', {}, { caller })
    const collected = collect ? await node.call('node.collect', {}, { caller }) : undefined
    await node.close()
    return { ...found, collected }
  } finally {
    await disk.close()
  }
}
