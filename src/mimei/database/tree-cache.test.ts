import { describe, expect, it } from 'vitest'
import { type CID, encodeCbor, fromText } from '#base'
import { openBlocks } from '#blocks'
import { memoryDisk } from '#world'
import { NodeCache } from './tree-cache.js'
import type { TreeNode } from './tree-node.js'
import { type TreeResult, applyChanges } from './tree-write.js'

/** A tree of several levels, and how often its blocks are read. */
async function grow(): Promise<{
  tree: TreeResult
  read: { getSync(cid: CID): Uint8Array }
  reads: () => number
}> {
  const blocks = openBlocks({ disk: memoryDisk() })
  const keys = Array.from({ length: 4000 }, (_, i) => `key${10_000 + i}`)
  const tree = await applyChanges(
    blocks,
    null,
    keys.map((key) => [fromText(key), encodeCbor('x'.repeat(100))] as const),
  )
  let reads = 0
  const getSync = (cid: CID): Uint8Array => {
    reads++
    return blocks.getSync(cid)
  }
  return { tree, read: { getSync }, reads: () => reads }
}

function leaves(cache: NodeCache, node: TreeNode): number {
  if (node.level === 0) return 1
  let found = 0
  for (let i = 0; i < node.length; i++) found += leaves(cache, cache.child(node, i))
  return found
}

describe('the cache of nodes', () => {
  it('stays within its bytes and gives the right nodes', async () => {
    const { tree, read } = await grow()
    const cache = new NodeCache(read, 100_000)
    for (let round = 0; round < 5; round++) {
      expect(leaves(cache, cache.load(tree.root))).toBeGreaterThan(80)
      expect(cache.heldBytes).toBeLessThan(125_000)
    }
  })

  it('reads nothing twice where there is room', async () => {
    const { tree, read, reads } = await grow()
    const cache = new NodeCache(read)
    leaves(cache, cache.load(tree.root))
    const once = reads()
    leaves(cache, cache.load(tree.root))
    expect(reads()).toBe(once)
  })

  it('keeps what is used while a walk goes over the whole tree', async () => {
    const { tree, read, reads } = await grow()
    const cache = new NodeCache(read, 200_000)
    const root = cache.load(tree.root)
    const favourite = (): void => {
      for (let i = 0; i < 5; i++) {
        let node = cache.load(tree.root)
        while (node.level > 0) node = cache.child(node, i % node.length)
      }
    }
    for (let i = 0; i < 3; i++) favourite()
    for (let i = 0; i < 3; i++) {
      for (let at = 0; at < root.length; at++) {
        leaves(cache, cache.child(root, at))
        favourite()
      }
    }
    const before = reads()
    favourite()
    expect(reads() - before).toBe(0)
  })
})
