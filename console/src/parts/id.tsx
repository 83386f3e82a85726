import { useState } from 'preact/hooks'
import { shortId } from '../texts/format'
import { t } from '../texts/texts'
import { Icon } from './icon'

/** Puts a text on the clipboard; where the browser has none (plain http), by a hidden field. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'unseen'
  const home = document.querySelector('dialog[open]') ?? document.body
  home.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (event: Event): Promise<void> => {
    event.stopPropagation()
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1600)
  }
  return (
    <button
      type="button"
      class="icon-button small-button"
      title={copied ? t.copied : label}
      aria-label={copied ? t.copied : label}
      onClick={copy}
    >
      <Icon name={copied ? 'check' : 'copy'} size={16} />
    </button>
  )
}

/** An id: short, whole on hover, with a button that copies it whole. @param of what it names */
export function Id({ id, of, whole = false }: { id: string; of: string; whole?: boolean }) {
  return (
    <span class="id">
      <span class={`mono ${whole ? 'whole' : ''}`} title={`${of}: ${id}`}>
        {whole ? id : shortId(id)}
      </span>
      <CopyButton text={id} label={t.copyOf(of)} />
    </span>
  )
}
