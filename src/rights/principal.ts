import type { KeyId } from '#base'

/** Who asks. Made from a session by `node`; never from what a caller says about itself. */
export interface Principal {
  /** the user, or undefined for a guest */
  readonly user: KeyId | undefined
  /** further keys whose units the user looks after: a node's owner speaks for the node's own key */
  readonly alsoOwns: readonly KeyId[]
  /** id of the app that acts for the user; undefined for the desktop and the command line */
  readonly app: string | undefined
  /** units that the user opened to that app by name */
  readonly granted: readonly string[]
}

/** What the owner lets a named key do. */
export interface Entry {
  readonly key: KeyId
  readonly may: readonly ('read' | 'write' | 'backup' | 'release' | 'grant')[]
}

/** The rights of a unit, as they travel with its head, signed by the owner. */
export interface UnitRights {
  /** the classic right word; its last digit rules for everyone without an entry */
  readonly word: number
  readonly entries: readonly Entry[]
}

/** Right words in use (classic API, 6.3); only the last hex digit varies. */
export const rightWords = {
  /** nobody but the owner and named keys */
  closed: 0x07276700,
  /** everyone reads backed-up versions: the default */
  readable: 0x07276704,
  /** everyone also reads the working copy */
  open: 0x07276705,
  /** everyone also writes the working copy */
  writable: 0x07276707,
} as const
