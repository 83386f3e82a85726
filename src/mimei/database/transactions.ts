/**
 * Transactions with snapshot isolation: reads see the database as it was at the beginning plus the
 * transaction's own writes; of two that wrote the same names the first to commit wins.
 *
 * Nothing is copied at the beginning: while a transaction is open, what others overwrite is
 * remembered in memory and laid over the present. A backup in between changes no content, so it
 * changes no snapshot.
 */
import { BadInput, limits, toBase64Url } from '#base'
import type { Clock, Random } from '#world'
import type { Transaction } from './database.js'
import { Draft } from './draft.js'
import { TooManyTransactions, TransactionConflict, TransactionOver } from './errors.js'
import { Patch } from './patch.js'
import { type Reader, readPatched } from './reader.js'
import { readingOf } from './reading.js'
import { Tracker } from './tracker.js'
import type { WorkingCopy } from './working-copy.js'
import { type Commands, writingOf } from './writing.js'

/** open transactions of one unit */
const mostOpen = 64
/** ended transactions whose fate is still told */
const mostEnded = 256
const idBytes = 16

export class Transactions {
  private readonly open = new Map<string, OpenTransaction>()
  private readonly ended = new Map<string, string>()

  constructor(
    private readonly copy: WorkingCopy,
    private readonly world: { readonly clock: Clock; readonly random: Random },
  ) {}

  /** @throws BadInput, TooManyTransactions */
  begin(millis: number): Transaction {
    if (!Number.isFinite(millis) || millis <= 0 || millis > limits.transactionMillis) {
      const advice = `give milliseconds up to ${limits.transactionMillis}`
      throw new BadInput(`a transaction cannot stay open for ${millis}`, advice)
    }
    if (this.open.size >= mostOpen) throw new TooManyTransactions(mostOpen)
    const id = toBase64Url(this.world.random.bytes(idBytes))
    const callOff = this.world.clock.after(millis, () => started.end('ran out of time'))
    const started = new OpenTransaction(id, this.copy, (why) => {
      callOff()
      this.forget(id, why)
    })
    this.open.set(id, started)
    return started.face
  }

  /** @throws TransactionOver */
  get(id: string): Transaction {
    const found = this.open.get(id)
    if (found === undefined) throw new TransactionOver(id, this.ended.get(id) ?? 'is not known')
    return found.face
  }

  /** The content below was exchanged: no snapshot can be shown any more. */
  reset(): void {
    for (const transaction of [...this.open.values()]) {
      transaction.end('was rolled back because the unit was restored')
    }
  }

  private forget(id: string, why: string): void {
    this.open.delete(id)
    this.ended.set(id, why)
    for (const [oldest] of this.ended) {
      if (this.ended.size <= mostEnded) break
      this.ended.delete(oldest)
    }
  }
}

class OpenTransaction implements Commands {
  readonly face: Transaction
  readonly reader: Reader
  private readonly own = new Patch()
  private readonly ownNames = new Set<string>()
  private readonly watches = new Set<Tracker>()
  private readonly others: Tracker
  private readonly view: Reader
  private over: string | undefined

  constructor(
    private readonly id: string,
    private readonly copy: WorkingCopy,
    private readonly onEnd: (why: string) => void,
  ) {
    this.others = copy.track()
    this.view = readPatched(readPatched(copy.reader, this.others.undo), this.own)
    this.reader = {
      get: (key) => this.whileOpen().get(key),
      entries: (range) => this.whileOpen().entries(range),
      count: (from, to) => this.whileOpen().count(from, to),
    }
    this.face = {
      id,
      ...readingOf(this.reader),
      ...writingOf(this),
      commit: () => this.commit(),
      rollback: () => {
        this.whileOpen()
        this.end('was rolled back')
      },
    }
  }

  run = async <T>(compute: (draft: Draft) => T): Promise<T> => {
    const draft = new Draft(this.whileOpen())
    const result = compute(draft)
    for (const { key, value } of draft.changes) {
      for (const watch of this.watches) watch.remember(key, this.view)
      this.own.set(key, value ?? null)
    }
    for (const name of draft.names) this.ownNames.add(name)
    return result
  }

  watch = (): Tracker => {
    this.whileOpen()
    const tracker = new Tracker((ended) => this.watches.delete(ended))
    this.watches.add(tracker)
    return tracker
  }

  /** Nothing that was begun can be used any more, and nothing of it is remembered. */
  end(why: string): void {
    if (this.over !== undefined) return
    this.over = why
    this.others.stop()
    this.onEnd(why)
  }

  private whileOpen(): Reader {
    if (this.over !== undefined) throw new TransactionOver(this.id, this.over)
    return this.view
  }

  private async commit(): Promise<void> {
    this.whileOpen()
    for (const name of this.ownNames) {
      if (!this.others.names.has(name)) continue
      this.end('was rolled back because of a conflict')
      throw new TransactionConflict(name)
    }
    this.end('was committed')
    await this.copy.commit(this.own.changes(), this.ownNames)
  }
}
