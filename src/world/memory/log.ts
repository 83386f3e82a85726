import type { Log, LogFacts, LogLevel } from '../log.js'

export interface LogLine {
  readonly level: LogLevel
  readonly part: string
  readonly message: string
  readonly facts: LogFacts
}

/** A log that keeps its lines, for tests and simulators. */
export function memoryLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const speak = (part: string): Log => {
    const at =
      (level: LogLevel) =>
      (message: string, facts: LogFacts = {}): void => {
        lines.push({ level, part, message, facts })
      }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      named: (inner) => speak(part === '' ? inner : `${part}/${inner}`),
    }
  }
  return Object.assign(speak(''), { lines })
}
