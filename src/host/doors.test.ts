import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { handClock, type LogLevel } from '#world'
import { clockContract } from '../world/clock.contract.js'
import { logContract, type ReadLine } from '../world/log.contract.js'
import { randomContract } from '../world/random.contract.js'
import { systemClock } from './clock.js'
import { fileLog, formatLine, silentLog } from './log.js'
import { systemRandom } from './random.js'

const dirs: string[] = []
function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'leither-log-'))
  dirs.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true })
})

clockContract('system clock', () => {
  const clock = systemClock()
  const pass = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      clock.after(millis, resolve)
    })
  return { clock, pass }
})

it('the system clock stands still while the system goes back', () => {
  const clock = systemClock()
  const system = vi.spyOn(Date, 'now')
  try {
    const now = clock.now()
    system.mockReturnValue(now - 60_000)
    expect(clock.now()).toBe(now)
    system.mockReturnValue(now + 1)
    expect(clock.now()).toBe(now + 1)
  } finally {
    system.mockRestore()
  }
})

randomContract('system random', systemRandom)

function readLine(line: string): ReadLine {
  const [, , level, part, message, rest] = /^(\S+) (\w+) (\S+) (\w+)(.*)$/.exec(line) ?? []
  const facts = [...rest.matchAll(/ (\w+)=(\S+)/g)].map(([, name, value]) => [name, value])
  return {
    level: level as LogLevel,
    part: part === '-' ? '' : part,
    message,
    facts: Object.fromEntries(facts) as Record<string, string>,
  }
}

logContract('file log', () => {
  const dir = newDir()
  const log = fileLog({ dir, clock: systemClock(), level: 'debug' })
  const read = (): string[] => readFileSync(join(dir, 'leither.log'), 'utf8').trimEnd().split('\n')
  return { log, lines: () => read().map(readLine), end: () => log.close() }
})

it('a line holds time, level, part, message and facts, and stays one line', () => {
  const facts = {
    a: 'b c',
    n: 1,
    odd: 'x\ny="1"',
    password: 'hunter2',
    accessToken: 't',
    gone: undefined,
  }
  const line = formatLine(0, 'warn', 'disk', 'two\nlines\u2028', facts)
  expect(line).toBe(
    '1970-01-01T00:00:00.000Z warn disk two\\u000alines\\u2028' +
      ' a="b c" n=1 odd="x\\ny=\\"1\\"" password=*** accessToken=***\n',
  )
})

it('a file log leaves out what is below its level', () => {
  const dir = newDir()
  const log = fileLog({ dir, clock: handClock(), level: 'warn' })
  log.info('no')
  log.warn('yes')
  log.close()
  log.error('after its end')
  expect(readFileSync(join(dir, 'leither.log'), 'utf8')).toMatch(/^\S+ warn - yes\n$/)
  expect(statSync(join(dir, 'leither.log')).mode & 0o777).toBe(0o600)
})

it('a file log speaks on stderr too when asked', () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const log = fileLog({ dir: newDir(), clock: handClock(0), stderr: 'error' })
    log.warn('no')
    log.error('yes')
    log.close()
    expect(written.mock.calls).toEqual([['1970-01-01T00:00:00.000Z error - yes\n']])
  } finally {
    written.mockRestore()
  }
})

it('a file log begins new files and keeps the last ones, also over restarts', () => {
  const dir = newDir()
  for (let i = 0; i < 30; i++) {
    const log = fileLog({ dir, clock: handClock(), fileBytes: 100, keep: 2 })
    log.info(`line ${i}`)
    log.close()
  }
  expect(readdirSync(dir).sort()).toEqual(['leither.log', 'leither.log.1', 'leither.log.2'])
  const texts = ['leither.log.2', 'leither.log.1', 'leither.log'].map((name) =>
    readFileSync(join(dir, name), 'utf8'),
  )
  const numbers = [...texts.join('').matchAll(/line (\d+)/g)].map(([, number]) => Number(number))
  expect(numbers.at(-1)).toBe(29)
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0] + i))
})

it('a log that cannot be written does not stop who speaks', () => {
  const dir = newDir()
  const log = fileLog({ dir, clock: handClock() })
  rmSync(dir, { recursive: true })
  log.error('lost')
  log.close()
  dirs.splice(dirs.indexOf(dir), 1)
  const silent = silentLog()
  silent.named('a').info('nothing', { a: 1 })
})
