/**
 * Everything that a run is determined by, as plain JSON: `expand` draws it from a seed, a failing
 * run prints it, `--replay` reads it, the shrinker removes from it (spec OL-1, D 4.2, points 6 and
 * 7). Nodes are named by their index, times are milliseconds since the run began.
 */

/** Faults of the network. `nodes` are cut or slowed as the kind says. */
export interface NetworkFault {
  readonly kind:
    /** nobody outside hears the nodes, nor they others */
    | 'partition'
    /** others hear the nodes, they hear nobody */
    | 'deaf'
    /** the nodes hear others, nobody hears them */
    | 'mute'
    /** each of the nodes cannot speak with each of `others`, both speak with the rest */
    | 'partial'
    /** messages are lost with probability `rate` on links of the nodes */
    | 'loss'
    /** and come twice */
    | 'duplicate'
    /** and come late, up to `millis`, so that later ones overtake */
    | 'reorder'
    /** latency of the nodes' links is `rate` times as long */
    | 'slow-link'
    /** the nodes send 64 KB/s at most */
    | 'narrow'
  readonly at: number
  readonly until: number
  readonly nodes: readonly number[]
  readonly others?: readonly number[]
  readonly rate?: number
  readonly millis?: number
}

export interface NodeFault {
  readonly kind:
    /** loses what it has in memory; unsynced writes suffer; up again at `until` */
    | 'crash'
    /** up and down again, several times until `until` */
    | 'restart-loop'
    /** at the next fsync after `at` */
    | 'crash-in-fsync'
    /** stands still until `until`, then sees all that came at once */
    | 'pause'
    /** clock is `millis` off until `until` */
    | 'skew'
    /** clock runs `rate` parts per million faster until `until` */
    | 'drift'
    /** clock jumps by `millis` for good */
    | 'jump'
    /** fsync takes `rate` times as long until `until` */
    | 'slow-disk'
    /** appends fail until `until`; the node stays down till then */
    | 'full-disk'
  readonly at: number
  readonly until: number
  readonly node: number
  readonly rate?: number
  readonly millis?: number
}

/** Damage that a disk should not do: on f nodes of a committee at most. The node goes down. */
export interface DamageFault {
  readonly kind:
    /** one bit of the journal changes */
    | 'rot'
    /** a sector of the journal lands in the place of another */
    | 'misdirected'
    /** a sector of the journal cannot be read any more */
    | 'unreadable'
    /** the disk is as it was `millis` ago */
    | 'rollback'
    /** the disk is empty */
    | 'lost-disk'
  readonly at: number
  readonly until: number
  readonly node: number
  readonly millis?: number
}

export type Fault = NetworkFault | NodeFault | DamageFault
export type FaultKind = Fault['kind']

export interface HostileNode {
  readonly node: number
  /** name of a HostileKind */
  readonly kind: string
}

/** How much work clients make. */
export interface WorkOptions {
  /** transfers a second, of all clients together */
  readonly rate: number
  /** part of the transfers that are wrong on purpose */
  readonly wrong: number
  /** part of the transfers that use a standing accept */
  readonly standing: number
  /** part of supervisors' orders (join, freeze, thaw) among all work */
  readonly orders: number
  /** part of transfers to accounts that nobody has */
  readonly unknown: number
  /** part of the people that take part in most transfers */
  readonly hot: number
}

export interface Scenario {
  readonly seed: string
  readonly domains: number
  /** bookkeepers of each branch, and of the root */
  readonly nodes: number
  /** length of the first phase, in pulses */
  readonly pulses: number
  readonly clients: number
  /** accounts of each client */
  readonly accounts: number
  readonly signatures: 'fake' | 'real'
  /** whether receivers share one decoded message or each decodes its own */
  readonly copies: 'shared' | 'own'
  /** whether the charter has seats for halves and parents of its branches */
  readonly reorganizes: boolean
  readonly rules: {
    readonly pulseMillis: number
    readonly viewMillis: number
    readonly mostViewMillis: number
    readonly blockMillis: number
    readonly cycle: number
    readonly splitAbove: number
    readonly mergeBelow: number
    readonly mostEntries: number
    readonly mostAhead: number
    readonly publicity: number
    /** decimal: an amount may exceed what JSON's numbers hold */
    readonly cover: string
  }
  /** the network as it always is: loss and the rest are probabilities of one message */
  readonly network: {
    readonly loss: number
    readonly duplicate: number
    readonly reorder: number
    /** standard deviation of the logarithm of latency */
    readonly spread: number
    /** regions of the world that nodes are spread over: 1 to 8 */
    readonly regions: number
    /** median one-way milliseconds of every link, in place of the regions' */
    readonly millis?: number
  }
  /** median milliseconds of an fsync */
  readonly fsync: number
  readonly work: WorkOptions
  /** what `--faults` named, where it named anything */
  readonly kinds?: readonly string[]
  readonly faults: readonly Fault[]
  readonly hostile: readonly HostileNode[]
  /** index of a branch whose bookkeepers are all hostile */
  readonly captured?: number
  /** pulses that the second phase may take until everything honest is done */
  readonly patience: number
}
