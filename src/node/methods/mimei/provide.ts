import type { Mid } from '#base'
import type { Handler } from '../../node.js'
import type { Parts } from '../../parts.js'
import { newest } from '../../shown.js'
import { reportSync } from '../../sync-report.js'

/** A unit that is here is provided as it is, also while nobody else has it. */
export const mimeiProvide =
  ({ units, network }: Pick<Parts, 'units' | 'network'>): Handler<'mimei.provide'> =>
  async ({ mid, from, passport }, { progress, signal }) => {
    const { flow } = await network.ready()
    try {
      await flow.sync(mid as Mid, { from, passport, onProgress: reportSync(progress), signal })
    } catch (error) {
      if (!units.has(mid) || signal?.aborted === true) throw error
    }
    await flow.provide(mid as Mid)
    return { mid, version: newest(units.get(mid))?.number ?? 0 }
  }
