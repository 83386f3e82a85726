/** One channel to one peer: questions of both sides, many at a time. */
import type { CID } from '#base'
import type { Block } from '#blocks'
import { type Channel, type Clock, type Peer, WireClosed } from '#world'
import { PeerMisbehaved, PeerSilent, SyncRefused } from './errors.js'
import { type Answer, decodeFrame, encodeFrame, type Frame, type Question } from './frames.js'

/** What the other side is told of a unit. */
export interface HeadAnswer {
  readonly record: Uint8Array | undefined
  /** holds it for others too */
  readonly provides: boolean
}

/** Answers questions; what it throws ends the link. */
export type Answerer = (link: Link, question: Question) => void

interface Waiting {
  /** true when this was the last frame */
  readonly take: (answer: Answer) => boolean | Promise<boolean>
  readonly fail: (error: Error) => void
}

/** milliseconds to wait for the next frame of an answer with blocks */
const stallMillis = 20_000

const isAnswer = (frame: Frame): frame is Answer =>
  frame.type === 'head' ||
  frame.type === 'blocks' ||
  frame.type === 'end' ||
  frame.type === 'refuse'

export class Link {
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 0
  private over: Error | undefined

  constructor(
    private readonly channel: Channel,
    private readonly clock: Clock,
    private readonly answer: Answerer,
  ) {}

  get peer(): Peer {
    return this.channel.peer
  }

  get isOpen(): boolean {
    return this.over === undefined
  }

  /** Reads until the channel ends. @throws PeerMisbehaved, WireClosed */
  async run(): Promise<void> {
    let error: Error = new WireClosed('the peer ended the link')
    try {
      for await (const message of this.channel.messages()) {
        const frame = decodeFrame(message)
        if (frame === undefined) throw new PeerMisbehaved(this.peer.name, 'sent no valid frame')
        if (isAnswer(frame)) await this.take(frame)
        else this.answer(this, frame)
      }
    } catch (thrown) {
      error = thrown as Error
      throw thrown
    } finally {
      this.end(error)
      await this.channel.close()
    }
  }

  /** Resolves when the wire takes more. @throws WireClosed */
  send(frame: Frame): Promise<void> {
    return this.channel.send(encodeFrame(frame))
  }

  async close(): Promise<void> {
    this.end(new WireClosed('this node ended the link'))
    await this.channel.close()
  }

  /** @throws SyncRefused, PeerSilent, WireClosed */
  askHead(
    mid: string,
    millis: number,
    { passport, watch = false }: { passport?: string; watch?: boolean } = {},
  ): Promise<HeadAnswer> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      const stop = this.clock.after(millis, () => fail(new PeerSilent(this.peer.name, millis)))
      const fail = (error: Error): void => {
        stop()
        this.waiting.delete(id)
        reject(error)
      }
      const take = (answer: Answer): boolean => {
        if (answer.type === 'refuse') fail(new SyncRefused(mid, answer.message))
        else if (answer.type !== 'head') throw this.unexpected(answer)
        else resolve({ record: answer.record ?? undefined, provides: answer.provides })
        stop()
        return true
      }
      this.ask({ type: 'ask', id, mid, passport: passport ?? null, watch }, { take, fail })
    })
  }

  /**
   * Asks for blocks; they come in groups, in any order, unverified.
   * @param onBlocks the link reads on when it resolves, so it can hold the sender
   * @returns what the peer does not have or does not give
   * @throws SyncRefused, PeerSilent, WireClosed, the signal's reason, and what `onBlocks` throws
   */
  want(
    mid: string,
    cids: readonly CID[],
    onBlocks: (blocks: readonly Block[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<readonly CID[]> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      let stop = (): void => undefined
      const cancel = (error: Error): void => {
        this.send({ type: 'cancel', id }).catch(() => undefined)
        fail(error)
      }
      const watchdog = (): void => {
        stop()
        const silent = new PeerSilent(this.peer.name, stallMillis)
        stop = this.clock.after(stallMillis, () => cancel(silent))
      }
      const onAbort = (): void => cancel(signal.reason as Error)
      signal.addEventListener('abort', onAbort)
      const settle = (): void => {
        stop()
        signal.removeEventListener('abort', onAbort)
      }
      const fail = (error: Error): void => {
        settle()
        this.waiting.delete(id)
        reject(error)
      }
      const take = async (answer: Answer): Promise<boolean> => {
        watchdog()
        if (answer.type === 'blocks') {
          await onBlocks(answer.blocks).catch(fail)
          return false
        }
        settle()
        if (answer.type === 'refuse') fail(new SyncRefused(mid, answer.message))
        else if (answer.type === 'end') resolve(answer.missing)
        else throw this.unexpected(answer)
        return true
      }
      watchdog()
      this.ask({ type: 'want', id, mid, cids }, { take, fail })
    })
  }

  private ask(question: Question & { readonly id: number }, waiting: Waiting): void {
    if (this.over !== undefined) return waiting.fail(this.over)
    this.waiting.set(question.id, waiting)
    this.send(question).catch(waiting.fail)
  }

  private async take(answer: Answer): Promise<void> {
    // An answer that nobody waits for any more came too late.
    const waiting = this.waiting.get(answer.id)
    if (waiting !== undefined && (await waiting.take(answer))) this.waiting.delete(answer.id)
  }

  private unexpected(answer: Answer): PeerMisbehaved {
    return new PeerMisbehaved(this.peer.name, `answered with "${answer.type}" to another question`)
  }

  private end(error: Error): void {
    if (this.over !== undefined) return
    this.over = error
    for (const { fail } of [...this.waiting.values()]) fail(error)
    this.waiting.clear()
  }
}
