/**
 * Every limit that a caller can meet, in one place, with its unit. Errors name the limit they met.
 */
export const limits = {
  /** bytes of one block on the wire and on disk */
  blockBytes: 2 * 1024 * 1024,
  /** bytes of one encoded database value */
  valueBytes: 1024 * 1024,
  /** bytes of one database key, field or member */
  keyBytes: 1024,
  /** bytes of one path segment */
  nameBytes: 255,
  /** bytes of a whole path inside a unit */
  pathBytes: 4096,
  /** bytes of one JSON request body or WebSocket message */
  requestBytes: 8 * 1024 * 1024,
  /** bytes of one uploaded file */
  fileBytes: 64 * 1024 * 1024 * 1024,
  /** references of one unit */
  refs: 65_536,
  /** versions that a head lists; older ones are reached through their successors */
  headVersions: 64,
  /** bytes of one signed head */
  headBytes: 64 * 1024,
  /** milliseconds a session lives after its last use */
  sessionMillis: 60 * 60 * 1000,
  /** milliseconds a transaction may stay open */
  transactionMillis: 60 * 1000,
  /** open sessions of one node */
  sessions: 10_000,
} as const
