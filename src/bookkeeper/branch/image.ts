/** All of a branch but its accounts and its header, as bytes (spec OL-1, I). */
import { bytesOf, decode, encode, LayoutInvalid, listOf, struct, type ValueOf } from '#base'
import { channelLayout, headerLayout, mmrLayout, prefixLayout, receiptLayout } from '#ledger'
import { ImageInvalid } from '../errors.js'

const channelList = listOf(channelLayout, 1_048_576)
const receiptList = listOf(receiptLayout, 16_777_216)

export const imageLayout = struct({
  channels: channelList,
  cursors: channelList,
  /** see channels.ts */
  ahead: listOf(struct({ part: prefixLayout, channel: channelLayout }), 1_048_576),
  outbox: mmrLayout,
  /** where the next page for keepers begins */
  pageFrom: bytesOf(20),
  /** receipts kept for delivery, each channel's in order */
  kept: receiptList,
  inherited: listOf(
    struct({ header: headerLayout, channels: channelList, kept: receiptList }),
    1024,
  ),
})
export type Image = ValueOf<typeof imageLayout>

export const encodeImage = (image: Image): Uint8Array => encode(imageLayout, image)

/** @throws ImageInvalid */
export function decodeImage(bytes: Uint8Array): Image {
  try {
    return decode(imageLayout, bytes)
  } catch (error) {
    if (!(error instanceof LayoutInvalid)) throw error
    throw new ImageInvalid(error.message)
  }
}
