import { describe, expect, it } from 'vitest'
import { failureText, helpText, marksText, parseCommand, seedsOf } from './command.js'
import { scenarioOf } from './simulate.js'
import { toyCast } from './toy.contract.js'

const read = (line: string) => parseCommand(line.split(' ').filter((word) => word !== ''))

describe('the command', () => {
  it('reads its options', () => {
    const command = read('--seed 7 --domains 2 --nodes 7 --pulses 9 --faults crash,rot --real')
    expect(command).toMatchObject({
      seed: '7',
      seeds: 1,
      wishes: { domains: 2, nodes: 7, pulses: 9, faults: ['crash', 'rot'], signatures: 'real' },
    })
    expect(read('--faults none').wishes.faults).toEqual([])
    expect(read('--faults all').wishes.faults).toBeUndefined()
  })

  it.each([
    ['--sed 1', /no option --sed; choose among --seed/],
    ['--domains four', /--domains four is no whole number/],
    ['--faults rain', /no fault rain; choose among partition/],
    ['--seed', /--seed has no value/],
    ['--trace --json', /--trace has no value/],
  ])('says what is wrong with %s', (line, message) => {
    expect(() => read(line)).toThrow(message)
  })

  it('counts seeds on', () => {
    expect(seedsOf(read('--seed 5 --seeds 3'))).toEqual(['5', '6', '7'])
    expect(seedsOf(read('--seed night --seeds 2'))).toEqual(['night', 'night-1'])
  })

  it('tells every option and every fault in its help', () => {
    const help = helpText([{ name: 'liar', does: 'lies' }])
    for (const word of ['--replay', 'partition', 'rollback', 'liar: lies']) {
      expect(help).toContain(word)
    }
  })

  it('tells how to see a failure again', () => {
    const scenario = scenarioOf('8', { pulses: 3, faults: ['crash'] }, toyCast())
    const failure = { id: 'I1', what: 'I1: two', time: 1500, stack: '' }
    const text = failureText({ scenario, failure })
    expect(text).toContain('seed 8 fails at 1.500 s: I1: two')
    expect(text).toContain(`options: ${JSON.stringify(scenario)}`)
    expect(text).toContain('--seed 8 --domains 4 --nodes 4 --pulses 3 --clients 4 --faults crash')
  })

  it('lists rare paths', () => {
    expect(marksText({ b: 2, aa: 1 })).toBe('rare paths\n  aa  1\n  b   2\n')
    expect(marksText({})).toBe('')
  })
})

describe('a scenario', () => {
  it('is the same for the same seed and wishes', () => {
    const [one, other] = [0, 1].map(() => scenarioOf('9', {}, toyCast()))
    expect(one).toEqual(other)
    expect(scenarioOf('10', {}, toyCast())).not.toEqual(one)
  })

  it('never has more than f bad nodes in a committee', () => {
    const hostile = { name: 'liar', does: '', where: [], open: () => Promise.reject(new Error()) }
    const cast = { ...toyCast(), hostile: [hostile] }
    const damaging = new Set(['rot', 'misdirected', 'unreadable', 'rollback', 'lost-disk'])
    for (let seed = 0; seed < 300; seed++) {
      const scenario = scenarioOf(String(seed), { nodes: 4 + (seed % 2) * 3 }, cast)
      const bad = new Set([
        ...scenario.hostile.map(({ node }) => node),
        ...scenario.faults.flatMap((f) => ('node' in f && damaging.has(f.kind) ? [f.node] : [])),
      ])
      for (let committee = 0; committee <= scenario.domains; committee++) {
        const count = [...bad].filter(
          (node) => Math.floor(node / scenario.nodes) === committee,
        ).length
        expect(count).toBeLessThanOrEqual(Math.floor((scenario.nodes - 1) / 3))
      }
    }
  })

  it('refuses sizes that make no sense', () => {
    expect(() => scenarioOf('1', { domains: 0 }, toyCast())).toThrow(/0 is no number of domains/)
  })

  it('has only the faults that were asked for', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { faults, hostile } = scenarioOf(String(seed), { faults: ['pause'] }, toyCast())
      expect(faults.every(({ kind }) => kind === 'pause')).toBe(true)
      expect(hostile).toEqual([])
    }
  })
})
