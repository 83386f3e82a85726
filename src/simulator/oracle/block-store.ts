/** Every block that was ever seen on the wire, by the hash of its header. */
import { encode, toHex } from '#base'
import { type Block, type Message, type MessageOf, rootBodyLayout } from '#bookkeeper'
import { type Header, headerHash } from '#ledger'

export class BlockStore {
  readonly #blocks = new Map<string, Block>()
  readonly #hashes = new WeakMap<Block, string>()
  /** blocks that an honest node has shown whole */
  readonly #trusted = new Set<string>()
  readonly #seen = new WeakSet<Message>()

  /** The name of a block: its header's hash in hexadecimal. */
  nameOf(block: Block): string {
    let name = this.#hashes.get(block)
    if (name === undefined) {
      name = toHex(headerHash(block.header))
      this.#hashes.set(block, name)
    }
    return name
  }

  /** @param isTrusted whether an honest node sent it: a liar may put a false body to a header */
  add(block: Block, isTrusted: boolean): void {
    const name = this.nameOf(block)
    if (this.#trusted.has(name)) return
    if (isTrusted) this.#trusted.add(name)
    if (isTrusted || !this.#blocks.has(name)) this.#blocks.set(name, block)
  }

  /** A header whose body only liars have shown; undefined where there is none of this name. */
  doubted(hash: Uint8Array): Header | undefined {
    const name = toHex(hash)
    return this.#trusted.has(name) ? undefined : this.#blocks.get(name)?.header
  }

  /** Keeps the blocks that a message carries. */
  watch(message: Message, isTrusted: boolean): void {
    if (this.#seen.has(message)) return
    this.#seen.add(message)
    switch (message.kind) {
      case 'proposal':
      case 'block':
        return this.add(message.block, isTrusted)
      case 'blocks':
        for (const { block } of message.blocks) this.add(block, isTrusted)
        return
      case 'pulse':
        this.#addPulse(message, isTrusted)
    }
  }

  #addPulse({ pulse, table }: MessageOf<'pulse'>, isTrusted: boolean): void {
    const name = toHex(headerHash(pulse.header))
    if (this.#blocks.has(name) || !isTrusted) return
    this.#blocks.set(name, {
      header: pulse.header,
      body: encode(rootBodyLayout, { table, included: [] }),
    })
  }

  at(hash: Uint8Array): Block | undefined {
    return this.#blocks.get(toHex(hash))
  }
}
