import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { methods } from '#api'
import { commonOptions } from './command.js'
import { allCommands, findCommand } from './commands.js'
import { databaseNames } from './commands/db.js'
import { UsageError } from './errors.js'
import { commandHelp, referencePage } from './help.js'
import { parseWords } from './parse.js'

const commands = await allCommands()

describe('every command', () => {
  it('has a name of its own, a sentence, and examples that its own rules accept', async () => {
    const names = commands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const command of commands) {
      expect(command.describe).toMatch(/^[A-Z].*\.$/)
      expect(command.examples.length).toBeGreaterThan(0)
      for (const example of command.examples) {
        const [call] = example.split('| ').slice(-1)
        const words = [...call.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) =>
          word.replace(/^(['"])(.*)\1$/, '$2'),
        )
        expect(words[0]).toBe('leither')
        const found = await findCommand(words.slice(1))
        expect(found.command.name).toBe(command.name)
        parseWords(found.command, found.rest)
      }
    }
  })

  it('has help with an example and all its options', () => {
    for (const command of commands) {
      const help = commandHelp(command)
      expect(help).toContain(command.examples[0])
      for (const option of [...Object.keys(command.options), ...Object.keys(commonOptions)]) {
        expect(help).toContain(`--${option}`)
      }
    }
  })

  it('stands in the reference page as it is', () => {
    const file = new URL('../../docs/reference/cli.md', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(`${referencePage(commands)}\n`)
  })
})

describe('the database commands', () => {
  it('are all methods of the contract but those of transactions, which live in one session', () => {
    const inContract = Object.keys(methods)
      .filter((name) => name.startsWith('db.'))
      .map((name) => name.slice(3))
      .filter((name) => !['begin', 'commit', 'rollback'].includes(name))
    expect([...databaseNames].sort()).toEqual(inContract.sort())
  })
})

describe('a command line', () => {
  const find = async (words: string) => {
    const { command, rest } = await findCommand(words.split(' '))
    return parseWords(command, rest)
  }

  it('is read with options anywhere and negative numbers as arguments', async () => {
    const line = 'db zrange --json MID key 0 -1 --reverse --home /x'
    const { args, options } = await find(line)
    expect(args).toEqual(['MID', 'key', '0', '-1'])
    expect(options).toMatchObject({ json: true, reverse: true, home: '/x' })
  })

  it('is read with ids that begin with a dash', async () => {
    const id = '-A2RahSmq4t4eow-JKqQ-ydmiuj'
    expect((await find(`mimei show ${id}`)).args).toEqual([id])
    expect((await find(`mimei get ${id}:3 a.txt`)).args).toEqual([`${id}:3`, 'a.txt'])
    const { options } = await find(`passport --key me.key --node ${id}`)
    expect(options).toMatchObject({ key: 'me.key', node: id })
  })

  it('is refused where it is wrong', async () => {
    const wrong = [
      'nonsense',
      'mimei nonsense',
      'mimei show',
      'mimei show A B',
      'mimei show MID --nonsense',
      'start --port',
      'start extra',
      '__proto__',
      'constructor x',
      'db',
      'db nonsense MID',
    ]
    for (const line of wrong) await expect(find(line), line).rejects.toBeInstanceOf(UsageError)
  })
})
