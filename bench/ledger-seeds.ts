/** Seeds of the simulator: how long a range takes, and that a seed played again is the same run. */
import { spawnSync } from 'node:child_process'
import { figure, type Figure } from './figure.js'

interface Line {
  readonly seed?: string
  readonly trace?: string
  readonly failure?: unknown
}

function simulate(...words: readonly string[]): readonly Line[] {
  const args = ['bin/simulate.js', '--domains', '4', '--nodes', '4', '--pulses', '60', '--json']
  const { status, stdout } = spawnSync(process.execPath, [...args, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`a seed failed: ${stdout.slice(-2000)}`)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
}

export async function ledgerSeedFigures(isQuick: boolean): Promise<readonly Figure[]> {
  const seeds = isQuick ? 20 : 200
  const began = performance.now()
  const lines = simulate('--seed', '1', '--seeds', String(seeds), '--faults', 'all')
  const seconds = (performance.now() - began) / 1000
  const first = lines.find(({ seed }) => seed === '1')
  const [again] = simulate('--seed', '1', '--faults', 'all')
  if (first?.trace === undefined || first.trace !== again.trace) {
    throw new Error(`seed 1 has the trace ${first?.trace}, and played again ${again.trace}`)
  }
  return [figure(isQuick ? 'simulate-20' : 'simulate-200', seconds, 's', (180 * seeds) / 200)]
}
