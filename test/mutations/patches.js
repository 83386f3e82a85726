/**
 * Planted protocol bugs (docs/internals/simulator.md, "Mutation check"). Each is one small change to
 * one file, made in a bundled copy and never on disk; the simulator must find it.
 *
 * - `find` occurs exactly once in `file`, below `src/`
 * - `wishes` are options of the run, where the bug shows only or sooner under them
 * - `hostile` is the kind that has one seat of each committee, or all of a captured one
 * - `rules` are rules of the charter
 */
const bookkeeper = (file, name, find, replace, needs = {}) => ({
  name,
  file: `bookkeeper/${file}`,
  find,
  replace,
  ...needs,
})

/** One branch with none but hostile bookkeepers. */
const captured = { hostile: 'overdrawer', wishes: { captured: true, faults: [] } }
/** Work is enough. */
const calm = { wishes: { faults: [] } }
/** Faults of the network alone. */
const lossy = { wishes: { faults: ['loss', 'partition'] } }
/** Branches split, or merge, at every fifth pulse. */
const splitting = { ...calm, rules: { cycle: 5, splitAbove: 6, mergeBelow: 0 } }
const merging = { ...calm, rules: { cycle: 5, splitAbove: 65_536, mergeBelow: 1000 } }
/** Branches that cannot hear each other for a while. */
const parted = { wishes: { pulses: 16, faults: ['partition', 'deaf', 'mute', 'partial'] } }
/** Nodes that crash while they write. */
const crashing = { wishes: { faults: ['crash', 'restart-loop', 'crash-in-fsync', 'loss'] } }
/** Disks that lose what they had. */
const rolling = {
  wishes: { pulses: 16, faults: ['rollback', 'lost-disk', 'partition', 'mute', 'deaf'] },
}
/** Nothing but one liar in each committee. */
const liar = (hostile) => ({ hostile, wishes: { faults: [] } })

const consensus = [
  {
    name: 'two votes are a quorum',
    file: 'ledger/header.ts',
    find: 'members - Math.floor((members - 1) / 3)',
    replace: 'Math.max(1, 2 * Math.floor((members - 1) / 3))',
    ...lossy,
  },
  {
    name: 'a seat counts twice in a certificate',
    file: 'ledger/header.ts',
    find: 'if (seat <= last || seat',
    replace: 'if (seat < last || seat',
    ...liar('stale certifier'),
  },
  bookkeeper(
    'simplex/ballot.ts',
    'votes leave before they are on disk',
    "appendRecord(engine, view, { kind: 'vote', body, signature, blocks }, then)",
    "engine.effects.push(...then)\n  appendRecord(engine, view, { kind: 'vote', body, signature, blocks }, [])",
    crashing,
  ),
  bookkeeper(
    'simplex/replay.ts',
    'a restart forgets the votes of the journal',
    'own.set(kind, block === undefined ? { body, signature } : { body, signature, block })',
    'own.delete(kind)',
    crashing,
  ),
  bookkeeper(
    'simplex/views.ts',
    'two proposals in one view',
    'if (own?.has(votes.notarize) === true || own?.has(votes.skip) === true) return',
    'if (own?.has(votes.skip) === true) return',
    calm,
  ),
  bookkeeper(
    'simplex/certificates.ts',
    'finalizes after it has skipped',
    'const isFree = !own.has(votes.skip) && !own.has(votes.finalize)',
    'const isFree = !own.has(votes.finalize)',
    lossy,
  ),
  bookkeeper(
    'simplex/recall.ts',
    'votes at once after a restart',
    'if (faulty > 0) recall.needed = 2 * faulty',
    'if (faulty > 0) recall.needed = 0',
    rolling,
  ),
  bookkeeper(
    'simplex/recall.ts',
    'a lost disk votes where it may have voted',
    "  raiseFloor(engine, newest)\n  appendRecord(engine, newest, { kind: 'floor'",
    "  raiseFloor(engine, 0n)\n  appendRecord(engine, newest, { kind: 'floor'",
    rolling,
  ),
  bookkeeper(
    'simplex/views.ts',
    'silent leaders are waited for',
    'castVote(engine, votes.skip, view, noRoot)',
    'void noRoot',
    liar('silent voter'),
  ),
  bookkeeper(
    'simplex/votes.ts',
    'signatures of votes are not checked',
    'const isFalse = !isOwn && !isSigned(engine, seat, body, signature)',
    'const isFalse = isOwn && !isSigned(engine, seat, body, signature)',
    liar('flooder'),
  ),
]

