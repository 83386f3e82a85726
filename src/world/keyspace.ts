/**
 * Who owns which keys of the store: the first byte. One table, so that no two parts meet by
 * chance.
 */
export const keyspace = {
  /** blocks: small blocks by CID, pins, marks of collection */
  blocks: 0x01,
  /** mimei: units, heads, versions by number */
  units: 0x02,
  /** mimei: overlays of working copies */
  overlays: 0x03,
  /** mimei: who refers to whom */
  references: 0x04,
  /** network: heads and routing records of others, what this node provides */
  network: 0x05,
  /** node: users and their sealed keys */
  accounts: 0x06,
  /** apps: what people let apps do */
  apps: 0x07,
  /** ledger: pages, accounts and their past */
  ledger: 0x08,
  /** node: format of the store, written at creation */
  format: 0x00,
} as const
