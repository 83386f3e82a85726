/** Receipts that are kept until their destination has them, one run a channel. */
import type { Channel, Prefix, Receipt } from '#ledger'
import { ImageInvalid } from '../errors.js'

export class KeptReceipts {
  readonly #runs = new Map<Prefix, Receipt[]>()

  /** @throws ImageInvalid where the receipts of a channel do not lead to where it stands */
  static of(receipts: readonly Receipt[], channels: readonly Channel[]): KeptReceipts {
    const kept = new KeptReceipts()
    const ends = new Map(channels.map(({ destination, sequence }) => [destination, sequence]))
    for (const receipt of receipts) {
      const run = kept.#runs.get(receipt.destination)
      if (run !== undefined && run[run.length - 1].sequence + 1n !== receipt.sequence) {
        throw new ImageInvalid(`a receipt before ${receipt.sequence} is missing`)
      }
      kept.push(receipt)
    }
    for (const [destination, run] of kept.#runs) {
      if (ends.get(destination) !== run[run.length - 1].sequence) {
        throw new ImageInvalid(`the receipts for "${destination}" end before their channel`)
      }
    }
    return kept
  }

  push(receipt: Receipt): void {
    const run = this.#runs.get(receipt.destination)
    if (run === undefined) this.#runs.set(receipt.destination, [receipt])
    else run.push(receipt)
  }

  /** Takes back the newest ones of a channel, those after `sequence`. */
  cut(destination: Prefix, sequence: bigint): void {
    const run = this.#runs.get(destination) ?? []
    while (run.length > 0 && run[run.length - 1].sequence > sequence) run.pop()
    if (run.length === 0) this.#runs.delete(destination)
  }

  /** Drops the oldest ones of a channel, up to `sequence`. */
  drop(destination: Prefix, sequence: bigint): void {
    const run = this.#runs.get(destination)
    if (run === undefined || run[0].sequence > sequence) return
    const past = Number(sequence - run[0].sequence) + 1
    if (past >= run.length) this.#runs.delete(destination)
    else run.splice(0, past)
  }

  /** Those after `sequence`, at most so many; none where the first of them is no longer here. */
  after(destination: Prefix, sequence: bigint, most: number): readonly Receipt[] {
    const run = this.#runs.get(destination)
    if (run === undefined) return []
    const from = Number(sequence + 1n - run[0].sequence)
    return from < 0 ? [] : run.slice(from, from + most)
  }

  /** How far a channel has been dropped; to its end where nothing of it is kept. */
  droppedTo({ destination, sequence }: Channel): bigint {
    const run = this.#runs.get(destination)
    return run === undefined ? sequence : run[0].sequence - 1n
  }

  /** All, each channel's in order. */
  get all(): readonly Receipt[] {
    return [...this.#runs.values()].flat()
  }

  /** Takes over what the other has of a channel, where that is more. */
  join(other: KeptReceipts): void {
    for (const [destination, run] of other.#runs) {
      const own = this.#runs.get(destination)
      if (own === undefined || own.length < run.length) this.#runs.set(destination, [...run])
    }
  }

  /** The same receipts, to be changed apart from these. */
  copy(): KeptReceipts {
    const copy = new KeptReceipts()
    copy.join(this)
    return copy
  }
}
