/**
 * The link to a node: JSON-RPC over one WebSocket that comes back by itself. Calls made while it is
 * down wait for it; calls under way when it breaks fail, for nobody knows whether they were done.
 */
import { fromJson, toJson } from '#base'
import type { ApiEvent, ApiProgress } from '#api'
import { CallTimedOut, ClientClosed, ConnectionLost, errorOf, NodeUnreachable } from './errors.js'

/** The part of a WebSocket that is used; browsers' own and the `ws` package both have it. */
export interface Socket {
  send(text: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
}

export type SocketMaker = new (address: string) => Socket

export type LinkState = 'connecting' | 'open' | 'closed'

export interface CallOptions {
  /** milliseconds without an answer or progress until the call fails; 0 for ever (60 seconds) */
  readonly timeout?: number
  readonly onProgress?: (progress: ApiProgress) => void
}

interface Waiting {
  readonly method: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly options: CallOptions
  timer: ReturnType<typeof setTimeout> | undefined
}

const defaultTimeout = 60_000
const firstPause = 250
const longestPause = 15_000

export class Link {
  private socket: Socket | undefined
  private state: LinkState = 'connecting'
  private readonly waiting = new Map<number, Waiting>()
  /** lines to send once the link is up */
  private queue: { id: number; line: string }[] = []
  private nextId = 1
  private pause = firstPause
  private retry: ReturnType<typeof setTimeout> | undefined
  private opened: { resolve: () => void; reject: (error: unknown) => void } | undefined

  constructor(
    private readonly address: string,
    private readonly make: SocketMaker,
    private readonly onEvent: (subscription: string, event: ApiEvent) => void,
    private readonly onState: (state: LinkState) => void,
  ) {}

  /** Opens the link for the first time. @throws NodeUnreachable */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.opened = { resolve, reject }
      this.dial()
    })
  }

  /** @param sid session of this call @throws what the node throws, ConnectionLost, CallTimedOut */
  call(
    method: string,
    params: unknown,
    sid: string | undefined,
    options: CallOptions,
  ): Promise<unknown> {
    if (this.state === 'closed') return Promise.reject(new ClientClosed())
    const id = this.nextId++
    const line = toJson({
      jsonrpc: '2.0',
      id,
      method,
      params,
      ...(sid === undefined ? {} : { sid }),
    })
    return new Promise((resolve, reject) => {
      const call: Waiting = { method, resolve, reject, options, timer: undefined }
      this.waiting.set(id, call)
      this.watch(id, call)
      if (this.state === 'open') this.socket?.send(line)
      else this.queue.push({ id, line })
    })
  }

  close(): void {
    this.setState('closed')
    clearTimeout(this.retry)
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer)
      reject(new ClientClosed())
    }
    this.waiting.clear()
    this.queue = []
    this.socket?.close()
  }

  private setState(state: LinkState): void {
    if (this.state === state) return
    this.state = state
    this.onState(state)
  }

  private dial(): void {
    const socket = new this.make(`${this.address.replace(/^http/, 'ws')}/rpc`)
    this.socket = socket
    socket.addEventListener('open', () => this.whenOpen())
    socket.addEventListener('message', ({ data }) => this.take(String(data)))
    // Errors are always followed by a close.
    socket.addEventListener('error', () => undefined)
    socket.addEventListener('close', () => {
      if (this.socket === socket) this.whenGone()
    })
  }

  private whenOpen(): void {
    this.pause = firstPause
    this.setState('open')
    const lines = this.queue
    this.queue = []
    for (const { id, line } of lines) if (this.waiting.has(id)) this.socket?.send(line)
    this.opened?.resolve()
    this.opened = undefined
  }

  private whenGone(): void {
    this.socket = undefined
    if (this.state === 'closed') return
    if (this.opened !== undefined) {
      const { reject } = this.opened
      this.opened = undefined
      this.close()
      reject(new NodeUnreachable(this.address))
      return
    }
    this.setState('connecting')
    const queued = new Set(this.queue.map(({ id }) => id))
    for (const [id, call] of this.waiting) {
      if (!queued.has(id)) this.settle(id, call, () => call.reject(new ConnectionLost(call.method)))
    }
    this.retry = setTimeout(() => this.dial(), this.pause * (0.5 + Math.random()))
    this.pause = Math.min(this.pause * 2, longestPause)
  }

  private watch(id: number, call: Waiting): void {
    const millis = call.options.timeout ?? defaultTimeout
    clearTimeout(call.timer)
    if (millis === 0) return
    call.timer = setTimeout(() => {
      this.settle(id, call, () => call.reject(new CallTimedOut(call.method, millis)))
    }, millis)
  }

  private settle(id: number, call: Waiting, how: () => void): void {
    clearTimeout(call.timer)
    this.waiting.delete(id)
    how()
  }

  private take(text: string): void {
    const message = fromJson(text) as unknown as Record<string, unknown>
    if (message.method === 'event') {
      const { subscription, ...event } = message.params as { subscription: string } & ApiEvent
      this.onEvent(subscription, event as ApiEvent)
      return
    }
    if (message.method === 'progress') {
      const progress = message.params as ApiProgress
      const call = this.waiting.get(Number(progress.id))
      if (call === undefined) return
      this.watch(Number(progress.id), call)
      call.options.onProgress?.(progress)
      return
    }
    const id = Number(message.id)
    const call = this.waiting.get(id)
    if (call === undefined) return
    const error = message.error as { message?: unknown; data?: unknown } | undefined
    this.settle(id, call, () => {
      if (error === undefined) call.resolve(message.result)
      else call.reject(errorOf(error.message, error.data))
    })
  }
}
