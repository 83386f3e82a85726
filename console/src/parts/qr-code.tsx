import { useMemo } from 'preact/hooks'
import { encodeQr } from './qr-encode'

/** A text as a QR code, always dark on white: cameras want it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const modules = useMemo(() => encodeQr(text), [text])
  if (modules === undefined) return null
  const side = modules.length + 8
  const path = modules
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : '')))
    .join('')
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#111" shape-rendering="crispEdges" />
    </svg>
  )
}
