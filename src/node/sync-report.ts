import type { SyncProgress } from '#network'
import type { CallContext } from './node.js'

/** Turns the flow's progress into that of a call. */
export const reportSync =
  (report: CallContext['progress']) =>
  ({ doneBytes, totalBytes, providers }: SyncProgress): void => {
    const note = `from ${providers} node${providers === 1 ? '' : 's'}`
    report?.({ done: doneBytes, total: totalBytes, unit: 'bytes', note })
  }
