/**
 * Markdown as people write it in notes: headings, lists, quotes, code, emphasis, links. It makes
 * elements, never HTML text, so nothing in a file can run; images and raw HTML stay as text.
 */
import type { ComponentChildren } from 'preact'

const inlinePattern =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^)\s]+)\)/g

/** Only addresses that lead to pages: no `javascript:`. */
const isLink = (address: string): boolean => /^(https?:|mailto:)/i.test(address)

function inline(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = []
  let at = 0
  for (const match of text.matchAll(inlinePattern)) {
    const [whole, code, strong, strong2, soft, soft2, label, address] = match
    out.push(text.slice(at, match.index))
    if (code !== undefined) out.push(<code>{code}</code>)
    else if (strong !== undefined || strong2 !== undefined) out.push(<b>{strong ?? strong2}</b>)
    else if (soft !== undefined || soft2 !== undefined) out.push(<em>{soft ?? soft2}</em>)
    else if (isLink(address ?? '')) {
      out.push(
        <a href={address} target="_blank" rel="noreferrer">
          {label}
        </a>,
      )
    } else out.push(label)
    at = match.index + whole.length
  }
  out.push(text.slice(at))
  return out
}

interface Cursor {
  readonly lines: readonly string[]
  at: number
}

/** Takes the lines that match, from the cursor on. */
function take(cursor: Cursor, fits: (line: string) => boolean): string[] {
  const taken: string[] = []
  for (let line = cursor.lines[cursor.at]; line !== undefined && fits(line);) {
    taken.push(line)
    line = cursor.lines[++cursor.at]
  }
  return taken
}

const bullet = /^\s*[-*+]\s+/
const numbered = /^\s*\d+[.)]\s+/
const fence = /^\s*(```|~~~)/
const special = (line: string): boolean =>
  line.trim() === '' ||
  /^(#{1,6}\s|\s*>)/.test(line) ||
  bullet.test(line) ||
  numbered.test(line) ||
  fence.test(line)

function block(cursor: Cursor): ComponentChildren {
  const line = cursor.lines[cursor.at] ?? ''
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line)
  if (heading !== null) {
    cursor.at++
    const Level = `h${Math.min(6, (heading[1]?.length ?? 1) + 1)}` as 'h2'
    return <Level>{inline(heading[2] ?? '')}</Level>
  }
  if (fence.test(line)) {
    cursor.at++
    const code = take(cursor, (next) => !fence.test(next))
    cursor.at++
    return <pre>{code.join('\n')}</pre>
  }
  if (/^\s*([-*_]\s*){3,}$/.test(line)) {
    cursor.at++
    return <hr />
  }
  for (const [pattern, List] of [[bullet, 'ul'] as const, [numbered, 'ol'] as const]) {
    if (!pattern.test(line)) continue
    const items = take(cursor, (next) => pattern.test(next))
    return (
      <List>
        {items.map((item) => (
          <li>{inline(item.replace(pattern, ''))}</li>
        ))}
      </List>
    )
  }
  if (/^\s*>/.test(line)) {
    const quoted = take(cursor, (next) => /^\s*>/.test(next))
    return (
      <blockquote>
        <Markdown text={quoted.map((next) => next.replace(/^\s*> ?/, '')).join('\n')} />
      </blockquote>
    )
  }
  const first = cursor.lines[cursor.at++] ?? ''
  return <p>{inline([first, ...take(cursor, (next) => !special(next))].join(' '))}</p>
}

export function Markdown({ text }: { text: string }) {
  const cursor: Cursor = { lines: text.split(/\r?\n/), at: 0 }
  const blocks: ComponentChildren[] = []
  while (cursor.at < cursor.lines.length) {
    if ((cursor.lines[cursor.at] ?? '').trim() === '') cursor.at++
    else blocks.push(block(cursor))
  }
  return <article class="markdown">{blocks}</article>
}
