/** What a node says about itself. Facts are plain JSON and never hold secrets. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  debug(message: string, facts?: LogFacts): void
  info(message: string, facts?: LogFacts): void
  warn(message: string, facts?: LogFacts): void
  error(message: string, facts?: LogFacts): void
  /** The same log, its lines marked with the part that speaks. */
  named(part: string): Log
}
