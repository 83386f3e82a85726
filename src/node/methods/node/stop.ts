import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'

/** Time for the answer to reach the caller before the node goes. */
const farewellMillis = 100

export const nodeStop =
  ({ self, clock }: Pick<Parts, 'self' | 'clock'>): Handler<'node.stop'> =>
  () => {
    clock.after(farewellMillis, () => self.stop())
    return {}
  }
