import { describe, expect, it } from 'vitest'
import { glob } from './glob.js'

describe('patterns', () => {
  it.each([
    ['', 'anything', true],
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['a*', 'a', true],
    ['*a*b', 'xaxxb', true],
    ['*a*b', 'xaxxbc', false],
    ['a?c', 'aжc', true],
    ['a?c', 'a🦊c', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[^a-c]x', 'dx', true],
    ['[^a-c]x', 'ax', false],
    ['[z-x]', 'y', true],
    ['[а-я]*', 'жук', true],
    ['[abc', '[abc', true],
    ['[a\\]b]', ']', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a\\', 'a\\', true],
    ['[-a]', '-', true],
    ['[a-]', '-', true],
    ['**', '', true],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(glob(pattern).matches(text)).toBe(expected)
  })

  it('know what every match begins with', () => {
    expect(['user:*', 'us?r', '*', 'whole', 'a\\*b*', '[ab]'].map((p) => glob(p).prefix)).toEqual([
      'user:',
      'us',
      '',
      'whole',
      'a*b',
      '',
    ])
  })

  it('cost no more than pattern times text', () => {
    const pattern = `${'*a'.repeat(500)}b`
    expect(glob(pattern).matches('a'.repeat(1024))).toBe(false)
    expect(glob(`${'a*'.repeat(500)}`).matches('a'.repeat(1024))).toBe(true)
  })
})
