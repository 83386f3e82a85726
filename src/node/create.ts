/** The one place where the parts of a node meet. */
import { openGrants } from '#apps'
import { openBlocks } from '#blocks'
import type { Key } from '#identity'
import { openUnits } from '#mimei'
import { headKeyspace, headRules, openFlow } from '#network'
import type { Wire, World } from '#world'
import { openAccess } from './access.js'
import { openAccounts } from './accounts.js'
import { makeCall, sessionOf } from './calls.js'
import { openCodes } from './codes.js'
import { openContent } from './content.js'
import { openDelays } from './delays.js'
import { openEventHub } from './event-hub.js'
import { makeHeadKeeper } from './head-keeper.js'
import { methodTable } from './methods/table.js'
import { makeNetworkGate } from './network-gate.js'
import type { Node, RunningNode } from './node.js'
import type { Parts, Self } from './parts.js'
import { makePassage } from './passage.js'
import { openPeersSeen } from './peers-seen.js'
import { principalOf } from './principal.js'
import { openReach } from './reach.js'
import { openSessions } from './sessions.js'
import { openSigning } from './signing.js'
import { openSizes } from './sizes.js'
import { openTransactions } from './transactions.js'

export interface NodeConfig {
  /** the node's own key */
  readonly key: Key
  /** what people call the node */
  readonly name: string
  /** of the software */
  readonly version: string
  /** web address of the desktop; the server may tell it later */
  readonly address: string
  /** lets a caller from elsewhere claim a new node; undefined: only this machine may */
  readonly claimCode?: string
  /** whether a wire will come, now or later */
  readonly network: boolean
  /** bytes of memory that the process uses */
  readonly memoryBytes?: () => number
}

interface Settings {
  address: string
  readonly onStop: (() => void)[]
}

function selfOf(config: NodeConfig, settings: Settings, started: number): Self {
  const { key, name, version, claimCode, memoryBytes } = config
  return {
    key,
    name,
    version,
    started,
    claimCode,
    address: () => settings.address,
    memoryBytes: memoryBytes ?? (() => 0),
    stop: () => {
      for (const listener of settings.onStop) listener()
    },
  }
}

/** Opens every part on the world's disk. */
async function openParts(config: NodeConfig, settings: Settings, world: World): Promise<Parts> {
  const { disk, clock, random, log } = world
  const blocks = openBlocks({ disk })
  const units = await openUnits({ disk, blocks, clock, random, log: log.named('mimei') })
  const sessions = openSessions({ clock, random })
  return {
    self: selfOf(config, settings, clock.now()),
    clock,
    random,
    disk,
    blocks,
    units,
    network: makeNetworkGate(clock, config.network),
    peersSeen: openPeersSeen(clock),
    access: openAccess(units),
    signing: openSigning(config.key),
    accounts: await openAccounts({ disk, clock, random }),
    sessions,
    delays: openDelays(clock),
    codes: openCodes({ clock, random }),
    grants: openGrants({ disk, clock }),
    transactions: openTransactions(clock),
    events: openEventHub({ units, sessions, nodeId: config.key.id, log: log.named('events') }),
    sizes: openSizes({ units, clock }),
  }
}

/** Brings the flow of units up on a wire. */
function attachTo(parts: Parts, world: World): RunningNode['attachWire'] {
  const { disk, clock, blocks, units, accounts, network, events, peersSeen } = parts
  return async (wire: Wire) => {
    const flow = await openFlow({
      wire,
      blocks,
      disk,
      clock,
      log: world.log,
      heads: makeHeadKeeper(units),
      allows: makePassage({ nodeId: parts.self.key.id, clock, units, accounts }),
    })
    events.watch(wire)
    peersSeen.watch(wire)
    network.open({ wire, flow })
  }
}

function subscriber(parts: Parts): Node['subscribe'] {
  const { access, sessions, events, self } = parts
  return (caller, mids, listener) => {
    const principal = principalOf(sessionOf(caller, sessions), self.key.id)
    for (const mid of mids ?? []) access.unit(principal, mid, 'list')
    return events.subscribe(caller.sid === '' ? undefined : caller.sid, mids, listener)
  }
}

/**
 * Makes a node on a world. It answers at once; its network comes with the world's wire, or later
 * with `attachWire`. The disk and the wire stay the caller's, to be closed after the node.
 */
export async function createNode(config: NodeConfig, world: World): Promise<RunningNode> {
  const settings: Settings = { address: config.address, onStop: [] }
  const parts = await openParts(config, settings, world)
  const { blocks, units, access, sessions, events, network } = parts
  const nodeId = config.key.id
  const attachWire = attachTo(parts, world)
  if (world.wire !== undefined) await attachWire(world.wire)
  return {
    id: nodeId,
    version: config.version,
    call: makeCall(methodTable(parts), sessions, nodeId),
    subscribe: subscriber(parts),
    ...openContent({
      blocks,
      access,
      reach: openReach({ blocks, units }),
      sessionOf: ({ caller }) => sessionOf(caller, sessions),
      principalOf: (session) => principalOf(session, nodeId),
    }),
    attachWire,
    stayAlone: () => {
      if (network.state() === 'starting') network.close()
    },
    recordRules: { [headKeyspace]: headRules(makeHeadKeeper(units).read) },
    setAddress: (address) => {
      settings.address = address
    },
    onStop: (listener) => void settings.onStop.push(listener),
    async close() {
      events.close()
      parts.sizes.close()
      await network.close()?.flow.close()
    },
  }
}
