/** What each figure is meant to reach, as a ratio to its limit. */
export interface Target {
  readonly atLeast?: number
  readonly atMost?: number
  readonly text: string
}

const least = (ratio: number, of: string): Target => ({
  atLeast: ratio,
  text: `≥ ${ratio} of ${of}`,
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
}
