/** Records a run for the page that shows it: `--trace out.html`. */
import type { Notice } from '#bookkeeper'
import type { Arena, NodeView, Observer, ObserverMaker, Place } from './checker.js'
import type { Summary } from './command.js'
import { picturePage } from './picture-page.js'
import type { Fault } from './scenario.js'

/** Messages that one page shows at most: browsers draw no more in a moment. */
const mostMessages = 400_000

interface Mark {
  /** milliseconds */
  readonly at: number
  readonly node: number
  /** what it looks like: 'pulse' | 'block' | 'crash' | 'start' | 'mark' | 'evidence' | 'stuck' */
  readonly look: string
  readonly text: string
}

/** What the page gets, as JSON. */
export interface Recording {
  readonly rows: readonly { readonly name: string; readonly isHonest: boolean }[]
  readonly kinds: readonly string[]
  /** sent, arrived (-1: lost), from, to, kind: one after the other */
  readonly messages: readonly number[]
  readonly marks: readonly Mark[]
  readonly faults: readonly {
    readonly kind: string
    readonly at: number
    readonly until: number
    readonly nodes: readonly number[]
  }[]
  readonly isCut: boolean
}

export interface Recorder {
  readonly observer: ObserverMaker
  /** the page of what was recorded last */
  page(summary: Summary): string
}

export function recorder(): Recorder {
  let recording: Recording | undefined
  return {
    observer(arena) {
      const made = record(arena)
      recording = made.recording
      return made.observer
    },
    page(summary) {
      if (recording === undefined) throw new RangeError('nothing was played')
      return picturePage(summary, recording)
    },
  }
}

function record(arena: Arena): { observer: Observer; recording: Recording } {
  const kinds: string[] = []
  const messages: number[] = []
  const marks: Mark[] = []
  const faults: Recording['faults'][number][] = []
  const round = (time: number): number => Math.round(time * 10) / 10
  const mark = ({ index }: NodeView, look: string, text: string): void => {
    marks.push({ at: round(arena.time), node: index, look, text })
  }
  const recording = {
    get rows() {
      return arena.nodes.map((node) => ({ name: titleOf(node), isHonest: node.isHonest }))
    },
    kinds,
    messages,
    marks,
    faults,
    get isCut() {
      return messages.length >= 5 * mostMessages
    },
  }
  const observer: Observer = {
    name: 'picture',
    sent({ from, to, message, arrivals }) {
      const [sender, receiver] = [arena.node(from), arena.node(to)]
      if (sender === undefined || receiver === undefined || recording.isCut) return
      let kind = kinds.indexOf(message.kind)
      if (kind < 0) kind = kinds.push(message.kind) - 1
      for (const arrival of arrivals.length === 0 ? [-1] : arrivals) {
        messages.push(round(arena.time), round(arrival), sender.index, receiver.index, kind)
      }
    },
    told(node, place, notice) {
      const said = wordsOf(place, notice)
      if (said !== undefined) mark(node, ...said)
    },
    crashed: (node, why) => mark(node, 'crash', `down: ${why}`),
    restarted: (node) => mark(node, 'start', 'up again'),
    fault(fault, begins) {
      if (begins) faults.push(spanOf(fault))
    },
    healed: () => void faults.push(healedMark(arena)),
  }
  return { observer, recording }
}

const healedMark = ({ time }: Arena): Recording['faults'][number] => ({
  kind: 'healed',
  at: time,
  until: time,
  nodes: [],
})

const spanOf = (fault: Fault): Recording['faults'][number] => ({
  kind: fault.kind,
  at: fault.at,
  until: fault.until,
  nodes: 'node' in fault ? [fault.node] : [...fault.nodes, ...(fault.others ?? [])],
})

function titleOf({ index, places }: NodeView): string {
  const seats = places.filter(({ kind }) => kind === 'root' || kind === 'branch')
  if (seats.length === 0) return `${index} client`
  const names = seats.map(({ kind, prefix }) => (kind === 'root' ? 'root' : prefix))
  return `${index} ${names.join(' ')}`
}

const hexOf = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function wordsOf({ kind, prefix }: Place, notice: Notice): [string, string] | undefined {
  switch (notice.kind) {
    case 'pulse':
      if (kind !== 'root') return undefined
      return ['pulse', `pulse ${notice.pulse} ${hexOf(notice.hash)}`]
    case 'finalized':
      return ['block', `block ${notice.height} of "${prefix}" ${hexOf(notice.hash)}`]
    case 'evidence':
      return ['evidence', `evidence against ${notice.node}: ${notice.what}`]
    case 'reached':
      return ['mark', notice.mark]
    case 'stuck':
      return ['stuck', `stuck: ${notice.what}`]
    case 'refused':
      return ['mark', `refused: ${notice.code}`]
    default:
      return undefined
  }
}
