/**
 * What keepers hold of a block: changed accounts, one whole page in turn, and the image, closed
 * under the branch's secret (spec OL-1, J; paper 6.6). The same block gives the same bytes, so that
 * every bookkeeper checks them by the header's `dataRoot`.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { blobOf, concat, decode, encode, fromText, listOf, struct, u64 } from '#base'
import { type Account, accountLayout, type Prefix, prefixLayout } from '#ledger'
import { ClosedDataInvalid } from '../errors.js'

const accountList = listOf(accountLayout, 16_777_216)

/** What is inside. */
export const contentLayout = struct({
  changed: accountList,
  /** the accounts of one group; any run of as many blocks as there are groups has every page */
  page: accountList,
  /** channels, cursors and the receipts that the block sent (see image.ts) */
  image: blobOf(16 * 1024 * 1024),
})

/** Which block it is of. */
export interface DataPlace {
  readonly prefix: Prefix
  readonly height: bigint
  readonly view: bigint
}

export interface OpenData {
  readonly changed: readonly Account[]
  readonly page: readonly Account[]
  readonly image: Uint8Array
}

const placeLayout = struct({ prefix: prefixLayout, height: u64, view: u64 })
const nonceBytes = 12
const tagBytes = 16

const keyFor = (secret: Uint8Array, prefix: Prefix, use: string): Uint8Array =>
  new Uint8Array(
    hkdfSync(
      'sha256',
      secret,
      encode(prefixLayout, prefix),
      fromText(`leither/ledger/data/1 ${use}`),
      32,
    ),
  )

/** The keys of a branch's secret (32 bytes). */
export class DataKeys {
  readonly #key: Uint8Array
  readonly #nonceKey: Uint8Array

  constructor(
    secret: Uint8Array,
    readonly prefix: Prefix,
  ) {
    this.#key = keyFor(secret, prefix, 'content')
    this.#nonceKey = keyFor(secret, prefix, 'nonce')
  }

  /**
   * The nonce follows from place and content: a leader that makes two blocks of one view does not
   * make one nonce serve twice.
   */
  seal(place: DataPlace, content: OpenData): Uint8Array {
    const about = encode(placeLayout, place)
    const plain = encode(contentLayout, content)
    const hmac = createHmac('sha256', this.#nonceKey).update(about).update(plain).digest()
    const nonce = hmac.subarray(0, nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(about)
    const body = cipher.update(plain)
    cipher.final()
    return concat(nonce, body, cipher.getAuthTag())
  }

  /** @throws ClosedDataInvalid */
  open(place: DataPlace, data: Uint8Array): OpenData {
    if (data.length < nonceBytes + tagBytes) {
      throw new ClosedDataInvalid(`${data.length} bytes are too few for closed data`)
    }
    const end = data.length - tagBytes
    try {
      const cipher = createDecipheriv('aes-256-gcm', this.#key, data.subarray(0, nonceBytes))
      cipher.setAAD(encode(placeLayout, place)).setAuthTag(data.subarray(end))
      const plain = concat(cipher.update(data.subarray(nonceBytes, end)), cipher.final())
      return decode(contentLayout, plain)
    } catch {
      throw new ClosedDataInvalid(`the data of block ${place.height} do not open`)
    }
  }
}

/**
 * Opens what a keeper holds of a block.
 * @param secret 32 bytes that the branch's bookkeepers share
 * @throws ClosedDataInvalid where the data are not of this block or not closed by this secret
 */
export const openClosedData = (secret: Uint8Array, place: DataPlace, data: Uint8Array): OpenData =>
  new DataKeys(secret, place.prefix).open(place, data)
