import { BadInput, CID, afterPrefix, fromText, toText } from '#base'
import type { Disk } from '#world'
import type { Blocks } from '../blocks.js'
import { entrySize, pinKey, pinPrefix } from './entry.js'
import { check } from './check.js'
import { collect } from './collect.js'
import { BlockStore } from './store.js'

const whyBytes = 1024

/** The content store on a disk. @param source.disk stays the caller's, who closes it */
export function openBlocks({ disk }: { readonly disk: Disk }): Blocks {
  const store = new BlockStore(disk)
  const held = new Map<object, CID>()
  let collecting: Promise<unknown> = Promise.resolve()

  const pins: Blocks['pins'] = async function* () {
    for await (const [key] of disk.scan({ from: pinPrefix, to: afterPrefix(pinPrefix) })) {
      const [cid, why] = CID.decodeFirst(key.subarray(pinPrefix.length))
      yield { cid, why: toText(why) }
    }
  }

  return {
    get: (cid) => store.get(cid),
    getSync: (cid) => store.getSync(cid),
    getUnchecked: (cid) => store.getUnchecked(cid),
    has(cid) {
      const here = store.entry(cid) !== undefined
      if (here) store.recent.touch(cid)
      return here
    },
    put: (cid, bytes) => store.putMany([{ cid, bytes }]),
    putMany: (blocks) => store.putMany(blocks),
    size(cid) {
      const entry = store.entry(cid)
      return entry === undefined ? undefined : entrySize(entry)
    },
    hold(root) {
      if (root === undefined) return store.recent.watch()
      const token = {}
      held.set(token, root)
      return () => held.delete(token)
    },
    async pin(cid, why) {
      await disk.write([{ key: pinKey(cid, checkedWhy(why)), value: Uint8Array.of(1) }])
    },
    async unpin(cid, why) {
      await disk.write([{ key: pinKey(cid, checkedWhy(why)), value: undefined }])
    },
    pins,
    collect(options) {
      const run = collecting.then(() => collect(store, pins, () => held.values(), options))
      collecting = run.catch(() => undefined)
      return run
    },
    check: (onProgress) => check(store, onProgress),
  }
}

function checkedWhy(why: string): string {
  const size = fromText(why).length
  if (size > 0 && size <= whyBytes) return why
  throw new BadInput(`a pin's reason has ${size} bytes`, `give it 1 to ${whyBytes} bytes`)
}
