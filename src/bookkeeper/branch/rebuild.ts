/**
 * A branch out of what its keepers hold, when its bookkeepers have lost all they had (spec OL-1, J;
 * paper 6.3). Whatever keepers say, what comes of it hashes to a finalized header, or nothing does.
 */
import { equal, sha256, toHex } from '#base'
import type { Signatures } from '#identity'
import { type Account, accountTree, type Header, headerHash, type Receipt } from '#ledger'
import type { Seating } from '#organization'
import type { BranchLedger } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { DataKeys, type OpenData } from './closed-data.js'
import { decodeImage, encodeImage } from './image.js'

/** A block's closed data, as a keeper gives it. */
export interface KeptData {
  readonly header: Header
  readonly data: Uint8Array
}

export interface RebuildOptions {
  readonly seating: Seating
  readonly signatures: Pick<Signatures, 'verify'>
  /** of the branch; 32 bytes */
  readonly secret: Uint8Array
  /** the finalized header that the branch is to stand at */
  readonly header: Header
  /** from any keepers, in any order */
  readonly kept: readonly KeptData[]
  /** accounts that the branch began with, where it was there at the organization's beginning */
  readonly first?: readonly Account[]
}

/** The blocks up to the header, oldest first, as far back as their data are here and whole. */
function chainTo({ header, kept, secret }: RebuildOptions): readonly OpenData[] {
  const keys = new DataKeys(secret, header.prefix)
  const rooted = kept.filter((one) => equal(sha256(one.data), one.header.dataRoot))
  const named = new Map(rooted.map((one) => [toHex(headerHash(one.header)), one]))
  const chain: OpenData[] = []
  for (let at = named.get(toHex(headerHash(header))); at !== undefined;) {
    chain.unshift(keys.open(at.header, at.data))
    at = named.get(toHex(at.header.prev))
  }
  return chain
}

/** Receipts that the blocks sent, each channel's in order. */
function receiptsOf(images: readonly { readonly kept: readonly Receipt[] }[]): Receipt[] {
  const runs = new Map<string, Receipt[]>()
  for (const receipt of images.flatMap(({ kept }) => kept)) {
    const run = runs.get(receipt.destination)
    if (run === undefined) runs.set(receipt.destination, [receipt])
    else run.push(receipt)
  }
  return [...runs.values()].flat()
}

/**
 * The branch's ledger at the header. It has the receipts that the kept blocks sent, delivered or
 * not; of `inherited` ones there are none.
 * @returns undefined where too little is kept, or what is kept is not of the header
 * @throws ClosedDataInvalid where the secret is another
 */
export function rebuildBranch(options: RebuildOptions): BranchLedger | undefined {
  const { seating, signatures, secret, header, first = [] } = options
  const chain = chainTo(options)
  if (chain.length === 0) return undefined
  const accounts = new Map(first.map((account) => [toHex(account.id), account]))
  for (const { page, changed } of chain) {
    for (const account of [...page, ...changed]) accounts.set(toHex(account.id), account)
  }
  const tree = accountTree(header.prefix, accounts.values())
  if (!equal(tree.root(), header.stateRoot)) return undefined
  const images = chain.map(({ image }) => decodeImage(image))
  const image = encodeImage({ ...images[images.length - 1], kept: receiptsOf(images) })
  const { prefix } = header
  return branchLedger({ seating, prefix, signatures, tree, header, image, secret })
}
