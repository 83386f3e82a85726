/**
 * Each role at the size that it has in an organization of 2^32 accounts and a million transfers a
 * second (spec OL-1, C 3.3), alone: what it costs a pulse. The whole is extrapolated, not measured.
 */
import { encode } from '#base'
import { type Message, type MessageOf, openRootPost } from '#bookkeeper'
import { type Signatures, signatures } from '#identity'
import { headerHash, isCertified, levels, sealedPulseLayout, tableLayout, wholeTree } from '#ledger'
import { figure, type Figure } from './figure.js'
import { branchRoleFigures } from './role-branch.js'
import { Children, keysNamed } from './role-children.js'
import { type Cost, Stage } from './role-stage.js'

const rootSeats = 13
const keeperSeats = 7
/** Channels of a child that change in a pulse. */
const changes = 15

interface ParentRun {
  readonly pulses: number
  readonly cost: Cost
  /** the last pulse that was told */
  readonly last: MessageOf<'pulse'>
  readonly children: Children
}

/** A parent committee of 13 with 256 children; one of its seats is measured. */
export async function parentRun(seats: number, pulses: number): Promise<ParentRun> {
  const root = keysNamed('root', rootSeats)
  const children = new Children(root, seats, keeperSeats)
  const stage = new Stage(children.genesis)
  let last: MessageOf<'pulse'> | undefined
  const listener = children.carriers(0)[0]
  await stage.open(listener, async () => ({
    start: () => [],
    ring: () => [],
    receive(_, message) {
      if (message.kind === 'pulse') last = message
      return []
    },
  }))
  let cost: Cost | undefined
  for (const [seat, key] of root.entries()) {
    cost = (await stage.open(key, openRootPost, seat === 5)) ?? cost
  }
  if (cost === undefined) throw new RangeError('no seat was measured')
  for (let pulse = 0; pulse < pulses + 2; pulse++) {
    // The first two fill all channels and all caches.
    if (pulse === 2) Object.assign(cost, { cpuMillis: 0, bytesIn: 0, bytesOut: 0 })
    const reports = children.reports(BigInt(pulse), pulse === 0 ? 255 : changes)
    for (const [child, report] of reports.entries()) {
      const message: Message = { kind: 'report', level: levels.root, prefix: wholeTree, report }
      for (const carrier of children.carriers(child)) {
        for (const member of root) stage.bring(carrier.id, member.id, message)
      }
    }
    stage.run(1000)
    const told = last?.pulse.header.height ?? 0n
    if (told < BigInt(pulse)) throw new RangeError(`pulse ${told} is the newest, not ${pulse}`)
  }
  stage.run(500)
  if (last === undefined) throw new RangeError('no pulse came')
  return { pulses, cost, last, children }
}

function memberFigures({ last, children }: ParentRun): readonly Figure[] {
  const { seating } = children.genesis
  const real: Signatures = signatures()
  const rounds = 200
  let isGenuine = true
  const check = (): void => {
    const { header, certificate } = last.pulse
    headerHash(header)
    isGenuine = isGenuine && isCertified(certificate, seating.root, real)
  }
  for (let i = 0; i < 20; i++) check()
  const before = process.cpuUsage()
  for (let i = 0; i < rounds; i++) check()
  const { user, system } = process.cpuUsage(before)
  if (!isGenuine) throw new RangeError('the pulse is not genuine')
  const header = encode(sealedPulseLayout, last.pulse).length
  const table = encode(tableLayout, last.table).length
  return [
    figure('role-member-cpu', (user + system) / 1000 / rounds, 'ms per pulse', 0.7),
    figure('role-member-bytes', header, 'bytes per pulse', 1500),
    figure('role-member-table-bytes', header + table, 'bytes per pulse', 10_700),
  ]
}

const parentFigures = (
  name: string,
  { cost, pulses }: ParentRun,
  limits: { readonly cpu: number; readonly bytesIn: number; readonly bytesOut: number },
): readonly Figure[] => [
  figure(`${name}-cpu`, cost.cpuMillis / pulses, 'ms per pulse', limits.cpu),
  figure(`${name}-bytes`, cost.bytesIn / pulses, 'bytes per pulse', limits.bytesIn),
  figure(`${name}-bytes-out`, cost.bytesOut / pulses, 'bytes per pulse', limits.bytesOut),
]

/** What each role costs a pulse. @param quick fewer pulses */
export async function ledgerRolesFigures(quick: boolean): Promise<readonly Figure[]> {
  const pulses = quick ? 3 : 13
  const branch = await branchRoleFigures(quick)
  const mid = await parentRun(7, pulses)
  const midFigures = parentFigures('role-mid', mid, {
    cpu: 180,
    bytesIn: 370_000,
    bytesOut: 165_000,
  })
  const root = await parentRun(13, pulses)
  const rootFigures = parentFigures('role-root', root, {
    cpu: 250,
    bytesIn: 350_000,
    bytesOut: 165_000,
  })
  return [...memberFigures(root), ...branch, ...midFigures, ...rootFigures]
}
