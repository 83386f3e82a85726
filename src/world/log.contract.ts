/** What every Log keeps. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log, LogLevel } from './log.js'

/** A line as a reader finds it: `facts` as texts, such as `{ count: '3' }`. */
export interface ReadLine {
  readonly level: LogLevel
  readonly part: string
  readonly message: string
  readonly facts: Readonly<Record<string, string>>
}

export interface LogUnderTest {
  readonly log: Log
  /** All that was said, oldest first. */
  lines(): ReadLine[]
  end(): void
}

/** @param make makes an empty log that takes every level */
export function logContract(name: string, make: () => LogUnderTest): void {
  describe(name, () => {
    let subject: LogUnderTest
    beforeEach(() => {
      subject = make()
    })
    afterEach(() => subject.end())

    it('keeps what is said, in order, with its level', () => {
      const { log } = subject
      log.debug('one')
      log.info('two')
      log.warn('three')
      log.error('four')
      expect(subject.lines()).toEqual([
        { level: 'debug', part: '', message: 'one', facts: {} },
        { level: 'info', part: '', message: 'two', facts: {} },
        { level: 'warn', part: '', message: 'three', facts: {} },
        { level: 'error', part: '', message: 'four', facts: {} },
      ])
    })

    it('keeps facts of every kind, without those that are undefined', () => {
      subject.log.info('facts', { text: 'a', count: 3, yes: true, none: null, left: undefined })
      const [{ facts }] = subject.lines()
      expect(facts).toEqual({ text: 'a', count: '3', yes: 'true', none: 'null' })
    })

    it('marks lines with the part that speaks', () => {
      const network = subject.log.named('network')
      network.info('up')
      network.named('sync').warn('slow')
      subject.log.info('on')
      expect(subject.lines().map(({ part }) => part)).toEqual(['network', 'network/sync', ''])
    })
  })
}
