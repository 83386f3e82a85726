import { LeitherError } from '#base'

/** The command line itself is wrong: exit status 2. */
export class UsageError extends LeitherError {
  constructor(message: string) {
    super('USAGE', 'bad-input', message)
  }
}

export class NodeNotRunning extends LeitherError {
  constructor(home: string) {
    super('NODE_NOT_RUNNING', 'unavailable', `no node runs on ${home}; run \`leither start\``, {
      home,
    })
  }
}

export class HomeInUse extends LeitherError {
  constructor(home: string, pid: number) {
    const message =
      `a node runs on ${home} already (process ${pid}); ` + 'stop it, or choose another --home'
    super('HOME_IN_USE', 'conflict', message, { home, pid })
  }
}

export class NoNodeHere extends LeitherError {
  constructor(home: string) {
    const message = `there is no node in ${home}; \`leither start\` makes one, --home names another`
    super('NO_NODE_HERE', 'not-found', message, { home })
  }
}

export class FileUnusable extends LeitherError {
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super('FILE_UNUSABLE', 'bad-input', `${file} cannot be used: ${reason}`, { file }, { cause })
  }
}

export class NotBuilt extends LeitherError {
  constructor(what: string) {
    super('NOT_BUILT', 'unavailable', `${what} is not built; run \`npm run build\``)
  }
}
