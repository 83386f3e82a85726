/** Which session opened which transaction: nobody else goes on with it. */
import type { Clock } from '#world'
import { TransactionElsewhere } from './errors.js'
import type { Session } from './sessions.js'

export interface Transactions {
  /** @param millis how long it may stay open */
  opened(tx: string, mid: string, session: Session, millis: number): void
  /** @throws TransactionElsewhere where it is over, of another unit or of another session */
  check(tx: string, mid: string, session: Session | undefined): void
  ended(tx: string): void
}

interface Open {
  readonly mid: string
  readonly sid: string
  readonly until: number
}

export function openTransactions(clock: Pick<Clock, 'now'>): Transactions {
  const open = new Map<string, Open>()
  return {
    opened(tx, mid, { sid }, millis) {
      const now = clock.now()
      for (const [old, { until }] of open) if (until <= now) open.delete(old)
      open.set(tx, { mid, sid, until: now + millis })
    },
    check(tx, mid, session) {
      const found = open.get(tx)
      if (found === undefined || found.mid !== mid || found.sid !== session?.sid) {
        throw new TransactionElsewhere(tx)
      }
    },
    ended(tx) {
      open.delete(tx)
    },
  }
}
