import { systemClock } from '#host'
import { memoryNetwork } from '#world'
import { flowContract } from './flow.contract.js'

flowContract('memory', () => {
  const network = memoryNetwork()
  return { join: async (records) => network.join({ records }), clock: systemClock() }
})
