import { describe, expect, it } from 'vitest'
import type { KeyId } from '#base'
import { type Action, demand, may, type Principal, RightMissing, rightWords } from './index.js'

const author = 'a'.repeat(27) as KeyId
const friend = 'b'.repeat(27) as KeyId
const stranger = 'c'.repeat(27) as KeyId
const actions: Action[] = ['list', 'read', 'readCur', 'write', 'backup', 'release', 'grant']

const who = (user: KeyId | undefined, change: Partial<Principal> = {}): Principal => ({
  user,
  alsoOwns: [],
  app: undefined,
  granted: [],
  ...change,
})
const unit = (word: number, entries: Parameters<typeof may>[2]['rights']['entries'] = []) => ({
  mid: 'm',
  author,
  app: 'own-app',
  rights: { word, entries },
})
const allowed = (principal: Principal, asked: ReturnType<typeof unit>): string =>
  actions.filter((action) => may(principal, action, asked)).join(' ')

describe('rights', () => {
  it('let the author do everything, whatever the word says', () => {
    expect(allowed(who(author), unit(rightWords.closed))).toBe(actions.join(' '))
    expect(allowed(who(friend, { alsoOwns: [author] }), unit(rightWords.closed))).toBe(
      actions.join(' '),
    )
  })

  it.each([
    ['closed', ''],
    ['readable', 'list read'],
    ['open', 'list read readCur'],
    ['writable', 'list read readCur write'],
  ] as const)('%s gives everyone: %s', (name, expected) => {
    for (const principal of [who(undefined), who(stranger), who(author, { app: 'other-app' })]) {
      expect(allowed(principal, unit(rightWords[name]))).toBe(expected)
    }
  })

  it('follow entries for named keys', () => {
    const asked = unit(rightWords.closed, [{ key: friend, may: ['read', 'write'] }])
    expect(allowed(who(friend), asked)).toBe('list read readCur write')
    expect(allowed(who(stranger), asked)).toBe('')
    expect(allowed(who(undefined), asked)).toBe('')
  })

  it('keep an app to its own units and to those opened to it', () => {
    expect(allowed(who(author, { app: 'own-app' }), unit(rightWords.closed))).toBe(
      actions.join(' '),
    )
    expect(allowed(who(author, { app: 'other-app' }), unit(rightWords.closed))).toBe('')
    expect(allowed(who(author, { app: 'other-app', granted: ['m'] }), unit(0))).toBe(
      actions.filter((action) => action !== 'grant').join(' '),
    )
  })

  it('say who may not do what', () => {
    expect(() => demand(who(undefined), 'write', unit(rightWords.readable))).toThrow(RightMissing)
    expect(() => demand(who(stranger), 'read', unit(rightWords.closed))).toThrow(/may not read/)
    expect(() => demand(who(author), 'grant', unit(rightWords.closed))).not.toThrow()
  })
})
