import { concat } from '#base'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

const mostBytes = 4 * 1024 * 1024

export const filesRead =
  ({ access }: Pick<Parts, 'access'>): Handler<'files.read'> =>
  async ({ mid, version, path, start, end }, { principal }) => {
    const tree = access.files(principal, mid, version)
    const { size } = await tree.stat(path)
    const stop = Math.min(end ?? size, size, start + mostBytes)
    const pieces: Uint8Array[] = []
    const range = { start, end: Math.max(start, stop) }
    for await (const piece of tree.read(path, range)) pieces.push(piece)
    return { bytes: concat(...pieces), size }
  }
