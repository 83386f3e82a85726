/** Messages on the wire: encoded once for all receivers, decoded for each or once for all. */
import { decodeMessage, encodeMessage, type Message } from '#bookkeeper'
import { Mix } from './mix.js'

export interface Parcel {
  readonly kind: Message['kind']
  readonly bytes: number
  /** stands for the content in the trace */
  readonly digest: readonly [number, number, number, number]
  /** as its receiver gets it; undefined where no receiver can read it */
  open(): Message | undefined
}

const opened = (encoded: Uint8Array): Message | undefined => {
  try {
    return decodeMessage(encoded)
  } catch {
    return undefined
  }
}

/**
 * Packs messages. @param isShared whether receivers get one and the same object: quicker, and right
 * as long as no role changes what it was given
 */
export function packer(isShared: boolean): (message: Message) => Parcel {
  const packed = new WeakMap<Message, Parcel>()
  return (message) => {
    const known = packed.get(message)
    if (known !== undefined) return known
    const encoded = encodeMessage(message)
    let shared: { message: Message | undefined } | undefined
    const parcel: Parcel = {
      kind: message.kind,
      bytes: encoded.length,
      digest: new Mix().bytes(encoded).words(),
      open() {
        if (!isShared) return opened(encoded)
        shared ??= { message: opened(encoded) }
        return shared.message
      },
    }
    packed.set(message, parcel)
    return parcel
  }
}
