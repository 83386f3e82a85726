import { command } from '../command.js'
import { UsageError } from '../errors.js'
import { wholeNumber } from '../parse.js'
import type { Running } from '../run-node.js'

const defaultPort = 4800

const signals = ['SIGINT', 'SIGTERM'] as const

/** Waits until somebody wants the node to stop; a second signal ends the process at once. */
function stopped(running: Running): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (): void => {
      if (asked) process.exit(1)
      asked = true
      resolve()
    }
    for (const signal of signals) process.on(signal, stop)
    running.onStop(resolve)
  })
}

function greeting({ address, id, claimed, claimCode }: Running, version: string): string {
  const claim = claimed
    ? []
    : [
        '  It has no owner yet: open the address and choose a name.',
        `  From another machine that asks for a code: ${claimCode}`,
      ]
  return [
    `  Leither ${version}   node ${id}`,
    `  Your desktop:   ${address}/`,
    ...claim,
    '  Stop it with Ctrl-C.',
  ].join('\n')
}

export const start = command({
  name: 'start',
  describe: 'Starts a node and prints the address of its web desktop.',
  args: [],
  examples: [
    'leither start',
    'leither start --home ~/second --port 4900 --bootstrap /ip4/192.168.1.5/tcp/4801',
  ],
  options: {
    port: {
      type: 'string',
      value: 'N',
      describe: 'port of the desktop and the API (4800); 0 for any',
    },
    host: {
      type: 'string',
      value: 'IP',
      describe: 'IP address to listen on (127.0.0.1: this machine only); 0.0.0.0 for all',
    },
    name: {
      type: 'string',
      multiple: true,
      value: 'HOST',
      describe: 'a further host name that the node answers to',
    },
    bootstrap: {
      type: 'string',
      multiple: true,
      value: 'ADDR',
      describe: 'address of a node to join, such as /ip4/192.168.1.5/tcp/4801',
    },
    'wire-port': {
      type: 'string',
      value: 'N',
      describe: 'port for other nodes (the port after that of the desktop); 0 for any',
    },
    'wire-host': {
      type: 'string',
      value: 'IP',
      describe: 'IP address to listen on for other nodes (0.0.0.0: all; every byte is verified)',
    },
    'no-mdns': { type: 'boolean', describe: 'do not look for nodes on the local network' },
    'no-network': { type: 'boolean', describe: 'keep the node to itself' },
    foreground: { type: 'boolean', describe: 'stay in this terminal; the default' },
  },
  async run({ home, options, answer, terminal }) {
    const ports = { min: 0, max: 65_535 }
    const port = wholeNumber('--port', options.port ?? `${defaultPort}`, ports)
    const wirePort =
      options['wire-port'] === undefined
        ? port === 0
          ? 0
          : port + 1
        : wholeNumber('--wire-port', options['wire-port'], ports)
    if (wirePort === port && port !== 0) {
      throw new UsageError('--port and --wire-port are the same; choose two')
    }
    const { runNode } = await import('../run-node.js')
    const { version } = await import('../version.js')
    const running = await runNode({
      home,
      port,
      host: options.host ?? '127.0.0.1',
      names: options.name ?? [],
      network: options['no-network'] !== true,
      wireHost: options['wire-host'] ?? '0.0.0.0',
      wirePort,
      bootstrap: options.bootstrap ?? [],
      mdns: options['no-mdns'] !== true,
    })
    const { id, address, claimed, claimCode } = running
    const code = claimed ? {} : { claimCode }
    const json = { id, address, port: running.port, pid: process.pid, home, claimed, ...code }
    const end = stopped(running)
    // A promise that nobody hears must not take the node down with it; an error in the middle of
    // something does, and the store is made for that.
    process.on('unhandledRejection', (reason) => {
      running.log.error('a promise failed unheard', { reason: String(reason) })
    })
    answer({ json, text: greeting(running, version) })
    let ending = false
    running.joined.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      if (!ending) terminal.note(`no network: ${reason}`)
    })
    await end
    ending = true
    await running.close()
  },
})
