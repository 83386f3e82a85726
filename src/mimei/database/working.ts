/** A working copy's database (paper 4.1, 5.2: `cur`). */
import { readingOf } from './reading.js'
import type { WorkingDatabase, WorkingSources } from './sources.js'
import { Transactions } from './transactions.js'
import { WorkingCopy } from './working-copy.js'
import { writingOf } from './writing.js'

/** Opens cur; several may be open at a time only if nobody begins transactions on two of them. */
export function openWorkingDatabase(sources: WorkingSources): WorkingDatabase {
  const copy = new WorkingCopy(sources)
  const transactions = new Transactions(copy, sources)
  return {
    ...readingOf(copy.reader),
    ...writingOf(copy),
    begin: (millis) => transactions.begin(millis),
    transaction: (id) => transactions.get(id),
    isIdle: () => copy.isIdle(),
    reset() {
      copy.reset()
      transactions.reset()
    },
  }
}
