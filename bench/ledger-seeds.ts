/** Seeds of the simulator: how long a range takes, and that a seed played again is the same run. */
import { spawnSync } from 'node:child_process'
import { figure, type Figure } from './figure.js'

interface Range {
  readonly green: number
  readonly seeds: number
}

interface Run {
  readonly trace: string
}

function simulate(...words: readonly string[]): unknown {
  const args = ['bin/simulate.js', '--domains', '4', '--nodes', '4', '--pulses', '60', '--json']
  const { stdout } = spawnSync(process.execPath, [...args, '--faults', 'all', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return JSON.parse(stdout)
}

export async function ledgerSeedFigures(isQuick: boolean): Promise<readonly Figure[]> {
  const count = isQuick ? 20 : 200
  const began = performance.now()
  const { green, seeds } = simulate('--seed', '1', '--seeds', String(count)) as Range
  const seconds = (performance.now() - began) / 1000
  const [first, again] = [1, 2].map(() => (simulate('--seed', '1') as Run).trace)
  if (first !== again) throw new Error(`seed 1 has the trace ${first}, and played again ${again}`)
  return [
    figure(isQuick ? 'simulate-20' : 'simulate-200', seconds, 's', (180 * count) / 200),
    figure('simulate-green', green, 'seeds', seeds),
  ]
}
