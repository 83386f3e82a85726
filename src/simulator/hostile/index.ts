/** hostile: the library of misbehaviour (spec OL-1, D 4.4). Each signs with its own key only. */
import type { HostileKind } from '../checker.js'
import { overdrawer } from './captured.js'
import { forgetfulKeeper, wrongPages } from './keepers.js'
import { censor, equivocator, spoiler, withholder, wrongSums } from './leaders.js'
import { falseTaker, receiptForger } from './receipts.js'
import { falseTable } from './root-liars.js'
import { doubleSpender } from './spender.js'
import { doubleVoter, flooder, replayer, silentVoter, staleCertifier } from './voters.js'

export const hostileKinds: readonly HostileKind[] = [
  equivocator,
  wrongSums,
  spoiler,
  censor,
  withholder,
  doubleVoter,
  silentVoter,
  replayer,
  staleCertifier,
  flooder,
  receiptForger,
  falseTaker,
  forgetfulKeeper,
  wrongPages,
  falseTable,
  overdrawer,
  doubleSpender,
]
