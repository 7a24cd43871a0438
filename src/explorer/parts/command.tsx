/** A command for the terminal that can be copied. */
import { useState } from 'preact/hooks';

const COPIED_MS = 2_000;

/** Shows a command and a button that copies it. */
export function Command({ text, label }: { readonly text: string; readonly label: string }) {
  const [words, setWords] = useState('Copy');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setWords('Copied');
    } catch {
      setWords('Select it by hand');
    }
    setTimeout(() => setWords('Copy'), COPIED_MS);
  };
  return (
    <p class="command">
      <span class="quiet">{label}</span>
      <code class="break">{text}</code>
      <button type="button" onClick={copy} aria-label={`${words}: ${text}`}>
        {words}
      </button>
    </p>
  );
}
