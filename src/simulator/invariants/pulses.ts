/** I1, I2: one header at each height of the root, one root for each pulse, and pulses ascend. */
import { toHex } from '#base'
import type { Observer } from '../checker.js'
import type { Watch } from './watch.js'

export function pulseChecker(watch: Watch): Observer {
  const byPulse = new Map<bigint, string>()
  const finalized = new Map<string, string>()
  const newest = new Map<string, bigint>()
  return {
    name: 'I1 I2',
    told(node, { kind, prefix }, notice) {
      if (!node.isHonest) return
      if (notice.kind === 'finalized') {
        const isRoot = kind === 'root'
        // A branch that comes back after others had its accounts counts from 0 again.
        const cycle = watch.oracle.blocks.at(notice.hash)?.header.cycle ?? 0
        const whose = isRoot ? 'root' : `branch "${notice.prefix}" (cycle ${cycle})`
        const key = `${whose} height ${notice.height}`
        const hash = toHex(notice.hash)
        const known = finalized.get(key)
        if (known !== undefined && known !== hash) {
          watch.fail(isRoot ? 'I1' : 'I9', `${key} is final as ${known} and as ${hash}`)
        }
        finalized.set(key, hash)
      }
      if (notice.kind !== 'pulse') return
      const hash = toHex(notice.hash)
      const known = byPulse.get(notice.pulse)
      if (known !== undefined && known !== hash) {
        watch.fail('I2', `pulse ${notice.pulse} is ${known} and ${hash}`)
      }
      byPulse.set(notice.pulse, hash)
      const post = `${node.name} ${kind} ${prefix}`
      const last = newest.get(post)
      if (last !== undefined && last > notice.pulse) {
        watch.fail('I2', `${post} was at pulse ${last} and tells of pulse ${notice.pulse}`)
      }
      newest.set(post, notice.pulse)
    },
    restarted(node) {
      for (const post of newest.keys()) if (post.startsWith(`${node.name} `)) newest.delete(post)
    },
  }
}
