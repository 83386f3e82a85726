/** What each figure is meant to reach: a ratio to its limit, or a value. */
export interface Target {
  /** bounds of the ratio */
  readonly atLeast?: number
  readonly atMost?: number
  /** bounds of the value itself */
  readonly leastValue?: number
  readonly mostValue?: number
  readonly text: string
}

const least = (ratio: number, of: string): Target => ({
  atLeast: ratio,
  text: `≥ ${ratio} of ${of}`,
})
const bound = (value: number, unit: string): Target => ({
  leastValue: value,
  text: `≥ ${value.toLocaleString('en')} ${unit}`,
})
const most = (text: string): Target => ({ atMost: 1, text })

export const targets: Readonly<Record<string, Target>> = {
  'start-up': most('≤ 900 ms to the first answer'),
  'idle-rss': most('≤ 120 MB, network on'),
  'console-load': most('≤ 200 KB gzip'),
  'disk-batch': least(0.85, 'raw LevelDB batches of 1,000'),
  'disk-get': least(0.85, 'raw getSync'),
  'disk-file-read': least(0.8, 'a plain read'),
  'database-batch': least(0.4, 'raw batches of 1,000'),
  'database-read-overlay': least(0.5, 'raw getSync'),
  'database-read-version': least(0.5, 'raw getSync'),
  'add-100mb': least(0.4, 'read + SHA-256 + write'),
  'ipfs-stream': least(0.6, 'a plain file server'),
  'sync-1gb': least(0.4, 'a raw libp2p stream'),
  'publish-update': most('p50 ≤ 200 ms'),
  // ledger
  'tree-update-65k': bound(250_000, 'updates/s'),
  'tree-update-1m': bound(120_000, 'updates/s'),
  'tree-update-mpt': least(30, '@ethereumjs/mpt'),
  'proof-make': bound(20_000, 'proofs/s'),
  'proof-verify': bound(50_000, 'proofs/s'),
  'proof-fuzz': { mostValue: 0, text: 'none accepted' },
  'domain-pages': most('≤ 2.6 MB'),
  'domain-day': most('≤ 1,000 MB'),
  'database-pages': most('≤ 640 MB'),
  'database-load': most('≤ 60 s'),
  'database-rss': most('≤ 3,000 MB'),
  'read-back': most('p50 ≤ 2 ms'),
  'replica-transfers': least(0.7, 'raw verifies / 3'),
  'system-transfers': bound(800, 'transfers per second of CPU'),
  'commit-p50': most('≤ 1.6 pulses'),
  'commit-p99': most('≤ 3 pulses'),
  'simulate-200': most('≤ 180 s'),
  'simulate-green': least(1, 'all seeds'),
}