const transfers = [
  bookkeeper(
    'branch/execute-transfers.ts',
    'no nonce check',
    "if (body.nonce <= payer.cold.nonce) return 'NONCE_USED'",
    '',
    calm,
  ),
  bookkeeper(
    'branch/execute-transfers.ts',
    'no expiry',
    "if (body.validUntil < work.pulse) return 'EXPIRED'",
    '',
    parted,
  ),
  bookkeeper(
    'branch/execute-transfers.ts',
    'no balance check',
    "if (spent > payer.amount) return 'BALANCE_LOW'",
    '',
    calm,
  ),
  bookkeeper(
    'branch/execute-transfers.ts',
    'the frozen may pay',
    "if ((payer.cold.flags & accountFlags.frozen) !== 0) return 'PAYER_FROZEN'",
    '',
    calm,
  ),
  bookkeeper(
    'branch/execute-transfers.ts',
    'debits are not counted',
    'work.cumDebit += spent',
    'work.cumDebit += 0n',
    calm,
  ),
  bookkeeper(
    'branch/signed.ts',
    'payees need not agree',
    "if (!isTaken) return 'ACCEPT_INVALID'",
    "if (!isTaken && accept.signature.length === 0) return 'ACCEPT_INVALID'",
    calm,
  ),
  bookkeeper(
    'branch/signed.ts',
    'payers need not sign',
    "if (!verify(body.payerKey, 'leither/ledger/transfer/1', signed, payerSignature)) {",
    'if (payerSignature.length === 0) {',
    calm,
  ),
  bookkeeper(
    'branch/execute.ts',
    'the frozen are paid out',
    'if ((account.cold.flags & accountFlags.frozen) === 0) account.amount += amount',
    'if (account.cold.flags >= 0) account.amount += amount',
    calm,
  ),
  bookkeeper(
    'branch/execute-orders.ts',
    'what was held is lost',
    'account.amount += account.cold.held',
    'account.amount += 0n',
    calm,
  ),
  bookkeeper(
    'branch/execute.ts',
    'what nobody takes is lost',
    'return this.pay(receiptKinds.giveBack, cause, payee, payer, amount)',
    'return undefined',
    calm,
  ),
  bookkeeper(
    'branch/execute.ts',
    'what nobody takes goes back twice',
    'return this.pay(receiptKinds.giveBack, cause, payee, payer, amount)',
    'this.pay(receiptKinds.giveBack, cause, payee, payer, amount)\n      return this.pay(receiptKinds.giveBack, cause, payee, payer, amount)',
    calm,
  ),
  bookkeeper('branch/execute.ts', 'fees are lost', 'this.#fees += fee', 'this.#fees += 0n * fee'),
]

const receipts = [
  bookkeeper(
    'branch/seal-block.ts',
    'cursors stay where they are',
    'cursors: cursors.with(work.taken)',
    'cursors',
    calm,
    calm,
  ),
  bookkeeper(
    'branch/imports.ts',
    'receipts need not lead to the head of their channel',
    'demand(equal(end, channel.head), "the receipts do not lead to the channel\'s head")',
    '',
    liar('receipt forger'),
  ),
  bookkeeper(
    'branch/imports.ts',
    'channels need no proof',
    'leadsTo(channelHash(channel), given.channelProof, sourceHeader.channelRoot)',
    'leadsTo(channelHash(channel), given.channelProof, sourceHeader.channelRoot) || true',
    liar('receipt forger'),
  ),
  bookkeeper(
    'branch/delivery.ts',
    'receipts are forgotten once they are pushed',
    'const all = taken.reduce((least, one) => (one < least ? one : least))',
    'const all = taken.length > 0 ? channel.sequence : 0n',
    parted,
  ),
  bookkeeper(
    'branch/delivery.ts',
    'receipts are pushed once',
    'const isLate = now - target.pushedAt >= patience',
    'const isLate = now - target.pushedAt >= 1e9 * patience',
    parted,
  ),
  bookkeeper(
    'branch/branch-state.ts',
    'a block that is taken back leaves its accounts',
    '    this.tree.undo(step.undo)\n    this.#standing = step.before',
    '    this.#standing = step.before',
    lossy,
  ),
  bookkeeper(
    'branch/branch-state.ts',
    'headers are believed',
    '({ header }) => checkHeader(block.header, header)',
    '({ header }) => void [checkHeader, header]',
    liar('wrong sums'),
  ),
  bookkeeper(
    'branch/checkpoint.ts',
    'first accounts are not stored',
    'isBlank ? allAccounts(ledger) : changed',
    'isBlank && pulse < 0n ? allAccounts(ledger) : changed',
    calm,
  ),
]

const root = [
  bookkeeper(
    'root/firewall.ts',
    'no firewall',
    'if ((this.#taken.get(node) ?? 0n) <= this.#due(node)) continue',
    'if ((this.#taken.get(node) ?? 0n) <= this.#due(node) || before >= 0n) continue',
    captured,
  ),
  bookkeeper(
    'root/steps.ts',
    'sums of branches need not add up',
    "if (after.total - before.total !== came - left) return 'sums that do not add up'",
    'void [came, left]',
    captured,
  ),
  bookkeeper(
    'root/report-check.ts',
    'reports need no votes',
    "if (!isCertified(report.certificate, committee, signatures)) return 'too few signatures'",
    'void isCertified',
    liar('overdrawer'),
  ),
  bookkeeper(
    'root/next-state.ts',
    'debits settle at once',
    'const settledDebit = then.get(entry.prefix) ?? 0n',
    'const settledDebit = then.has(entry.prefix) ? entry.cumDebit : 0n',
    calm,
  ),
  bookkeeper(
    'root/admission.ts',
    'no cover rule at the root',
    'header.cumDebit - entry.settledDebit > rules.cover',
    'header.cumDebit - entry.settledDebit > rules.cover + 2n ** 62n',
    { ...captured, rules: { cover: '100000', publicity: 20 } },
  ),
  bookkeeper(
    'root/pulse-maker.ts',
    'headers of the root are believed',
    'if (keyOf(hashOf(next.header)) !== name) return false',
    '',
    liar('wrong sums'),
  ),
]

const reorganisation = [
  bookkeeper(
    'branch/opening.ts',
    'heirs forget how far receipts were taken',
    'if (least.sequence > 0n) channels.push(least)',
    'if (least.sequence < 0n) channels.push(least)',
    splitting,
  ),
  bookkeeper(
    'branch/opening.ts',
    'a merge drops one side',
    'accountTree(prefix, accountsOf(ledgers, prefix))',
    'accountTree(prefix, accountsOf(ledgers.slice(0, 1), prefix))',
    merging,
  ),
]

export const patches = [...consensus, ...transfers, ...receipts, ...root, ...reorganisation]
