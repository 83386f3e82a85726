/** What blocks came to that were executed here: going over one again costs its accounts only. */
import { equal, toHex } from '#base'
import { headerHash } from '#ledger'
import type { Block } from '../messages.js'
import type { Applied } from './branch-ledger.js'
import type { Standing } from './seal-block.js'

export interface Executed {
  readonly standing: Standing
  readonly applied: Applied
}

/** Blocks that are not settled and remembered; consensus tries few more. */
const mostRemembered = 256

export class ExecutedBlocks {
  readonly #blocks = new Map<string, Executed & { readonly body: Uint8Array }>()

  note(block: Block, { standing, applied }: Executed): void {
    this.#blocks.set(toHex(headerHash(block.header)), { standing, applied, body: block.body })
    if (this.#blocks.size <= mostRemembered) return
    const [oldest] = this.#blocks.keys()
    this.#blocks.delete(oldest)
  }

  /** A header does not commit to signatures: only the same bytes have been checked. */
  of({ header, body }: Block): Executed | undefined {
    const found = this.#blocks.get(toHex(headerHash(header)))
    if (found === undefined) return undefined
    return found.body === body || equal(found.body, body) ? found : undefined
  }

  /** Drops what is settled: blocks below this height. */
  forget(height: bigint): void {
    for (const [name, { standing }] of this.#blocks) {
      if (standing.header.height < height) this.#blocks.delete(name)
    }
  }
}
